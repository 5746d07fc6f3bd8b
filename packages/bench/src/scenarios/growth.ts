/**
 * Growth: how the time of a search at one recall grows with the number of records, for every family. One
 * collection a family grows from its smallest to its largest size and is asked the same queries at each.
 */
import type { Progress } from '../progress.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import { build, createCollection, reportedBytes, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, loadData } from './data.ts';
import { type ExactAnswers, exactAnswers } from './exact-answers.ts';
import { exponentOf } from './exponent.ts';
import { absenceOf, FAMILIES, type FamilyFacts, type FamilyName, factsOf, indexOf } from './families.ts';
import { pinned } from './pinned.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';
import { type AtRecall, searchAtRecall } from './search-at-recall.ts';
import type { TimingOptions } from './timing.ts';

export interface GrowthOptions extends TimingOptions {
  readonly data: DataRequest;
  /** Numbers of records at which each collection is measured, ascending. */
  readonly sizes: readonly number[];
  readonly families: readonly FamilyName[];
  readonly k: number;
  readonly recall: number;
}

const FULL = {
  k: 10,
  recall: 0.95,
  repetitions: 5,
  secondsPerLap: 0.5,
  families: FAMILIES.map(({ family }) => family),
} as const;

export const growth: Scenario<GrowthOptions> = {
  about:
    'search time at recall .95 from 10,000 to a million records, each family: its exponent in their number',
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

/** Of the graph, whose walk is what was promised to grow slowly; the others are reported. */
const EXPONENT_MAX = { hnsw: 0.3 } as const satisfies Partial<Record<FamilyName, number>>;

interface GrowthRow extends AtRecall {
  readonly family: string;
  readonly records: number;
  /** Seconds of building up to this size from the one before. */
  readonly buildSeconds: number;
  readonly buildCpuSeconds: number;
  readonly reportedBytes: number;
}

/** How one family grows. */
interface Growth {
  readonly family: FamilyName;
  readonly rows: readonly GrowthRow[];
  /** Of the time and of the distances computed, in the number of records. */
  readonly exponent: number;
  readonly exponentOfDistances: number;
  /** Sizes at which no effort reached the recall. */
  readonly unreached: readonly number[];
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
  const grown: Growth[] = [];
  const absent: string[] = [];
  for (const family of options.families) {
    const reason = await absenceOf(indexOf(family, conditions));
    if (reason === undefined) grown.push(await grow(family, data, truths, options, conditions, progress));
    else absent.push(`${family} (${reason})`);
  }
  const rows = grown.flatMap((growth) => growth.rows);
  return {
    subject: name,
    title: `Growth: ${name}, ${whole(sizes[0] ?? 0)} to ${whole(data.rows)} x ${dimension}, ${metric}`,
    method: `One collection a family grows; ${data.queries} queries one at a time at each size, k = ${k}, ids and scores. Time at recall ${recall} is interpolated between the efforts below and above it, in the logarithm of time; "search" is processor time, which is the steadier on a shared machine, "wall" the clock. Building adds from one size to the next, durably. "By the index" is the share of the searches that were not a comparison with all.${absent.length > 0 ? ` Left out: ${absent.join('; ')}.` : ''}`,
    rows: rows.map((row) => ({ dataset: name, dimension, metric, k, recall, ...row })),
    tables: [
      tableOf('Exponents in the number of records', grown, [
        { head: 'family', align: 'l', cell: ({ family }) => family },
        { head: 'of the time', cell: ({ exponent }) => rounded(exponent) },
        { head: 'of the distances', cell: (row) => rounded(row.exponentOfDistances) },
        { head: 'recall not reached at', cell: ({ unreached }) => unreached.map(whole).join('; ') },
      ]),
      tableOf(`Searching at recall ${recall}`, rows, [
        { head: 'family', align: 'l', cell: ({ family }) => family },
        { head: 'records', cell: ({ records }) => whole(records) },
        { head: 'search µs', cell: (row) => rounded(row.searchMicroseconds) },
        { head: 'wall µs', cell: (row) => rounded(row.wallMicroseconds) },
        { head: 'distances', cell: (row) => whole(row.distanceComputations) },
        { head: 'efforts', cell: ({ efforts }) => efforts },
        { head: 'their recalls', cell: ({ recalls }) => recalls },
        { head: 'by the index', cell: ({ byIndex }) => rounded(byIndex) },
        { head: 'built in s', cell: (row) => rounded(row.buildSeconds) },
        { head: 'CPU s', cell: (row) => rounded(row.buildCpuSeconds) },
        { head: 'memory reported', cell: (row) => megabytes(row.reportedBytes) },
      ]),
    ],
    plots: [
      {
        title: `${name}: time of a search at recall ${recall}`,
        note: 'processor time, one query at a time; in brackets the exponent in the number of records',
        x: { label: 'records', scale: 'logarithmic', ticks: sizes },
        y: { label: 'microseconds', scale: 'logarithmic' },
        series: grown.map(({ family, exponent, rows: own }) => ({
          name: `${family} (${rounded(exponent)})`,
          points: own.map((row) => [row.records, row.searchMicroseconds] as const),
        })),
      },
    ],
    goals: grown.flatMap((growth) => goalsOf(growth, recall)),
  };
}

async function grow(
  family: FamilyName,
  data: Data,
  truths: readonly ExactAnswers[],
  options: GrowthOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Growth> {
  const facts: FamilyFacts = factsOf(family);
  const { sizes } = options;
  using folder = temporaryFolder(conditions);
  const index = indexOf(family, conditions);
  await using opened = await createCollection(folder.path, data, conditions, { index });
  const { collection } = opened;
  const rows: GrowthRow[] = [];
  const unreached: number[] = [];
  for (const [i, size] of sizes.entries()) {
    progress(`${data.name}, ${family}: growing to ${size}`);
    const added = rowRange(sizes[i - 1] ?? 0, size);
    const { buildSeconds, cpuSeconds } = await build(collection, data, added, progress);
    const truth = truths[i];
    if (!truth) throw new Error(`growth: no exact answers at ${size}`);
    const task = { ...options, collection, facts, data, truth };
    const at = await pinned(conditions, () => searchAtRecall(task, progress));
    if (!at) {
      unreached.push(size);
      continue;
    }
    const bytes = reportedBytes(await collection.stats());
    rows.push({
      family,
      records: size,
      buildSeconds,
      buildCpuSeconds: cpuSeconds,
      reportedBytes: bytes,
      ...at,
    });
  }
  return {
    family,
    rows,
    exponent: exponentOf(rows.map((row) => [row.records, row.searchMicroseconds] as const)),
    exponentOfDistances: exponentOf(rows.map((row) => [row.records, row.distanceComputations] as const)),
    unreached,
  };
}

function goalsOf({ family, exponent, exponentOfDistances, unreached }: Growth, recall: number): Goal[] {
  const reached = {
    promise: `${family}: reaches recall ${recall} at every size`,
    found: unreached.length === 0 ? 'yes' : `not at ${unreached.map(whole).join(', ')}`,
    kept: unreached.length === 0,
  };
  if (!isPromised(family)) return [reached];
  const max = EXPONENT_MAX[family];
  return [
    {
      promise: `${family}: search time at recall ${recall} grows with an exponent below ${max}`,
      found: `${rounded(exponent)} (of the distances computed: ${rounded(exponentOfDistances)})`,
      kept: exponent < max,
    },
    reached,
  ];
}

function isPromised(family: FamilyName): family is keyof typeof EXPONENT_MAX {
  return family in EXPONENT_MAX;
}
