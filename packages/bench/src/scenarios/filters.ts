/**
 * Filtered search: what a filter costs, at shares of matches from one in a thousand to nearly all, where it
 * has nothing to do with the query and where it has much to do with it.
 *
 * A filter on a random number says nothing of where its matches lie. Real ones do: the records of one author,
 * one shop, one day lie near to each other. So two other kinds let the region around a landmark pass: of the
 * one nearest to the query, where its own neighbours are, or of the farthest, where none of them is and a walk
 * is lured away from all matches.
 */
import type { Collection } from 'vecino';
import { mean, median } from 'vecino/measure';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { answersOf, build, createCollection, rowRange } from './collections.ts';
import { type DataRequest, loadData } from './data.ts';
import { type ExactAnswers, exactAnswers, type Judgement } from './exact-answers.ts';
import { type Course, type CourseOptions, FilterCourses, type FilterKind } from './filter-courses.ts';
import { pinned } from './pinned.ts';
import type { LinePlot } from './report/line-plot.ts';
import { type Table, tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';
import { medianFigures, medianRatio, type Timing, type TimingOptions, timeInTurns } from './timing.ts';

export interface FiltersOptions extends CourseOptions, TimingOptions {
  readonly data: DataRequest;
}

const FULL = {
  k: 10,
  efSearch: 64,
  shares: [0.001, 0.01, 0.1, 0.5, 0.9],
  landmarks: 10,
  repetitions: 5,
  secondsPerLap: 0.3,
} as const;

export const filters: Scenario<FiltersOptions> = {
  about: 'filters that .1 to 90 % of the records match, independent of the query, near to it and far from it',
  sizes: {
    full: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 500 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 500 } },
    ],
    quick: [
      {
        ...FULL,
        repetitions: 3,
        data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 10_000, queries: 200 },
      },
    ],
    tiny: [
      {
        ...FULL,
        // So little effort that walking is worth while in a set as small as this.
        efSearch: 32,
        repetitions: 1,
        secondsPerLap: 0.01,
        data: { dataset: 'synthetic', prepared: 3_000, rows: 3_000, queries: 20, dimension: 16 },
      },
    ],
  },
  run: runFilters,
};

const RECALL_MIN = 0.95;
/** Of the unfiltered QPS, where at least `SPEED_SHARE_MIN` of the records match. */
const SPEED_MIN = 0.5;
const SPEED_SHARE_MIN = 0.1;

/** What one course found and how it was answered, outside the clock. */
interface Answered extends Judgement {
  readonly filter: FilterKind;
  readonly share: number;
  /** Share of the searches that walked the graph; the others compared with every match. */
  readonly walked: number;
  /** Mean over the queries. */
  readonly distanceComputations: number;
  /** Median over the queries: the first one builds the column that the others read. */
  readonly filterMs: number;
}

interface FilterFigures extends Answered, Timing {
  readonly timesUnfiltered: number;
  readonly timesUnfilteredByCpu: number;
}

async function runFilters(
  options: FiltersOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const data = await loadData(options.data, conditions, progress);
  const { name, rows: records, dimension, metric } = data;
  progress(`${name}: ranking rows around ${options.landmarks} landmarks`);
  const plan = new FilterCourses(data, options, conditions.seed);
  const { courses } = plan;
  progress(`${name}: exact answers to ${data.queries} queries under ${courses.length} filters`);
  const admissions = courses.map(({ admits }) => admits);
  const truths = exactAnswers(data, options.k, admissions);

  progress(`${name}: building ${records} x ${dimension}`);
  await using opened = await createCollection(':memory:', data, conditions);
  const { collection } = opened;
  await build(collection, data, rowRange(0, records), progress, (row) => ({
    metadata: plan.metadataOf(row),
  }));

  progress(`${name}: measuring recall`);
  const answered: Answered[] = [];
  for (const [i, course] of courses.entries()) {
    answered.push(await answer(collection, course, truths[i] as ExactAnswers));
  }
  const laps = courses.map(({ queries }) => queries);
  const timings = await pinned(conditions, () => timeInTurns(collection, laps, options, progress));
  const [unfiltered = []] = timings;
  const figures = answered.map((found, i): FilterFigures => {
    const own = timings[i] ?? [];
    return {
      ...found,
      ...medianFigures(own),
      timesUnfiltered: medianRatio(own, unfiltered, 'qps'),
      timesUnfilteredByCpu: medianRatio(own, unfiltered, 'qpsOfCpu'),
    };
  });

  const { k, efSearch, landmarks, repetitions } = options;
  return {
    subject: name,
    title: `Filtered search: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `${data.queries} queries one at a time, k = ${k}, efSearch ${efSearch} with and without a filter, ids and scores. "independent" filters by a random number, "near" and "far" by the rank of a record's distance to that one of ${landmarks} landmarks which is nearest to the query or farthest from it. Recall against the exact answers under the filter. All take turns in ${repetitions} repetitions; "of unfiltered" is the median of the ratios within each. "By CPU" divides by processor time; it is the steadier figure on a shared machine and the one that is judged.`,
    rows: figures.map((row) => ({ dataset: name, records, dimension, metric, k, efSearch, ...row })),
    tables: [tableOfFigures(figures)],
    plots: [plotOf(`${name}: QPS under a filter, as a share of unfiltered QPS`, figures)],
    goals: goalsOf(figures),
  };
}

