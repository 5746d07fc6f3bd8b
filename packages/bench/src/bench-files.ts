import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';
import { writeDataset } from './datasets/prepared.ts';
import { agreementOf } from './files/agreement.ts';
import { readFiles } from './files/read-files.ts';
import { groundTruthOf } from './ground-truth.ts';
import { type Field, measureEngines } from './measure-engines.ts';
import type { Peer } from './peers/peer.ts';
import { USER_PEERS } from './peers/user-registry.ts';
import type { Progress } from './progress.ts';
import type { AbsentPeer, Report } from './report/report.ts';

export interface BenchOptions {
  /** Names of the engines; default all that are installed. */
  readonly peers?: readonly string[];
  /** Hits of each query, 1 to 100; default 10. */
  readonly k?: number;
  /** Recalls at which speed is compared, each above 0 and below 1, rising; default .9, .95 and .99. */
  readonly recalls?: readonly number[];
  /** How vectors are compared; default what the file says, else `cosine`. */
  readonly metric?: 'l2' | 'cosine';
  /** Rows at most, 100 to 100,000,000; default all. */
  readonly size?: number;
  /** Queries at most, 10 to 100,000; default 1,000. */
  readonly queries?: number;
  /** Seconds that building all indexes may take, 1 to 1,000,000; default 900. */
  readonly budgetSeconds?: number;
  /** Timings of each engine at each effort, in turns: 1 to 100, default 3. */
  readonly repetitions?: number;
  /** Seconds of one timing at least, .01 to 60; default .3. */
  readonly secondsPerTiming?: number;
  /** Of levels, samples and the queries that are set aside; default 42. */
  readonly seed?: number;
  readonly onProgress?: Progress;
  /** Ends it with `CANCELLED`; nothing is left behind. */
  readonly signal?: AbortSignal;
}

const SIZE_MAX = 100_000_000;

const OPTIONS = {
  peers: { kind: 'opaque', about: 'Names of the engines.' },
  k: { kind: 'integer', min: 1, max: 100, default: 10, about: 'Hits of each query.' },
  recalls: { kind: 'opaque', about: 'Recalls at which speed is compared.' },
  metric: { kind: 'choice', values: ['l2', 'cosine'], about: 'How vectors are compared.' },
  size: { kind: 'integer', min: 100, max: SIZE_MAX, default: SIZE_MAX, about: 'Rows at most.' },
  queries: { kind: 'integer', min: 10, max: 100_000, default: 1_000, about: 'Queries at most.' },
  budgetSeconds: { kind: 'number', min: 1, max: 1_000_000, default: 900, about: 'Seconds of building.' },
  repetitions: { kind: 'integer', min: 1, max: 100, default: 3, about: 'Timings at each effort.' },
  secondsPerTiming: { kind: 'number', min: 0.01, max: 60, default: 0.3, about: 'Seconds of one timing.' },
  seed: { kind: 'integer', min: 0, max: 2 ** 32 - 1, default: 42, about: 'Of everything random.' },
  onProgress: { kind: 'opaque', about: 'Told what is being done.' },
  signal: { kind: 'opaque', about: 'Ends it.' },
} as const satisfies OptionSpecs;

const RECALLS = [0.9, 0.95, 0.99] as const;
/** As hnswlib's own examples and our default have it. */
const GRAPH = { M: 16, efConstruction: 200, threads: 1 } as const;

export interface BenchResult {
  readonly report: Report;
  /** The share of the file's own ground truth that is right by ours; undefined where there is none. */
  readonly agreement: number | undefined;
}

/** The script of an engine's process, beside this one: a source or what it was compiled to. */
const MAIN = new URL(
  import.meta.url.endsWith('.ts') ? './process/user-process-main.ts' : './process/user-process-main.js',
  import.meta.url,
);

/**
 * Measures engines on a user's own vectors, one process after another, at equal recall.
 *
 * @param files an ann-benchmarks HDF5, or the vectors, then the queries, then their neighbours
 * @throws VecinoError where a file or an option is not what it should be
 */
