/**
 * What the queries beyond the k nearest cost: filtered, grouped, diversified, counted, reranked, of words, on a later page,
 * many at once, each beside the plain search of the same vectors on the same collection.
 */
import type { Collection, Hit, SearchQuery } from 'vecino';
import { median } from 'vecino/measure';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { seededRandom } from '../random.ts';
import { rounded, whole } from '../report/numbers.ts';
import { build, createCollection, rowRange } from './collections.ts';
import { type DataRequest, loadData, questionsOf } from './data.ts';
import { enlarged } from './enlarged.ts';
import { pinned } from './pinned.ts';
import type { LinePlot } from './report/line-plot.ts';
import { type Table, tableOf } from './report/table.ts';
import type { Conditions, Findings, Goal, Scenario } from './scenario.ts';
import {
  type Lap,
  medianFigures,
  medianRatio,
  type Timing,
  type TimingOptions,
  timeInTurns,
} from './timing.ts';

export interface QueriesOptions extends TimingOptions {
  readonly data: DataRequest;
  /** Records of the collection; where the data have fewer, copies with noise make up the rest. */
  readonly records: number;
  readonly k: number;
  readonly efSearch: number;
}

const FULL = { records: 100_000, k: 10, efSearch: 64, repetitions: 5, secondsPerLap: 0.3 } as const;

export const queries: Scenario<QueriesOptions> = {
  about:
    'filtered, grouped, diversified, counted, reranked, hybrid, paged and batch search, beside plain search',
  sizes: {
    full: [{ ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 500 } }],
    quick: [
      {
        ...FULL,
        records: 20_000,
        repetitions: 3,
        data: { dataset: 'glosses', prepared: 20_000, rows: 20_000, queries: 200 },
      },
    ],
    tiny: [
      {
        ...FULL,
        records: 3_000,
        repetitions: 1,
        secondsPerLap: 0.01,
        data: { dataset: 'synthetic', prepared: 2_500, rows: 2_500, queries: 20, dimension: 16 },
      },
    ],
  },
  run: runQueries,
};

const RECALL_MIN = 0.95;
/** Values of the field that filters and facets read, equally frequent. */
const TENTHS = 10;
/** Values of the field that hits are grouped by: neighbours have the same more often than not. */
const TOPICS = 50;

/** What is asked, as parts of a query beside vector, k and effort. */
const KINDS = {
  plain: {},
  filtered: { filter: { tenth: 3 } },
  grouped: { groupBy: { path: 'topic', hits: 3 } },
  diversified: { diversify: true },
  counted: { facets: ['tenth', 'topic'] },
  'filtered and counted': { filter: { tenth: 3 }, facets: ['topic'] },
  reranked: { rerank: shortest },
} as const satisfies Readonly<Record<string, Partial<SearchQuery>>>;

/** These choose among more candidates than k, and one that was missed can change what is chosen: no goal. */
const SECOND_STAGES: readonly Kind[] = ['diversified', 'reranked', 'hybrid'];

type Kind = keyof typeof KINDS | 'words' | 'hybrid' | 'second page' | 'many at once';

interface QueriesRow extends Timing {
  readonly kind: Kind;
  /** Share of the hits of the same query with `exact: true`; the order is not judged. */
  readonly recall: number;
  /** Times the speed of plain search, by processor time. */
  readonly timesPlain: number;
}

/** A second stage that costs next to nothing, so that what is timed is the way to it and back. */
function shortest(hits: readonly Hit[]): number[] {
  return hits.map(({ document = '' }) => -document.length);
}

async function runQueries(
  options: QueriesOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const loaded = await loadData(options.data, conditions, progress);
  const data = enlarged(loaded, options.records, seededRandom(conditions.seed));
  const { name, rows: records, dimension, metric } = data;
  progress(`${name}: building ${records} x ${dimension}`);
  await using opened = await createCollection(':memory:', data, conditions, { fullText: true });
  const { collection } = opened;
  const texts = data.texts();
  await build(collection, data, rowRange(0, records), progress, (row) => ({
    document: texts[row]?.document ?? '',
    metadata: { tenth: (row * 7) % TENTHS, topic: topicOf(data.base.subarray(row * dimension)) },
  }));

  const vectors = questionsOf(data);
  const laps = new Map<Kind, Lap>();
  const { k, efSearch } = options;
  const own = { k, efSearch, include: [] } as const;
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    laps.set(
      kind,
      vectors.map((vector) => ({ vector, ...own, ...KINDS[kind] })),
    );
  }
  // Three words of some record, which need not lie near to the vector: what is timed is looking for both.
  const words = vectors.map((_, i) => wordsOf(texts[(i * 37) % texts.length]?.document ?? ''));
  laps.set(
    'words',
    words.map((fullText) => ({ fullText, k, include: [] })),
  );
  laps.set(
    'hybrid',
    vectors.map((vector, i) => ({ vector, fullText: words[i] ?? '', ...own })),
  );
  progress(`${name}: first pages`);
  const pages: SearchQuery[] = [];
  for (const vector of vectors) {
    const { next } = await collection.search({ vector, ...own, page: true });
    if (next !== undefined) pages.push({ vector, ...own, page: next });
  }
  laps.set('second page', pages);

  progress(`${name}: measuring recall`);
  const recalls = new Map<Kind, number>();
  for (const [kind, lap] of laps) recalls.set(kind, await recallOf(collection, lap));
  const kinds = [...laps.keys()];
  const timings = await pinned(conditions, () =>
    timeInTurns(collection, [...laps.values()], options, progress),
  );
  const [plain = []] = timings;
  const figures = kinds.map(
    (kind, i): QueriesRow => ({
      kind,
      recall: recalls.get(kind) ?? 0,
      ...medianFigures(timings[i] ?? []),
      timesPlain: medianRatio(timings[i] ?? [], plain, 'qpsOfCpu'),
    }),
  );
  figures.push(await pinned(conditions, () => manyAtOnce(collection, laps.get('plain') ?? [], options)));

  return {
    subject: name,
    title: `Queries: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `${vectors.length} queries one at a time, k = ${k}, efSearch ${efSearch}, ids and scores. The filter lets a tenth pass; groups are the best 3 hits of the best ${k} of ${TOPICS} values that near records share; facets count ${TENTHS} and ${TOPICS} values over all that match; ${5 * k} candidates are diversified or scored by a function that does next to nothing; "words" looks for three words of some record by BM25, "hybrid" for them and the vector, fused by reciprocal ranks; "second page" is the page behind the first ${k}; "many at once" is one call of \`searchMany\` with one worker. Recall: the share of the hits of the same query with \`exact: true\`. All but the last take turns in ${options.repetitions} repetitions, "of plain" is the median of the ratios within each, by processor time.`,
    rows: figures.map((row) => ({ dataset: name, records, dimension, metric, k, efSearch, ...row })),
    tables: [tableOfFigures(figures)],
    plots: [plotOf(`${name}: speed of queries, as a share of plain search`, figures)],
    goals: goalsOf(figures),
  };
}