async function answer(collection: Collection, course: Course, truth: ExactAnswers): Promise<Answered> {
  const answers = await answersOf(collection, course.queries);
  const explained = answers.map(({ explain }) => explain);
  return {
    filter: course.kind,
    share: course.share,
    ...truth.judge(answers.map(({ rows }) => rows)),
    walked: explained.filter(({ way }) => way === 'graph').length / answers.length,
    distanceComputations: mean(explained.map(({ distanceComputations }) => distanceComputations)),
    filterMs: median(explained.map(({ timesMs }) => timesMs.filter)),
  };
}

function tableOfFigures(figures: readonly FilterFigures[]): Table {
  return tableOf('Recall and speed under a filter', figures, [
    { head: 'filter', align: 'l', cell: ({ filter }) => filter },
    { head: 'matching', cell: ({ share }) => percent(share) },
    { head: 'recall@k', cell: ({ recall }) => recall.toFixed(4) },
    { head: 'wrong hits', cell: ({ wrongHits }) => whole(wrongHits) },
    { head: 'wrong counts', cell: ({ wrongCounts }) => whole(wrongCounts) },
    { head: 'QPS', cell: ({ qps }) => whole(qps) },
    { head: 'QPS of CPU', cell: ({ qpsOfCpu }) => whole(qpsOfCpu) },
    { head: 'p99 ms', cell: ({ p99Ms }) => rounded(p99Ms) },
    { head: 'of unfiltered', cell: ({ timesUnfiltered }) => rounded(timesUnfiltered) },
    { head: 'by CPU', cell: ({ timesUnfilteredByCpu }) => rounded(timesUnfilteredByCpu) },
    { head: 'walked', cell: ({ walked }) => percent(walked) },
    { head: 'distances', cell: ({ distanceComputations }) => whole(distanceComputations) },
    { head: 'filter ms', cell: ({ filterMs }) => rounded(filterMs) },
  ]);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function plotOf(title: string, figures: readonly FilterFigures[]): LinePlot {
  const kinds = ['independent', 'near', 'far'] as const;
  return {
    title,
    note: 'by processor time, at one efSearch; the goal is for 10 % and more',
    x: {
      label: 'records that match, %',
      scale: 'logarithmic',
      ticks: figures.filter((row) => row.filter === 'near').map(({ share }) => share * 100),
    },
    y: { label: 'QPS over unfiltered QPS', scale: 'logarithmic' },
    series: kinds.map((kind) => ({
      name: kind,
      points: figures
        .filter((row) => row.filter === kind)
        .map((row) => [row.share * 100, row.timesUnfilteredByCpu] as const),
    })),
    goal: { y: SPEED_MIN, name: 'goal' },
  };
}

function goalsOf(figures: readonly FilterFigures[]): Goal[] {
  const filtered = figures.filter(({ filter }) => filter !== 'none');
  const leastRecall = lowest(filtered, ({ recall }) => recall);
  const wrong = filtered.reduce((sum, { wrongHits, wrongCounts }) => sum + wrongHits + wrongCounts, 0);
  const slowest = lowest(
    filtered.filter(({ share }) => share >= SPEED_SHARE_MIN),
    ({ timesUnfilteredByCpu }) => timesUnfilteredByCpu,
  );
  return [
    {
      promise: `recall at least ${RECALL_MIN} under every filter`,
      found: `${leastRecall.recall.toFixed(4)} at the least (${nameOf(leastRecall)})`,
      kept: leastRecall.recall >= RECALL_MIN,
    },
    {
      promise: 'always min(k, matches) hits, all of them matching',
      found: `${wrong} wrong`,
      kept: wrong === 0,
    },
    {
      promise: `at least ${SPEED_MIN} of the unfiltered QPS where ${percent(SPEED_SHARE_MIN)} or more match`,
      found: `${rounded(slowest.timesUnfilteredByCpu)} at the least (${nameOf(slowest)})`,
      kept: slowest.timesUnfilteredByCpu >= SPEED_MIN,
    },
  ];
}

function lowest(figures: readonly FilterFigures[], of: (row: FilterFigures) => number): FilterFigures {
  return figures.reduce((least, row) => (of(row) < of(least) ? row : least));
}

function nameOf({ filter, share }: FilterFigures): string {
  return `${filter}, ${percent(share)}`;
}
