/**
 * Calibration: whether `recall: .95` keeps its word. The collection picks the effort by what its own vectors have
 * shown; the data set's queries, which it has never seen, show what it found.
 */
import { type Collection, type IndexOptions, open, type SearchQuery, VecinoError } from 'vecino';
import { mean } from 'vecino/measure';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { answersOf, build, createCollection, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, questionsOf } from './data.ts';
import { type ExactAnswers, loadJudged } from './exact-answers.ts';
import { type FamilyFacts, type FamilyName, factsOf, indexOf } from './families.ts';
import { pinned } from './pinned.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';
import { medianFigures, type TimingOptions, timeInTurns } from './timing.ts';

export interface CalibrationOptions extends TimingOptions {
  readonly data: DataRequest;
  readonly families: readonly FamilyName[];
  readonly k: number;
  readonly recalls: readonly number[];
  /** How long a collection has for its calibration. */
  readonly patienceSeconds: number;
}

const FULL = {
  families: ['hnsw', 'ivf', 'pq', 'lsh'],
  k: 10,
  recalls: [0.9, 0.95, 0.99],
  repetitions: 3,
  secondsPerLap: 0.5,
  patienceSeconds: 600,
} as const;

export const calibration: Scenario<CalibrationOptions> = {
  about: 'recall that is asked for against recall that is found, each family, on queries never seen',
  sizes: {
    full: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 1_000 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 1_000 } },
      { ...FULL, data: { dataset: 'glove', prepared: 340_000, rows: 340_000, queries: 1_000 } },
      { ...FULL, data: { dataset: 'synthetic', prepared: 1_000_000, rows: 200_000, queries: 1_000 } },
    ],
    quick: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 10_000, queries: 500 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 20_000, rows: 10_000, queries: 500 } },
    ],
    tiny: [
      {
        ...FULL,
        repetitions: 1,
        secondsPerLap: 0.01,
        patienceSeconds: 5,
        data: { dataset: 'synthetic', prepared: 3_000, rows: 3_000, queries: 200, dimension: 16 },
      },
    ],
  },
  run: runCalibration,
};

/**
 * How far the recall that is found may lie from the one that the calibration foretells, and how far below the one
 * that is asked for. It may lie above that one where the least effort finds more, or none lies between.
 */
const ERROR_MAX = 0.02;

interface CalibrationRow {
  readonly family: string;
  readonly wanted: number;
  readonly found: number;
  /** What the calibration foretells of the effort that it picks. */
  readonly foretold: number;
  /** Share of the searches that the index itself answered, and not a comparison with all. */
  readonly byIndex: number;
  readonly distanceComputations: number;
  readonly qps: number;
  readonly qpsOfCpu: number;
}

async function runCalibration(
  options: CalibrationOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const { data, truth } = await loadJudged(options.data, options.k, conditions, progress);
  const { name, dimension, metric, rows: records } = data;
  const rows: CalibrationRow[] = [];
  const absent: string[] = [];
  for (const family of options.families) {
    const judged = await judgeFamily(factsOf(family), data, truth, options, conditions, progress);
    if (typeof judged === 'string') absent.push(`${family} (${judged})`);
    else rows.push(...judged);
  }
  return {
    subject: name,
    title: `Calibration: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `A collection a family is built and left alone until it has calibrated itself; then ${data.queries} queries of the data set, none of them stored, are searched with \`recall\` and nothing else, k = ${options.k}, ids and scores. "By the index" is the share of the searches that were not a comparison with all.${absent.length > 0 ? ` Left out: ${absent.join('; ')}.` : ''}`,
    rows: rows.map((row) => ({ dataset: name, records, dimension, metric, k: options.k, ...row })),
    tables: [
      tableOf('Recall', rows, [
        { head: 'family', align: 'l', cell: ({ family }) => family },
        { head: 'wanted', cell: ({ wanted }) => String(wanted) },
        { head: 'found', cell: ({ found }) => found.toFixed(4) },
        { head: 'foretold', cell: ({ foretold }) => foretold.toFixed(4) },
        { head: 'by the index', cell: ({ byIndex }) => rounded(byIndex) },
        { head: 'distances', cell: (row) => whole(row.distanceComputations) },
        { head: 'QPS', cell: ({ qps }) => whole(qps) },
        { head: 'QPS of CPU', cell: ({ qpsOfCpu }) => whole(qpsOfCpu) },
      ]),
    ],
    plots: [],
    goals: rows.map(({ family, wanted, found, foretold }) => ({
      promise: `${family}, recall ${wanted}: found as foretold within ${ERROR_MAX}, and no further below`,
      found: `${found.toFixed(4)}, foretold ${foretold.toFixed(4)}`,
      kept: Math.abs(found - foretold) <= ERROR_MAX && found >= wanted - ERROR_MAX,
    })),
  };
}

