/**
 * Whether advice is right: the recommended index against everything that one may try, with all records, at the
 * recall that was wanted, on queries that the advisor never saw.
 */
import type { Advice, Collection, IndexChoice, IndexFamily, IndexOptions } from 'vecino';
import { median } from 'vecino/measure';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { answersOf, build, createCollection, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, loadData, questionsOf } from './data.ts';
import { type ExactAnswers, exactAnswers } from './exact-answers.ts';
import { factsOf } from './families.ts';
import { pinned } from './pinned.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';
import { searchAtRecall } from './search-at-recall.ts';

interface AdvisorOptions {
  readonly data: DataRequest;
  readonly recall: number;
  readonly k: number;
  readonly budgetSeconds: number;
  readonly repetitions: number;
  readonly secondsPerLap: number;
  /** What is tried beside the recommendation. */
  readonly tried: readonly IndexOptions[];
}

/** More than the advisor tries: what lies between and beyond its configurations. */
const EVERYTHING: readonly IndexOptions[] = [
  { family: 'flat' },
  { family: 'hnsw', M: 8, efConstruction: 100 },
  { family: 'hnsw', M: 12 },
  { family: 'hnsw', M: 16, efConstruction: 100 },
  { family: 'hnsw' },
  { family: 'hnsw', M: 16, efConstruction: 400 },
  { family: 'hnsw', M: 24 },
  { family: 'hnsw', M: 32 },
  { family: 'hnsw', M: 48, efConstruction: 300 },
  { family: 'ivf' },
  { family: 'ivf', nlist: 128 },
  { family: 'ivf', nlist: 512 },
  { family: 'ivf', nlist: 1_024 },
  { family: 'ivf', quantizer: 'sq8' },
  { family: 'ivf', quantizer: 'sq8', nlist: 512 },
  { family: 'ivf', quantizer: 'sq8', nlist: 1_024 },
  { family: 'ivf', quantizer: 'binary' },
  { family: 'ivf', quantizer: 'none' },
  { family: 'pq' },
  { family: 'pq', bits: 8 },
  { family: 'lsh' },
  { family: 'lsh', tables: 12 },
];

/** One of each family, and the graph twice. */
const SOME: readonly IndexOptions[] = [
  { family: 'flat' },
  { family: 'hnsw' },
  { family: 'hnsw', M: 32 },
  { family: 'ivf' },
  { family: 'ivf', quantizer: 'sq8' },
  { family: 'pq' },
];

const FULL = {
  recall: 0.95,
  k: 10,
  budgetSeconds: 120,
  repetitions: 5,
  secondsPerLap: 1,
  tried: EVERYTHING,
} as const;

const QUICK = { ...FULL, budgetSeconds: 40, repetitions: 3, secondsPerLap: 0.3, tried: SOME } as const;

export const advisor: Scenario<AdvisorOptions> = {
  about: 'the advisor’s recommendation against an exhaustive sweep, and its forecasts against what came',
  sizes: {
    full: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 1_000 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 1_000 } },
      { ...FULL, data: { dataset: 'glove', prepared: 340_000, rows: 60_000, queries: 1_000 } },
    ],
    quick: [
      { ...QUICK, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 20_000, queries: 600 } },
      { ...QUICK, data: { dataset: 'glosses', prepared: 20_000, rows: 20_000, queries: 600 } },
      { ...QUICK, data: { dataset: 'glove', prepared: 340_000, rows: 40_000, queries: 600 } },
    ],
    tiny: [
      {
        ...QUICK,
        budgetSeconds: 30,
        repetitions: 1,
        secondsPerLap: 0.01,
        tried: SOME.slice(0, 2),
        data: { dataset: 'synthetic', prepared: 3_000, rows: 1_500, queries: 80, dimension: 16 },
      },
    ],
  },
  run: runAdvisor,
};

/** What the issue of the advisor has promised. */
const SPEED_MIN = 0.9;
const RECALL_ERROR_MAX = 0.02;
/** Seconds in which a collection tunes itself. */
const PATIENCE_SECONDS = 60;
const LOOK_MS = 50;

interface Tried {
  readonly index: string;
  readonly isRecommended: boolean;
  /** At the recall wanted, of the processor's time; 0 where no effort reaches it. */
  readonly qpsOfCpu: number;
  readonly qps: number;
  readonly efforts: string;
}