/** By the signs of a few coordinates, which neighbours share more often than others do. */
function topicOf(vector: Float32Array): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = vector;
  const signs = [a, b, c, d, e].reduce((bits, value, i) => bits + (value > 0 ? 2 ** i : 0), 0);
  return (signs * 2 + (Math.abs(a) > Math.abs(b) ? 1 : 0)) % TOPICS;
}

/** The last three words: the first ones are mostly articles. */
function wordsOf(document: string): string {
  return (document.match(/\p{L}+|\p{N}+/gu) ?? []).slice(-3).join(' ');
}

async function recallOf(collection: Collection, lap: Lap): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (const query of lap) {
    const best = new Set((await collection.search({ ...query, exact: true })).map(({ id }) => id));
    const hits = await collection.search(query);
    wanted += best.size;
    found += hits.filter(({ id }) => best.has(id)).length;
  }
  return wanted === 0 ? 1 : found / wanted;
}

/** All queries in one call, over and over. */
async function manyAtOnce(
  collection: Collection,
  lap: Lap,
  { repetitions, secondsPerLap }: TimingOptions,
): Promise<QueriesRow> {
  const timings: Timing[] = [];
  const plain: Timing[] = [];
  let answers = await collection.searchMany(lap);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const many = new Stopwatch();
    let calls = 0;
    for (many.start(); calls === 0 || many.seconds < secondsPerLap; calls++) {
      answers = await collection.searchMany(lap);
      many.stop();
      many.start();
    }
    many.stop();
    const each = new Stopwatch();
    each.start();
    for (const query of lap) await collection.search(query);
    each.stop();
    timings.push(timingOf(lap.length * calls, many));
    plain.push(timingOf(lap.length, each));
  }
  let found = 0;
  let wanted = 0;
  for (const [i, query] of lap.entries()) {
    const best = new Set((await collection.search({ ...query, exact: true })).map(({ id }) => id));
    wanted += best.size;
    found += (answers[i] ?? []).filter(({ id }) => best.has(id)).length;
  }
  return {
    kind: 'many at once',
    recall: found / wanted,
    ...medianFigures(timings),
    timesPlain: median(timings.map(({ qpsOfCpu }, i) => qpsOfCpu / (plain[i]?.qpsOfCpu ?? Number.NaN))),
  };
}

/** A call answers all of its queries together, so there is one latency, its share of the call. */
function timingOf(queries: number, { seconds, cpuSeconds }: Stopwatch): Timing {
  const ms = (seconds / queries) * 1_000;
  return { qps: queries / seconds, qpsOfCpu: queries / cpuSeconds, p50Ms: ms, p99Ms: ms };
}

function tableOfFigures(figures: readonly QueriesRow[]): Table {
  return tableOf('Recall and speed', figures, [
    { head: 'query', align: 'l', cell: ({ kind }) => kind },
    { head: 'recall', cell: ({ recall }) => recall.toFixed(4) },
    { head: 'QPS', cell: ({ qps }) => whole(qps) },
    { head: 'QPS of CPU', cell: ({ qpsOfCpu }) => whole(qpsOfCpu) },
    { head: 'p50 ms', cell: ({ p50Ms }) => rounded(p50Ms) },
    { head: 'p99 ms', cell: ({ p99Ms }) => rounded(p99Ms) },
    { head: 'of plain', cell: ({ timesPlain }) => rounded(timesPlain) },
  ]);
}

function plotOf(title: string, figures: readonly QueriesRow[]): LinePlot {
  return {
    title,
    note: 'by processor time, at one efSearch; further right finds more',
    x: { label: 'recall', scale: 'linear' },
    y: { label: 'QPS over plain QPS', scale: 'logarithmic' },
    series: figures.map(({ kind, recall, timesPlain }) => ({ name: kind, points: [[recall, timesPlain]] })),
  };
}

function goalsOf(figures: readonly QueriesRow[]): Goal[] {
  const nearest = figures.filter(({ kind }) => !SECOND_STAGES.includes(kind));
  const least = nearest.reduce((lowest, row) => (row.recall < lowest.recall ? row : lowest));
  return [
    {
      promise: `recall at least ${RECALL_MIN} wherever the hits are the nearest`,
      found: `${least.recall.toFixed(4)} at the least (${least.kind})`,
      kept: least.recall >= RECALL_MIN,
    },
  ];
}
