/**
 * Growth: how the time of a search at one recall grows with the number of records. One collection grows from
 * its smallest to its largest size and is asked the same queries at each.
 */
import type { Collection } from 'vecino';
import { EF_SEARCH } from '../knob.ts';
import { mean } from '../measure/statistics.ts';
import type { Progress } from '../progress.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import {
  answersOf,
  build,
  createCollection,
  reportedBytes,
  rowRange,
  temporaryFolder,
} from './collections.ts';
import { type Data, type DataRequest, loadData, questionsOf } from './data.ts';
import { type ExactAnswers, exactAnswers } from './exact-answers.ts';
import { exponentOf } from './exponent.ts';
import { pinned } from './pinned.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';
import { medianFigures, type TimingOptions, timeInTurns } from './timing.ts';

export interface GrowthOptions extends TimingOptions {
  readonly data: DataRequest;
  /** Numbers of records at which the collection is measured, ascending. */
  readonly sizes: readonly number[];
  readonly k: number;
  readonly recall: number;
}

const FULL = { k: 10, recall: 0.95, repetitions: 5, secondsPerLap: 0.5 } as const;

export const growth: Scenario<GrowthOptions> = {
  about: 'search time at recall .95 from 10,000 to a million records: the exponent of time in their number',
  sizes: {
    full: [
      {
        ...FULL,
        sizes: [10_000, 30_000, 100_000, 300_000, 1_000_000],
        data: { dataset: 'synthetic', prepared: 1_000_000, rows: 1_000_000, queries: 500 },
      },
    ],
    quick: [
      {
        ...FULL,
        sizes: [3_000, 10_000, 30_000, 60_000],
        repetitions: 3,
        data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 200 },
      },
    ],
    tiny: [
      {
        ...FULL,
        sizes: [500, 1_000, 3_000],
        repetitions: 1,
        secondsPerLap: 0.01,
        data: { dataset: 'synthetic', prepared: 3_000, rows: 3_000, queries: 50, dimension: 16 },
      },
    ],
  },
  run: runGrowth,
};

const EXPONENT_MAX = 0.3;

interface GrowthRow {
  readonly records: number;
  /** Seconds of building up to this size from the one before. */
  readonly buildSeconds: number;
  readonly buildCpuSeconds: number;
  readonly reportedBytes: number;
  /** Resident bytes of the process beyond what it had before the first record. */
  readonly residentBytes: number;
  /** Efforts below and above the recall, between which time is interpolated; one where the least reaches it. */
  readonly efforts: string;
  readonly recalls: string;
  /** Share of the searches that walked the graph. */
  readonly walked: number;
  readonly distanceComputations: number;
  /** Processor time of a search at the recall. */
  readonly searchMicroseconds: number;
  readonly wallMicroseconds: number;
}