async function runAdvisor(
  options: AdvisorOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const all = await loadData(options.data, conditions, progress);
  const [seen, unseen] = halves(all);
  progress(`${all.name}: exact answers to ${unseen.queries} queries that the advisor will not see`);
  const [truth] = exactAnswers(unseen, options.k, [() => true]);
  if (!truth) throw new Error(`${all.name}: no exact answers`);
  using folder = temporaryFolder(conditions);
  await using opened = await createCollection(folder.path, all, conditions, { index: { family: 'flat' } });
  const { collection } = opened;
  await build(collection, all, rowRange(0, all.rows), progress);

  const advice = await collection.advise({
    recall: options.recall,
    k: options.k,
    queries: questionsOf(seen),
    budgetSeconds: options.budgetSeconds,
    onProgress: ({ stage, configuration = '', records }) =>
      progress(`${all.name}: the advisor is ${stage} ${configuration} with ${records} records`),
  });
  const { recommendation } = advice;
  const task: SweepTask = { collection, data: unseen, truth, options, conditions };
  const tuned = await tunedFigures(task, recommendation.index, progress);
  const own = await measured(task, untuned(recommendation.index), true, progress);
  const others: Tried[] = [];
  for (const index of options.tried) others.push(await measured(task, index, false, progress));
  const fastest = others.reduce((a, b) => (b.qpsOfCpu > a.qpsOfCpu ? b : a));
  const share = await runOff(task, recommendation.index, fastest, own, progress);
  const rows = [own, ...others].sort((a, b) => b.qpsOfCpu - a.qpsOfCpu);
  const foretoldQps = recommendation.forecast.qps;
  const { name, dimension, metric, rows: records } = all;
  return {
    subject: name,
    title: `Advisor: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `\`collection.advise\` with ${seen.queries} queries and ${options.budgetSeconds} s (it took ${rounded(advice.seconds)} s and measured ${sizesOf(advice)} records); then the recommended index and ${options.tried.length} others are built with all records, and searched at recall ${options.recall}, k = ${options.k}, with ${unseen.queries} other queries, between the two efforts around it. The recommended one and the fastest of the others are built and measured again in turns, and their ratio is that of this run-off.`,
    rows: rows.map((row) => ({ dataset: name, records, dimension, metric, recall: options.recall, ...row })),
    tables: [
      tableOf('Everything, at the recall wanted', rows, [
        { head: 'index', align: 'l', cell: ({ index }) => index },
        { head: '', align: 'l', cell: ({ isRecommended }) => (isRecommended ? 'recommended' : '') },
        { head: 'QPS of CPU', cell: ({ qpsOfCpu }) => (qpsOfCpu === 0 ? 'not reached' : whole(qpsOfCpu)) },
        { head: 'QPS', cell: ({ qps }) => (qps === 0 ? '' : whole(qps)) },
        { head: 'efforts', align: 'l', cell: ({ efforts }) => efforts },
      ]),
      tableOf(
        'Foretold and found, the recommended index tuned by itself',
        [
          ['recall', recommendation.recall.value.toFixed(4), tuned.recall.toFixed(4)],
          ['searches a second', whole(foretoldQps.value), whole(own.qpsOfCpu)],
          ['bytes of memory', whole(recommendation.forecast.memoryBytes.value), whole(tuned.memoryBytes)],
        ],
        [
          { head: '', align: 'l', cell: ([what = '']) => what },
          { head: 'foretold', cell: ([, foretold = '']) => foretold },
          { head: 'found', cell: ([, , found = '']) => found },
        ],
      ),
    ],
    plots: [],
    goals: [
      {
        promise: `the recommendation has at least ${SPEED_MIN} of the best speed of an exhaustive sweep at recall ${options.recall}`,
        found: `${recommendation.name}: ${share.toFixed(3)} of ${fastest.index}`,
        kept: share >= SPEED_MIN,
      },
      {
        promise: `recall on unseen queries is foretold within ${RECALL_ERROR_MAX}`,
        found: `${tuned.recall.toFixed(4)}, foretold ${recommendation.recall.value.toFixed(4)}`,
        kept: Math.abs(tuned.recall - recommendation.recall.value) <= RECALL_ERROR_MAX,
      },
      {
        promise: 'the speed lies within the range that was foretold for all records',
        found: `${whole(own.qpsOfCpu)}, foretold ${whole(foretoldQps.low)} to ${whole(foretoldQps.high)}`,
        kept: own.qpsOfCpu >= foretoldQps.low && own.qpsOfCpu <= foretoldQps.high,
      },
    ],
  };
}

