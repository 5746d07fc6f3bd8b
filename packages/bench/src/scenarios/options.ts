import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SCENARIOS, type ScenarioName } from './registry.ts';
import type { Conditions, Scenario, Size } from './scenario.ts';

const PACKAGE_FOLDER = join(import.meta.dirname, '..', '..');
/** Git-ignored: prepared data sets, and the results of runs that are not for keeps. */
const CACHE_FOLDER = join(PACKAGE_FOLDER, '.cache');

export const HELP = `Measures what a user lives through with a collection, by itself, through the public interface.

  npm run bench:scenarios -- [scenario …] [options]

scenarios (default: all but ten-million)
${Object.entries(SCENARIOS)
  .map(([name, { about }]) => `  ${name.padEnd(11)} ${about}`)
  .join('\n')}

options
  --dataset NAME     only runs on this data set
  --m N              links a node (default 16)
  --ef-construction N  effort of building (default 200)
  --processor N      tie timed searches to this processor (default the last)
  --not-pinned       leave them untied
  --seed N           of levels, of made-up data and of samples (default 42)
  --quick            smaller: for tuning, not for quoting
  --tiny             a few seconds: what the tests run
  --out FOLDER       where <scenario>-<data set>.json, .md and .svg are written
                     (default: packages/bench/results, or .cache/results with --quick and --tiny)
  --help`;

/** What the command line asks for. */
export interface Invocation {
  readonly scenarios: readonly ScenarioName[];
  readonly size: Size;
  readonly dataset: string | undefined;
  readonly conditions: Conditions;
  readonly outFolder: string;
}

/** Undefined where help is asked for. */
export function readInvocation(args: readonly string[], processors: number): Invocation | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      dataset: { type: 'string' },
      m: { type: 'string', default: '16' },
      'ef-construction': { type: 'string', default: '200' },
      processor: { type: 'string', default: String(processors - 1) },
      'not-pinned': { type: 'boolean', default: false },
      seed: { type: 'string', default: '42' },
      quick: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const size: Size = values.tiny ? 'tiny' : values.quick ? 'quick' : 'full';
  const outFolder = size === 'full' ? join(PACKAGE_FOLDER, 'results') : join(CACHE_FOLDER, 'results');
  return {
    scenarios: positionals.length === 0 ? scenariosByDefault() : positionals.map(readScenario),
    size,
    dataset: values.dataset,
    conditions: {
      seed: readWhole('seed', values.seed, 0),
      M: readWhole('m', values.m, 1),
      efConstruction: readWhole('ef-construction', values['ef-construction'], 1),
      pinTo: values['not-pinned'] ? undefined : readWhole('processor', values.processor, 0),
      cacheFolder: CACHE_FOLDER,
    },
    outFolder: values.out ?? outFolder,
  };
}

function scenariosByDefault(): ScenarioName[] {
  return namesOf(SCENARIOS).filter((name) => !(SCENARIOS[name] satisfies Scenario as Scenario).onlyWhenNamed);
}

function readScenario(given: string): ScenarioName {
  const name = namesOf(SCENARIOS).find((known) => known === given);
  if (name) return name;
  throw new Error(`"${given}" is no scenario, expected one of ${Object.keys(SCENARIOS).join(', ')}`);
}

function namesOf<Name extends string>(known: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(known) as Name[];
}

function readWhole(option: string, given: string, min: number): number {
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (Number.isInteger(value) && value >= min) return value;
  throw new Error(`--${option} is "${given}", expected a whole number from ${min}`);
}
