import { ADVISE_OPTIONS, ADVISE_QUERIES, type AdviseOptions } from '../api/advice.ts';
import { AUTO_OPTIONS } from '../api/index-options.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, readOptions } from '../base/options.ts';
import { quantity } from '../base/quantity.ts';
import { readVector } from '../vector/read-vector.ts';
import type { VectorSource } from './source.ts';

/** Fewer records are compared with all in no time, and say nothing of how an index would do. */
const RECORDS_MIN = 100;
/** Recorded queries that are enough to be preferred to records. */
const RECORDED_MIN = 20;

type Defaulted = 'recall' | 'k' | 'updatesPerSecond' | 'records' | 'budgetSeconds' | 'seed';

/** Options with their defaults. */
export interface ReadAdviseOptions
  extends Omit<AdviseOptions, 'queries' | 'filter' | 'field' | Defaulted>,
    Required<Pick<AdviseOptions, Defaulted>> {
  /** Undefined where records are to be held out. */
  readonly queries:
    | { readonly source: 'given' | 'recorded'; readonly vectors: readonly Float32Array[] }
    | undefined;
}

/**
 * Validates what the caller gives beside filter and field, which are its source's.
 *
 * @throws RECORDS_TOO_FEW below 100 records; DIMENSION_MISMATCH and the other errors of vectors; those of options
 */
export function readAdviseOptions(source: VectorSource, input: AdviseOptions | undefined): ReadAdviseOptions {
  const { thing } = source;
  const { queries, filter: _, field: __, ...read } = readOptions<AdviseOptions>(thing, ADVISE_OPTIONS, input);
  const { onProgress, signal } = read;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(thing, 'onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid(thing, 'signal', 'an AbortSignal', signal);
  }
  const asked = queries === undefined ? recordedOf(source) : givenOf(source, queries);
  if (source.records < RECORDS_MIN) {
    throw new VecinoError(
      'RECORDS_TOO_FEW',
      `${thing}: there ${source.records === 1 ? 'is' : 'are'} ${quantity(source.records, 'record')}, expected at least ${RECORDS_MIN}; so few are compared with all in no time: keep the index "flat", and ask again when there are more`,
      { details: { expected: RECORDS_MIN, received: source.records } },
    );
  }
  return {
    ...read,
    recall: read.recall ?? source.recall ?? AUTO_OPTIONS.recall.default,
    k: read.k ?? ADVISE_OPTIONS.k.default,
    updatesPerSecond: read.updatesPerSecond ?? ADVISE_OPTIONS.updatesPerSecond.default,
    records: read.records ?? source.records,
    budgetSeconds: read.budgetSeconds ?? ADVISE_OPTIONS.budgetSeconds.default,
    seed: read.seed ?? ADVISE_OPTIONS.seed.default,
    queries: asked,
  };
}

function givenOf({ thing, dimension, metric }: VectorSource, queries: unknown): ReadAdviseOptions['queries'] {
  const { givenMax, askedMax } = ADVISE_QUERIES;
  const expected = `an array of 1 to ${givenMax} vectors`;
  if (!Array.isArray(queries)) throw invalid(thing, 'queries', expected, queries);
  if (queries.length === 0 || queries.length > givenMax) throw invalid(thing, 'queries', expected, queries);
  const vectors = Array.from(queries as unknown[], (query, i) =>
    readVector(`${thing}: query ${i}`, query, dimension, metric),
  );
  return { source: 'given', vectors: vectors.slice(0, askedMax) };
}

function recordedOf({ recorded }: VectorSource): ReadAdviseOptions['queries'] {
  if (recorded.length < RECORDED_MIN) return undefined;
  return { source: 'recorded', vectors: recorded.slice(0, ADVISE_QUERIES.askedMax) };
}

function invalid(thing: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
