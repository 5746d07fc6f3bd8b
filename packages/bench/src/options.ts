import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchmarkOptions } from './benchmark.ts';
import type { DatasetName } from './datasets/dataset.ts';
import { DATASETS } from './datasets/registry.ts';
import type { PeerName } from './peers/peer.ts';
import { PEERS } from './peers/registry.ts';

const PACKAGE_FOLDER = join(import.meta.dirname, '..');
/** Git-ignored: prepared data sets, ground truth, embeddings, and the results of runs that are not for keeps. */
const CACHE_FOLDER = join(PACKAGE_FOLDER, '.cache');

/**
 * With hnswlib itself in the race, its binding compiled alike says little that is new; `vecino-hnsw` is `vecino`; and
 * the databases take hours to build indexes of the larger data sets.
 */
const ONLY_WHEN_NAMED = [
  'hnswlib-node-native',
  'vecino-hnsw',
  'lancedb',
  'pgvector',
  'sqlite-vec',
  'postgres',
  'chroma',
];
const PEERS_BY_DEFAULT = Object.keys(PEERS).filter((name) => !ONLY_WHEN_NAMED.includes(name));

export const HELP = `Measures Vecino against other vector indexes on the same data, in the same run, at equal recall.

  npm run bench -- [options]            or  node packages/bench/src/main.ts [options]

  --dataset NAME     ${Object.keys(DATASETS).join(', ')}; may be given several times
                     (default: all)
  --size N           vectors to store at most (default: ${Object.values(DATASETS)
    .map((d) => `${d.name} ${d.defaultSize}`)
    .join(', ')})
  --queries N        queries, never part of the base (default 1000)
  --dimension N      of the synthetic vectors (default 128)
  --peer NAME        may be given several times (default: all but ${ONLY_WHEN_NAMED.join(', ')}):
                     ${Object.keys(PEERS).join(', ')}
  --rebuild          build the indexes of other engines anew, where the cache has them
  --m N              links a node, the same for every engine (default 16)
  --ef-construction N  effort of building, the same for every engine (default 200)
  --threads N        worker threads of Vecino (default 1)
  --repetitions N    timings of each engine at each effort, taken in turns (default 5)
  --seconds N        length of one timing at least (default 0.3)
  --processor N      tie searches to this processor (default the last)
  --not-pinned       leave searches untied
  --seed N           of levels, of made-up data and of samples (default 42)
  --quick            10,000 vectors, 500 queries, 3 short repetitions: for tuning, not for quoting
  --tiny             600 synthetic vectors in a few seconds: what the tests run
  --out FOLDER       where NAME.json, NAME.md and NAME.svg are written
                     (default: packages/bench/results, or .cache/results with --quick and --tiny)
  --help

The peers are compiled by npm run bench:peers; without that the report says that they are missing.`;

export interface Invocation {
  /** One run for each data set. */
  readonly runs: readonly BenchmarkOptions[];
  readonly outFolder: string;
}

/** What the command line asks for, or undefined where it asks for help. */
export function readInvocation(args: readonly string[], processors: number): Invocation | undefined {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      dataset: { type: 'string', multiple: true },
      size: { type: 'string' },
      queries: { type: 'string' },
      dimension: { type: 'string' },
      peer: { type: 'string', multiple: true },
      m: { type: 'string' },
      'ef-construction': { type: 'string' },
      threads: { type: 'string' },
      repetitions: { type: 'string' },
      seconds: { type: 'string' },
      processor: { type: 'string' },
      'not-pinned': { type: 'boolean', default: false },
      seed: { type: 'string' },
      rebuild: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;

  const preset = values.tiny ? TINY : values.quick ? QUICK : FULL;
  const number = (option: NumericOption, fallback: number) => readNumber(option, values[option], fallback);
  const datasets = readNames('dataset', values.dataset ?? preset.datasets, DATASETS);
  const seed = number('seed', 42);
  const runs = datasets.map((name): BenchmarkOptions => {
    const size = Math.min(preset.sizeMax, DATASETS[name].defaultSize);
    return {
      dataset: {
        name,
        size: number('size', size),
        queries: number('queries', preset.queries),
        dimension: number('dimension', preset.dimension),
        seed,
      },
      peers: readNames('peer', values.peer ?? PEERS_BY_DEFAULT, PEERS),
      parameters: {
        M: number('m', 16),
        efConstruction: number('ef-construction', 200),
        threads: number('threads', 1),
        seed,
      },
      k: 10,
      recalls: [0.9, 0.95, 0.99],
      repetitions: number('repetitions', preset.repetitions),
      secondsPerTiming: number('seconds', preset.secondsPerTiming),
      scanSeconds: preset.scanSeconds,
      openings: preset.openings,
      rebuild: values.rebuild,
      pinTo: values['not-pinned'] ? undefined : number('processor', processors - 1),
      cacheFolder: CACHE_FOLDER,
    };
  });
  const keepResults = preset === FULL;
  const outFolder = keepResults ? join(PACKAGE_FOLDER, 'results') : join(CACHE_FOLDER, 'results');
  return { runs, outFolder: values.out ?? outFolder };
}

interface Preset {
  readonly datasets: readonly DatasetName[];
  readonly sizeMax: number;
  readonly queries: number;
  readonly dimension: number;
  readonly repetitions: number;
  readonly secondsPerTiming: number;
  readonly scanSeconds: number;
  readonly openings: number;
}

const FULL: Preset = {
  datasets: ['fashion-mnist', 'glosses', 'glove', 'synthetic'],
  sizeMax: Number.POSITIVE_INFINITY,
  queries: 1_000,
  dimension: 128,
  repetitions: 5,
  secondsPerTiming: 0.3,
  scanSeconds: 3,
  openings: 3,
};

const QUICK: Preset = {
  ...FULL,
  datasets: ['fashion-mnist'],
  sizeMax: 10_000,
  queries: 500,
  repetitions: 3,
  secondsPerTiming: 0.2,
  scanSeconds: 2,
  openings: 1,
};

const TINY: Preset = {
  datasets: ['synthetic'],
  sizeMax: 600,
  queries: 50,
  dimension: 16,
  repetitions: 1,
  secondsPerTiming: 0.01,
  scanSeconds: 0.1,
  openings: 1,
};

type NumericOption =
  | 'size'
  | 'queries'
  | 'dimension'
  | 'm'
  | 'ef-construction'
  | 'threads'
  | 'repetitions'
  | 'seconds'
  | 'processor'
  | 'seed';

function readNumber(option: NumericOption, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const value = given.trim() === '' ? Number.NaN : Number(given);
  const min = option === 'processor' || option === 'seed' ? 0 : 1;
  const valid = option === 'seconds' ? value > 0 : Number.isInteger(value) && value >= min;
  const expected = option === 'seconds' ? 'a number above 0' : `a whole number from ${min}`;
  if (!valid) throw new Error(`--${option} is "${given}", expected ${expected}`);
  return value;
}

function readNames<Name extends DatasetName | PeerName>(
  option: string,
  given: readonly string[],
  known: Readonly<Record<Name, unknown>>,
): Name[] {
  return given.map((name) => {
    if (Object.hasOwn(known, name)) return name as Name;
    throw new Error(`--${option} is "${name}", expected one of ${Object.keys(known).join(', ')}`);
  });
}
