/**
 * Ten million: a collection of more vectors than the others have, made up as they are needed, built and searched
 * through the public interface within a machine of 16 GiB.
 */
import type { Collection, RecordInput, SearchQuery } from 'vecino';
import { mean } from 'vecino/measure';
import { SyntheticSource } from '../datasets/synthetic.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { type Progress, throttled } from '../progress.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import { answersOf, createCollection, reportedBytes, temporaryFolder } from './collections.ts';
import { absenceOf, effortOf, type FamilyFacts, type FamilyName, factsOf, indexOf } from './families.ts';
import { NearestRows } from './nearest-rows.ts';
import { measureOpened, type OpenedMemory } from './opened-memory.ts';
import { openOnce } from './opening-steps.ts';
import { pinned } from './pinned.ts';
import { inFreshProcess } from './process/fresh-process.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';
import { medianFigures, type Timing, type TimingOptions, timeInTurns } from './timing.ts';

export interface TenMillionOptions extends TimingOptions {
  readonly data: {
    readonly dataset: 'synthetic';
    readonly rows: number;
    readonly queries: number;
    readonly dimension: number;
  };
  /** The first of these that there is. */
  readonly families: readonly FamilyName[];
  readonly k: number;
  /** Efforts rise until this recall is reached. */
  readonly recall: number;
}

const FULL = {
  families: ['ivf', 'hnsw'],
  k: 10,
  recall: 0.95,
  repetitions: 3,
  secondsPerLap: 1,
} as const;

export const tenMillion: Scenario<TenMillionOptions> = {
  about: 'ten million records of 128 dimensions, built and searched within 16 GiB; only when it is named',
  onlyWhenNamed: true,
  sizes: {
    full: [{ ...FULL, data: { dataset: 'synthetic', rows: 10_000_000, queries: 100, dimension: 128 } }],
    quick: [{ ...FULL, data: { dataset: 'synthetic', rows: 200_000, queries: 100, dimension: 128 } }],
    tiny: [
      {
        ...FULL,
        repetitions: 1,
        secondsPerLap: 0.01,
        data: { dataset: 'synthetic', rows: 3_000, queries: 20, dimension: 16 },
      },
    ],
  },
  run: runTenMillion,
};

const MEMORY_MAX_GIB = 16;
const GIB = 2 ** 30;
/** Records of a batch: each is one durable transaction. */
const BATCH = 10_000;

interface BuildCosts {
  readonly insertSeconds: number;
  readonly linkSeconds: number;
  readonly cpuSeconds: number;
  readonly closeSeconds: number;
  readonly reportedBytes: number;
  /** The most that the process ever had in memory. */
  readonly peakBytes: number;
}

interface SearchRow extends Timing {
  readonly effort: number;
  readonly recall: number;
  readonly distanceComputations: number;
}

async function runTenMillion(
  options: TenMillionOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const { dimension, rows: records, queries } = options.data;
  const facts = await firstOffered(options.families, conditions);
  const truth = exactAnswers(options, conditions, progress);
  using folder = temporaryFolder(conditions);
  const questions = questionsOf(options, conditions);
  const { costs, searches } = await buildAndSearch(folder.path, facts, truth, options, conditions, progress);
  progress('opening in a fresh process');
  const times = await inFreshProcess(
    new URL('./opening-steps.ts', import.meta.url),
    openOnce,
    { folder: folder.path, query: questions[0] ?? new Float32Array(dimension) },
    progress,
  );
  const memory: OpenedMemory = await inFreshProcess(
    new URL('./opened-memory.ts', import.meta.url),
    measureOpened,
    { folder: folder.path, queries: questions },
    progress,
  );
  const common = {
    dataset: 'synthetic',
    family: facts.family,
    records,
    dimension,
    metric: 'l2',
    k: options.k,
  };
  const { residentBytes, snapshotBytes, storeBytes } = memory;
  const opened = { openMs: times.totalMs, residentBytes, snapshotBytes, storeBytes };
  const knob = facts.knob?.name ?? 'effort';
  const recallBest = Math.max(...searches.map(({ recall }) => recall));
  return {
    subject: `${facts.family}-${records}`,
    title: `${whole(records)} records of ${dimension} dimensions, ${facts.family}`,
    method: `Made up by the generator of the data set synthetic, added in batches of ${whole(BATCH)}, each durable when the call returns, without documents and metadata; then \`flush()\`. ${queries} queries, one at a time, k = ${options.k}, ids and scores, against exact answers in double precision. "Peak" is the most memory that the building and searching process had; the bench itself holds no more than a batch.`,
    rows: searches.map((row) => ({ ...common, ...costs, ...opened, ...row })),
    tables: [
      tableOf(
        'Building and opening',
        [{ ...costs, ...opened }],
        [
          { head: 'inserted in s', cell: (row) => rounded(row.insertSeconds) },
          { head: 'then linked in s', cell: (row) => rounded(row.linkSeconds) },
          { head: 'CPU s', cell: (row) => rounded(row.cpuSeconds) },
          { head: 'records/s', cell: (row) => whole(records / (row.insertSeconds + row.linkSeconds)) },
          { head: 'closed in s', cell: (row) => rounded(row.closeSeconds) },
          { head: 'memory reported', cell: (row) => megabytes(row.reportedBytes) },
          { head: 'peak', cell: (row) => megabytes(row.peakBytes) },
          { head: 'snapshots', cell: (row) => megabytes(row.snapshotBytes) },
          { head: 'store', cell: (row) => megabytes(row.storeBytes) },
          { head: 'opened and searched in s', cell: (row) => rounded(row.openMs / 1000) },
          { head: 'resident when opened', cell: (row) => megabytes(row.residentBytes) },
        ],
      ),
      tableOf('Searching', searches, [
        { head: knob, cell: ({ effort }) => String(effort) },
        { head: 'recall', cell: ({ recall }) => recall.toFixed(4) },
        { head: 'QPS', cell: ({ qps }) => rounded(qps) },
        { head: 'QPS of CPU', cell: ({ qpsOfCpu }) => rounded(qpsOfCpu) },
        { head: 'p50 ms', cell: ({ p50Ms }) => rounded(p50Ms) },
        { head: 'p99 ms', cell: ({ p99Ms }) => rounded(p99Ms) },
        { head: 'distances', cell: (row) => whole(row.distanceComputations) },
      ]),
    ],
    plots: [],
    goals: [
      {
        promise: `${whole(records)} records are built and searched within ${MEMORY_MAX_GIB} GiB`,
        found: `${rounded(costs.peakBytes / GIB)} GiB at the most`,
        kept: costs.peakBytes <= MEMORY_MAX_GIB * GIB,
      },
      {
        promise: `recall ${options.recall} is reached`,
        found: recallBest.toFixed(4),
        kept: recallBest >= options.recall,
      },
    ],
  };
}