export async function benchFiles(files: readonly string[], input: BenchOptions = {}): Promise<BenchResult> {
  const options = readBenchOptions(input);
  const progress = options.onProgress ?? (() => {});
  const field = await findField(options.peers);
  const vectors = await readFiles({ ...options, files, metric: options.metric });
  const folder = mkdtempSync(join(tmpdir(), 'vecino-bench-'));
  try {
    const name = basename(files[0] ?? '', extname(files[0] ?? ''));
    const { metric, dimension, base, queries, source } = vectors;
    const data = join(folder, 'dataset');
    const facts = writeDataset(data, { name, metric, dimension, base, queries, records: [], source });
    const dataset = { folder: data, facts };
    const truth = await groundTruthOf(dataset, folder, progress);
    const agreement = agreementOf(vectors, truth, options.k);
    mkdirSync(join(folder, 'indexes'), { recursive: true });
    const { k, recalls, repetitions, secondsPerTiming, budgetSeconds, seed, signal } = options;
    const report = await measureEngines(
      dataset,
      field,
      {
        k,
        recalls,
        repetitions,
        secondsPerTiming,
        budgetSeconds,
        parameters: { ...GRAPH, seed },
        scanSeconds: 0,
        openings: 1,
        rebuild: false,
        pinTo: availableParallelism() - 1,
        cacheFolder: folder,
        main: MAIN,
        ...(signal && { signal }),
      },
      progress,
    );
    return { report, agreement };
  } catch (error) {
    throw options.signal?.aborted ? cancelled(error) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type CompleteOptions = Required<Omit<BenchOptions, 'peers' | 'metric' | 'onProgress' | 'signal'>> &
  Pick<BenchOptions, 'peers' | 'onProgress' | 'signal'> & { readonly metric: BenchOptions['metric'] };

function readBenchOptions(input: BenchOptions): CompleteOptions {
  const read = readOptions<BenchOptions>('bench', OPTIONS, input) as CompleteOptions;
  const { recalls = RECALLS, peers } = read;
  const isRising = Array.isArray(recalls) && recalls.every((recall, i) => recall > (recalls[i - 1] ?? 0));
  if (!isRising || recalls.length === 0 || !recalls.every((recall) => recall < 1)) {
    throw wrong('recalls', 'numbers above 0 and below 1, rising');
  }
  const known = USER_PEERS.map(({ name }) => name);
  if (peers !== undefined) {
    if (!Array.isArray(peers) || peers.length === 0) throw wrong('peers', `names of ${known.join(', ')}`);
    const unknown = peers.find((name) => !known.some((one) => one === name));
    if (unknown !== undefined) throw wrong('peers', `names of ${known.join(', ')}, not "${unknown}"`);
  }
  return { ...read, metric: read.metric, recalls };
}

function wrong(option: string, expected: string): VecinoError {
  return new VecinoError('OPTION_INVALID', `bench: option "${option}" is expected to be ${expected}`, {
    details: { option, expected },
  });
}

function cancelled(cause: unknown): VecinoError {
  return new VecinoError('CANCELLED', 'bench: interrupted; there are no figures', { cause });
}

async function findField(names: readonly string[] | undefined): Promise<Field> {
  const present: Peer[] = [];
  const absent: AbsentPeer[] = [];
  for (const peer of USER_PEERS) {
    if (names !== undefined && !names.includes(peer.name)) continue;
    const reason = await peer.absence();
    if (reason === undefined) present.push(peer);
    else absent.push({ peer: peer.name, reason });
  }
  if (present.length > 0) return { present, absent };
  const reasons = absent.map(({ peer, reason }) => `${peer} is ${reason}`).join('; ');
  throw new VecinoError('PACKAGE_MISSING', `bench: none of the engines can run here: ${reasons}`, {
    details: { absent },
  });
}
