import type { Advice, AdviceVerification, Verified } from '../api/advice.ts';
import type { Collection } from '../api/collection.ts';
import type { VectorFieldStats } from '../api/collection-stats.ts';
import type { Filter } from '../api/filter.ts';
import type { IndexChoice } from '../api/index-options.ts';
import type { VectorInput } from '../api/record.ts';
import type { SearchQuery } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { quantile } from '../measure/statistics.ts';
import { wilsonInterval } from '../measure/wilson.ts';
import { meanFound, timeSearches } from './measured-search.ts';

/** What is asked for a verification. */
export interface VerifyOptions {
  /** Vectors or texts of real queries, best others than the advice was made with. Default: stored records, each asking for its neighbours. */
  readonly queries?: readonly (VectorInput | string)[];
  /** The filter that the advice was made with. */
  readonly filter?: Filter;
  /** Which of several named vectors. */
  readonly field?: string;
}

/** Queries that are asked, and how often. */
const QUERIES_MAX = 300;
const ROUNDS = 3;
/** A collection that tunes itself does so in seconds, and with fewer records not at all. */
const TUNED_WITHIN_MS = 30_000;
const TUNED_RECORDS_MIN = 1_000;
const LOOK_MS = 50;
/** Records on a page of ids. */
const PAGE = 10_000;

/**
 * Measures what a collection's present index does with all records, and compares that with what an advice has foretold
 * of its recommendation.
 *
 * @throws OPTION_INVALID where the advice is none
 *
 * @example
 * ```ts
 * await books.reindex(advice.recommendation.index);
 * const { qps, recall } = await verifyAdvice(books, advice);
 * console.log(qps.ratio, recall.measured);
 * ```
 */
export async function verifyAdvice(
  collection: Collection,
  advice: Advice,
  { queries, filter, field }: VerifyOptions = {},
): Promise<AdviceVerification> {
  const { recommendation, wanted } = requireAdvice(collection, advice);
  const common: SearchQuery = {
    k: wanted.k,
    include: [],
    ...(filter && { filter }),
    ...(field !== undefined && { field }),
  };
  const searches: SearchQuery[] = queries
    ? queries.slice(0, QUERIES_MAX).map((query) => ({ ...common, ...targetOf(query) }))
    : (await someIds(collection, field)).map((id) => ({ ...common, id }));
  const truth = await collection.searchMany(searches.map((search) => ({ ...search, exact: true })));
  await tuned(collection, recommendation.index, field);
  const { seconds, found, latenciesMs } = await timeSearches(collection, searches, ROUNDS, () => undefined);
  const { records, memory, disk } = await figuresOf(collection, field);
  const vectorBytes = records * advice.dimension * Float32Array.BYTES_PER_ELEMENT;
  const { forecast } = recommendation;
  const recall = meanFound(found, truth);
  return {
    name: recommendation.name,
    records,
    qps: compared(forecast.qps.value, 1 / seconds),
    p99Ms: compared(forecast.p99Ms.value, quantile(latenciesMs, 0.99)),
    memoryBytes: compared(forecast.memoryBytes.value, memory.vectorBytes + memory.indexBytes),
    ...(disk.snapshotBytes > 0 && {
      diskBytes: compared(forecast.diskBytes.value, disk.snapshotBytes + vectorBytes),
    }),
    recall: {
      forecast: recommendation.recall.value,
      measured: recall,
      ...wilsonInterval(recall, searches.length),
    },
  };
}

function targetOf(query: VectorInput | string): SearchQuery {
  return typeof query === 'string' ? { text: query } : { vector: query };
}

/** Waits for the calibration of an index that names a recall. */
async function tuned(collection: Collection, index: IndexChoice, field: string | undefined): Promise<void> {
  if (typeof index === 'string' || !('recall' in index)) return;
  const end = performance.now() + TUNED_WITHIN_MS;
  while (performance.now() < end) {
    const { index: figures, records } = await figuresOf(collection, field);
    if (figures.calibration || records < TUNED_RECORDS_MIN) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What is told of the vectors in question: of one field where they have names, and otherwise of the collection. */
async function figuresOf(
  collection: Collection,
  field: string | undefined,
): Promise<Pick<VectorFieldStats, 'records' | 'index' | 'memory' | 'disk'>> {
  const stats = await collection.stats();
  const { vectors = {} } = stats;
  return vectors[field ?? Object.keys(vectors)[0] ?? ''] ?? stats;
}

function requireAdvice({ name }: Collection, advice: unknown): Advice {
  const given = advice as Partial<Advice> | null | undefined;
  if (given?.recommendation?.forecast && given.wanted) return given as Advice;
  throw new VecinoError(
    'OPTION_INVALID',
    `verify advice on collection "${name}": the advice has no recommendation, expected what advise has answered; ask for advice first`,
    { details: { option: 'advice', expected: 'an answer of advise' } },
  );
}

function compared(forecast: number, measured: number): Verified {
  return { forecast, measured, ratio: measured / forecast };
}

/** Ids from all over the collection, at equal distances; of a named field, those that have the vector. */
async function someIds(collection: Collection, field: string | undefined): Promise<string[]> {
  const total = await collection.count();
  const step = Math.max(1, total / QUERIES_MAX);
  const ids: string[] = [];
  let seen = 0;
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await collection.list({ limit: PAGE, include: [], ...(cursor !== undefined && { cursor }) });
    for (const { id } of page.records) {
      if (seen >= ids.length * step && ids.length < QUERIES_MAX) ids.push(id);
      seen += 1;
    }
    cursor = page.cursor;
  }
  if (field === undefined) return ids;
  const records = await collection.get(ids, ['vectors']);
  return ids.filter((_, i) => records[i]?.vectors?.[field] !== undefined);
}