/** Queries for the advisor, and others to judge it by. */
function halves(data: Data): readonly [Data, Data] {
  const half = data.queries >> 1;
  const cut = half * data.dimension;
  return [
    { ...data, queries: half, asked: data.asked.subarray(0, cut) },
    {
      ...data,
      queries: data.queries - half,
      asked: data.asked.subarray(cut),
      comparedQueries: data.comparedQueries.subarray(cut),
    },
  ];
}

interface SweepTask {
  readonly collection: Collection;
  readonly data: Data;
  readonly truth: ExactAnswers;
  readonly options: AdvisorOptions;
  readonly conditions: Conditions;
}

/** Builds an index with all records, and measures it at the recall wanted. */
async function measured(
  { collection, data, truth, options, conditions }: SweepTask,
  index: IndexOptions,
  isRecommended: boolean,
  progress: Progress,
): Promise<Tried> {
  const name = nameOf(index);
  progress(`${data.name}: building ${name} with all records`);
  await collection.reindex(index);
  await collection.flush();
  const at = await pinned(conditions, () =>
    searchAtRecall({ ...options, collection, facts: factsOf(index.family), data, truth }, progress),
  );
  return {
    index: name,
    isRecommended,
    qpsOfCpu: at ? 1e6 / at.searchMicroseconds : 0,
    qps: at ? 1e6 / at.wallMicroseconds : 0,
    efforts: at?.efforts ?? '',
  };
}

/** What the collection does by itself with the index as it is recommended. */
async function tunedFigures(
  { collection, data, truth, options }: SweepTask,
  index: IndexChoice,
  progress: Progress,
): Promise<{ readonly recall: number; readonly memoryBytes: number }> {
  progress(`${data.name}: the recommended index tunes itself`);
  await collection.reindex(index);
  await collection.flush();
  const end = performance.now() + 1_000 * PATIENCE_SECONDS;
  const isTuning = typeof index !== 'string' && 'recall' in index;
  while (isTuning && performance.now() < end && !(await collection.stats()).index.calibration) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const queries = questionsOf(data).map((vector) => ({ vector, k: options.k, include: [] }));
  const answers = await answersOf(collection, queries);
  const { memory } = await collection.stats();
  return {
    recall: truth.judge(answers.map(({ rows }) => rows)).recall,
    memoryBytes: memory.vectorBytes + memory.indexBytes,
  };
}

/** Times that the two are built and measured again, one after the other, so that a busy hour meets both. */
const RUN_OFFS = 2;

/** The share of the fastest one's speed that the recommended one has. */
async function runOff(
  task: SweepTask,
  recommended: IndexChoice,
  fastest: Tried,
  own: Tried,
  progress: Progress,
): Promise<number> {
  const index = untuned(recommended);
  const rival = task.options.tried.find((one) => nameOf(one) === fastest.index);
  if (!rival || fastest.index === own.index) return 1;
  const ratios: number[] = [own.qpsOfCpu / fastest.qpsOfCpu];
  for (let round = 0; round < RUN_OFFS; round++) {
    const theirs = await measured(task, rival, false, progress);
    const ours = await measured(task, index, true, progress);
    ratios.push(ours.qpsOfCpu / theirs.qpsOfCpu);
  }
  return median(ratios);
}

/** The index without the recall that it tunes itself to, and without an effort of its own. */
function untuned(index: IndexChoice): IndexOptions {
  if (typeof index === 'string') return { family: index as IndexFamily };
  const tuning: readonly string[] = ['recall', 'efSearch', 'nprobe', 'probes', 'oversample'];
  return Object.fromEntries(
    Object.entries(index).filter(([name]) => !tuning.includes(name)),
  ) as unknown as IndexOptions;
}

function nameOf({ family, ...options }: IndexOptions): string {
  return [family, ...Object.entries(options).map(([name, value]) => `${name} ${value}`)].join(', ');
}

function sizesOf({ configurations, recommendation }: Advice): string {
  const own = configurations.find(({ name }) => name === recommendation.name);
  return (own?.samples ?? []).map(({ records }) => whole(records)).join(' and ');
}