async function runGrowth(
  options: GrowthOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const data = await loadData(options.data, conditions, progress);
  const { name, dimension, metric } = data;
  const { sizes, k, recall } = options;
  progress(`${name}: exact answers to ${data.queries} queries at ${sizes.length} sizes`);
  const truths = exactAnswers(
    data,
    k,
    sizes.map((size) => (_, row) => row < size),
  );

  using folder = temporaryFolder(conditions);
  const residentBefore = process.memoryUsage.rss();
  await using opened = await createCollection(folder.path, data, conditions);
  const { collection } = opened;
  const rows: GrowthRow[] = [];
  for (const [i, size] of sizes.entries()) {
    progress(`${name}: growing to ${size}`);
    const added = rowRange(sizes[i - 1] ?? 0, size);
    const { buildSeconds, cpuSeconds } = await build(collection, data, added, progress);
    const stats = await collection.stats();
    rows.push({
      records: size,
      buildSeconds,
      buildCpuSeconds: cpuSeconds,
      reportedBytes: reportedBytes(stats),
      residentBytes: process.memoryUsage.rss() - residentBefore,
      ...(await pinned(conditions, () =>
        searchAtRecall(collection, data, truths[i] as ExactAnswers, options, progress),
      )),
    });
  }

  const exponent = exponentOf(rows.map((row) => [row.records, row.searchMicroseconds] as const));
  const exponentOfDistances = exponentOf(rows.map((row) => [row.records, row.distanceComputations] as const));
  return {
    subject: name,
    title: `Growth: ${name}, ${whole(sizes[0] ?? 0)} to ${whole(data.rows)} x ${dimension}, ${metric}`,
    method: `One collection grows; ${data.queries} queries one at a time at each size, k = ${k}, ids and scores. Time at recall ${recall} is interpolated between the efforts below and above it, in the logarithm of time; "search" is processor time, which is the steadier on a shared machine, "wall" the clock. Building adds from one size to the next, durably.`,
    rows: rows.map((row) => ({ dataset: name, dimension, metric, k, recall, ...row })),
    tables: [
      tableOf(`Searching at recall ${recall}`, rows, [
        { head: 'records', cell: ({ records }) => whole(records) },
        { head: 'search µs', cell: (row) => rounded(row.searchMicroseconds) },
        { head: 'wall µs', cell: (row) => rounded(row.wallMicroseconds) },
        { head: 'distances', cell: (row) => whole(row.distanceComputations) },
        { head: 'efSearch', cell: ({ efforts }) => efforts },
        { head: 'their recalls', cell: ({ recalls }) => recalls },
        { head: 'walked', cell: ({ walked }) => rounded(walked) },
        { head: 'built in s', cell: (row) => rounded(row.buildSeconds) },
        { head: 'CPU s', cell: (row) => rounded(row.buildCpuSeconds) },
        { head: 'memory reported', cell: (row) => megabytes(row.reportedBytes) },
        { head: 'resident', cell: (row) => megabytes(row.residentBytes) },
      ]),
    ],
    plots: [
      {
        title: `${name}: time of a search at recall ${recall}`,
        note: `processor time, one query at a time; it grows as the number of records to the power of ${rounded(exponent)}`,
        x: { label: 'records', scale: 'logarithmic', ticks: sizes },
        y: { label: 'microseconds', scale: 'logarithmic' },
        series: [
          {
            name: 'search',
            points: rows.map((row) => [row.records, row.searchMicroseconds] as const),
          },
        ],
      },
    ],
    goals: [
      {
        promise: `search time at recall ${recall} grows with an exponent below ${EXPONENT_MAX}`,
        found: `${rounded(exponent)} (of the distances computed: ${rounded(exponentOfDistances)})`,
        kept: exponent < EXPONENT_MAX,
      },
    ],
  };
}

/** One effort with what it finds. */
interface Effort {
  readonly efSearch: number;
  readonly recall: number;
  readonly walked: number;
  readonly distanceComputations: number;
}

async function searchAtRecall(
  collection: Collection,
  data: Data,
  truth: ExactAnswers,
  options: GrowthOptions,
  progress: Progress,
): Promise<
  Omit<GrowthRow, 'records' | 'buildSeconds' | 'buildCpuSeconds' | 'reportedBytes' | 'residentBytes'>
> {
  const queriesAt = (efSearch: number) =>
    questionsOf(data).map((vector) => ({ vector, k: options.k, efSearch, include: [] }));
  const bracket: Effort[] = [];
  for (const efSearch of EF_SEARCH.efforts) {
    const answers = await answersOf(collection, queriesAt(efSearch));
    const { recall } = truth.judge(answers.map(({ rows }) => rows));
    const explained = answers.map(({ explain }) => explain);
    const effort = {
      efSearch,
      recall,
      walked: explained.filter(({ way }) => way === 'graph').length / explained.length,
      distanceComputations: mean(explained.map(({ distanceComputations }) => distanceComputations)),
    };
    bracket.splice(0, bracket.length - 1);
    bracket.push(effort);
    if (recall >= options.recall) break;
  }
  const [low, high = low] = bracket;
  if (!low || !high || high.recall < options.recall) {
    throw new Error(`recall ${options.recall} is not reached at efSearch ${EF_SEARCH.efforts.at(-1)}`);
  }
  const laps = [low, high].map(({ efSearch }) => queriesAt(efSearch));
  const timed = (await timeInTurns(collection, laps, options, progress)).map(medianFigures);
  const share = high.recall > low.recall ? (options.recall - low.recall) / (high.recall - low.recall) : 1;
  /** Between the two efforts, in the logarithm; at the least effort where that suffices. */
  const between = (a: number, b: number) => Math.exp(Math.log(a) + clamped(share) * Math.log(b / a));
  const microseconds = (figure: 'qps' | 'qpsOfCpu') =>
    between(1e6 / (timed[0]?.[figure] ?? 0), 1e6 / (timed[1]?.[figure] ?? 0));
  return {
    efforts: `${low.efSearch} and ${high.efSearch}`,
    recalls: `${low.recall.toFixed(4)} and ${high.recall.toFixed(4)}`,
    walked: high.walked,
    distanceComputations: between(low.distanceComputations, high.distanceComputations),
    searchMicroseconds: microseconds('qpsOfCpu'),
    wallMicroseconds: microseconds('qps'),
  };
}

function clamped(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