/** @returns why the family has no part, in a sentence, where it has none */
async function judgeFamily(
  facts: FamilyFacts,
  data: Data,
  truth: ExactAnswers,
  options: CalibrationOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<CalibrationRow[] | string> {
  const index = indexOf(facts.family, conditions);
  const refusal = await refusalOf(index);
  if (refusal !== undefined) return refusal;
  progress(`${data.name}: building ${facts.family}`);
  using folder = temporaryFolder(conditions);
  await using opened = await createCollection(folder.path, data, conditions, { index });
  const { collection } = opened;
  await build(collection, data, rowRange(0, data.rows), progress);
  progress(`${data.name}, ${facts.family}: waiting for the calibration`);
  if (!(await isCalibrated(collection, data, options))) {
    return `it has not calibrated itself within ${options.patienceSeconds} s`;
  }
  const rows: CalibrationRow[] = [];
  for (const wanted of options.recalls) {
    progress(`${data.name}, ${facts.family}: recall ${wanted}`);
    rows.push(await judgeRecall(collection, facts, data, truth, wanted, options, conditions, progress));
  }
  return rows;
}

/**
 * In its own words, why this version of Vecino takes no `recall` with the index. Asked of another collection, so that
 * the one that is measured calibrates itself when all of its records are there.
 */
async function refusalOf(index: IndexOptions): Promise<string | undefined> {
  await using db = await open(':memory:');
  try {
    const collection = await db.createCollection('asked', { dimension: 2, metric: 'l2', index });
    await collection.search({ vector: [0, 1], ...aimingAt(0.9) });
    return undefined;
  } catch (error) {
    if (error instanceof VecinoError) return error.message;
    throw error;
  }
}

/** How often it is looked whether a calibration is there. */
const LOOK_MS = 100;

/** Waits until the recall of a search is foretold, which needs that somebody has asked for one. */
async function isCalibrated(
  collection: Collection,
  data: Data,
  { patienceSeconds }: CalibrationOptions,
): Promise<boolean> {
  const [vector = new Float32Array(data.dimension)] = questionsOf(data);
  const end = performance.now() + 1000 * patienceSeconds;
  while (performance.now() < end) {
    const [answer] = await answersOf(collection, [{ vector, ...aimingAt(0.9), include: [] }]);
    await collection.flush();
    if (expectedRecallOf(answer?.explain) !== undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

/** Undefined before there is a calibration. */
function expectedRecallOf(explain: object | undefined): number | undefined {
  const expected = explain && 'expectedRecall' in explain ? explain.expectedRecall : undefined;
  return typeof expected === 'number' ? expected : undefined;
}

async function judgeRecall(
  collection: Collection,
  facts: FamilyFacts,
  data: Data,
  truth: ExactAnswers,
  wanted: number,
  options: CalibrationOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<CalibrationRow> {
  const queries = questionsOf(data).map((vector): SearchQuery => {
    return { vector, k: options.k, ...aimingAt(wanted), include: [] };
  });
  const answers = await answersOf(collection, queries);
  const { recall: found } = truth.judge(answers.map(({ rows }) => rows));
  const explained = answers.map(({ explain }) => explain);
  const [timings = []] = await pinned(conditions, () =>
    timeInTurns(collection, [queries], options, progress),
  );
  const { qps, qpsOfCpu } = medianFigures(timings);
  return {
    family: facts.family,
    wanted,
    found,
    foretold: mean(explained.map((explain) => expectedRecallOf(explain) ?? 0)),
    byIndex: explained.filter(({ way }) => (way as string) === facts.way).length / explained.length,
    distanceComputations: mean(explained.map((explain) => explain.distanceComputations)),
    qps,
    qpsOfCpu,
  };
}

function aimingAt(recall: number): Partial<SearchQuery> {
  return Object.fromEntries([['recall', recall]]);
}