async function firstOffered(families: readonly FamilyName[], conditions: Conditions): Promise<FamilyFacts> {
  for (const family of families) {
    if ((await absenceOf(indexOf(family, conditions))) === undefined) return factsOf(family);
  }
  throw new Error(`none of the families ${families.join(', ')} is offered`);
}

/** In a pass over the data of its own, so that it does not share the processor with building. */
function exactAnswers({ data, k }: TenMillionOptions, { seed }: Conditions, progress: Progress): NearestRows {
  const source = new SyntheticSource(data.dimension, seed);
  const nearest = new NearestRows(source.queries()(data.queries).vectors, data.dimension, k);
  const say = throttled(progress, 5_000);
  const draw = source.base();
  for (let from = 0; from < data.rows; from += BATCH) {
    nearest.offer(draw(Math.min(BATCH, data.rows - from)).vectors);
    say(`exact answers among ${from} of ${data.rows}`);
  }
  return nearest;
}

function questionsOf({ data }: TenMillionOptions, { seed }: Conditions): Float32Array[] {
  const draw = new SyntheticSource(data.dimension, seed).queries();
  return Array.from({ length: data.queries }, () => draw(1).vectors);
}

async function buildAndSearch(
  folder: string,
  facts: FamilyFacts,
  truth: NearestRows,
  options: TenMillionOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<{ costs: BuildCosts; searches: SearchRow[] }> {
  const { dimension } = options.data;
  const index = indexOf(facts.family, conditions);
  const { db, collection } = await createCollection(folder, { dimension, metric: 'l2' }, conditions, {
    index,
  });
  try {
    const inserting = await timed(() => insertAll(collection, options, conditions, progress));
    progress('waiting until all is linked');
    const linking = await timed(() => collection.flush());
    const stats = await collection.stats();
    if (stats.records !== options.data.rows || stats.index.pending > 0) {
      throw new Error(`${stats.records} records, ${stats.index.pending} of them not linked`);
    }
    const searches = await searchUpTo(collection, facts, truth, options, conditions, progress);
    const closing = await timed(() => db.close());
    const costs = {
      insertSeconds: inserting.seconds,
      linkSeconds: linking.seconds,
      cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
      closeSeconds: closing.seconds,
      reportedBytes: reportedBytes(stats),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
    return { costs, searches };
  } finally {
    await db.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<Stopwatch> {
  const stopwatch = new Stopwatch();
  stopwatch.start();
  await work();
  stopwatch.stop();
  return stopwatch;
}

async function insertAll(
  collection: Collection,
  { data }: TenMillionOptions,
  { seed }: Conditions,
  progress: Progress,
): Promise<void> {
  const { dimension, rows } = data;
  const draw = new SyntheticSource(dimension, seed).base();
  const say = throttled(progress, 5_000);
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    const { vectors } = draw(count);
    const batch = Array.from({ length: count }, (_, i): RecordInput => {
      return { id: String(from + i), vector: vectors.subarray(i * dimension, (i + 1) * dimension) };
    });
    await collection.add(batch);
    say(`${from + count} of ${rows} inserted`);
  }
}

/** Recall and speed at each effort, up to the first that reaches the recall. */
async function searchUpTo(
  collection: Collection,
  facts: FamilyFacts,
  truth: NearestRows,
  options: TenMillionOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<SearchRow[]> {
  const rows: SearchRow[] = [];
  const questions = questionsOf(options, conditions);
  for (const effort of facts.knob?.efforts ?? [0]) {
    const queries = questions.map((vector): SearchQuery => {
      return { vector, k: options.k, ...effortOf(facts, effort), include: [] };
    });
    const answers = await answersOf(collection, queries);
    const recall = truth.recallOf(answers.map((answer) => answer.rows));
    const [timings = []] = await pinned(conditions, () =>
      timeInTurns(collection, [queries], options, progress),
    );
    const distanceComputations = mean(answers.map(({ explain }) => explain.distanceComputations));
    rows.push({ effort, recall, distanceComputations, ...medianFigures(timings) });
    if (recall >= options.recall) break;
  }
  return rows;
}
