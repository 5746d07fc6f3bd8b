import type { Advice, AdviseOptions, Estimate } from '../api/advice.ts';
import type { Database } from '../api/database.ts';
import type { IndexChoice } from '../api/index-options.ts';
import { VecinoError } from '../base/errors.ts';
import { wilsonInterval } from '../measure/wilson.ts';
import { Attempts } from './attempts.ts';
import {
  advised,
  type Contender,
  choose,
  contendersOf,
  indexOf,
  reasonFor,
  runnerUpReason,
} from './choose.ts';
import { Course } from './course.ts';
import { characterOf, LOOKED_AT_MAX } from './data-character.ts';
import type { Fixed } from './forecast.ts';
import { firstSize } from './plan.ts';
import { type ReadAdviseOptions, readAdviseOptions } from './read-options.ts';
import { Sample, type SourceRecord, type VectorSource } from './source.ts';
import { type Asking, Trial } from './trial.ts';
import { warningsOf } from './warnings.ts';
import { wouldChange } from './would-change.ts';

/** A database that lives as long as the advice, and the threads that build in it. */
export interface Workshop {
  readonly threads: number;
  open(): Promise<Database>;
}

/** Records that are kept out of the trial to be asked with, where there are no queries. */
const HELD_OUT_MAX = 300;
const HELD_OUT_SHARE = 0.2;
/** Records of a collection so small that a search takes only what every search takes. */
const TINY = 50;
/** Seconds that measuring the tuned index takes, beside the time to build it. */
const CHECK_SECONDS = 1;
/** With fewer records no collection tunes itself: comparing with all is cheaper than anything else. */
const TUNED_RECORDS_MIN = 1_000;
/** How much less than the target a tuned index may find before it is made to aim higher. */
const SHORT = 0.01;
const RECALL_MAX = 0.999;

/**
 * Measures what the families of indexes do on a sample of the vectors, at two sizes, and recommends one for all of
 * them: see docs/advisor.md for what is measured and how it is foretold.
 *
 * @throws RECORDS_TOO_FEW, BUDGET_TOO_SHORT, CANCELLED; DIMENSION_MISMATCH of a query; the errors of options
 */
export async function advise(
  source: VectorSource,
  input: AdviseOptions | undefined,
  workshop: Workshop,
): Promise<Advice> {
  const options = readAdviseOptions(source, input);
  const course = new Course(source.thing, options.budgetSeconds, options);
  const sample = new Sample(source, options.seed);
  course.step('reading', 0);
  await using db = await workshop.open();

  const heldOut = options.queries ? 0 : Math.floor(Math.min(HELD_OUT_MAX, HELD_OUT_SHARE * source.records));
  const available = source.records - heldOut;
  const size = firstSize(available, source.dimension, options.budgetSeconds);
  const drawn = await sample.first(heldOut + Math.max(size, Math.min(LOOKED_AT_MAX, available)), (read) =>
    course.step('reading', read),
  );
  const asking: Asking = {
    queries: options.queries?.vectors ?? drawn.slice(0, heldOut).map(({ vector }) => vector),
    k: options.k,
    isFiltered: source.isFiltered,
  };
  const queries: Advice['queries'] = {
    source: options.queries?.source ?? 'held-out',
    count: asking.queries.length,
  };
  const rest = drawn.slice(heldOut);
  const selectivity = selectivityOf(source, rest);
  const data = await characterOf(db, source, rest, course);
  const fixed = await fixedOf(db, source, rest, course, asking);

  const trial = await Trial.begin(db, source, course, asking);
  const attempts = new Attempts(trial, course, options, fixed);
  const begun = course.seconds;
  await attempts.grow(rest.slice(0, size));
  const readSeconds = course.seconds - begun;
  await attempts.first();
  if (!attempts.hasApproximate) throw tooShort(source, options);
  await attempts.second(sample, heldOut, available, readSeconds);

  const configurations = attempts.configurations();
  const contenders = contendersOf(configurations);
  const choice = choose(contenders);
  if (!choice) throw nothingMeets(source, configurations);
  const { best, next } = choice;
  const tuned = await check(trial, attempts, best, options, course);
  const wanted: Advice['wanted'] = {
    recall: options.recall,
    k: options.k,
    isFiltered: source.isFiltered,
    selectivity,
    ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
    updatesPerSecond: options.updatesPerSecond,
    budgetSeconds: options.budgetSeconds,
  };
  return {
    subject: source.subject,
    records: source.records,
    fullRecords: options.records,
    dimension: source.dimension,
    metric: source.metric,
    at: new Date().toISOString(),
    wanted,
    queries,
    threads: workshop.threads,
    seconds: course.seconds,
    data,
    warnings: warningsOf(source.metric, source.dimension, data, queries, {
      k: options.k,
      matches: Math.round(options.records * selectivity),
    }),
    configurations,
    recommendation: advised(best, tuned.index, tuned.recall, reasonFor(choice, wanted)),
    ...(next && {
      runnerUp: advised(
        next,
        indexOf(next, options.recall),
        foretold(next, options, asking),
        runnerUpReason(choice),
      ),
    }),
    wouldChange: wouldChange(best, contenders, options, options.records, (one, records) =>
      attempts.forecastAt(one, records),
    ),
  };
}

/** The share of a sample that the filter lets pass. */
function selectivityOf({ thing }: VectorSource, records: readonly SourceRecord[]): number {
  const matching = records.filter(({ matches }) => matches).length;
  if (matching > 0) return matching / records.length;
  throw new VecinoError(
    'RECORDS_TOO_FEW',
    `${thing}: the filter lets pass none of ${records.length} records of the sample, expected some; so few matches are compared with all: leave the filter out`,
    { details: { expected: 1, received: 0 } },
  );
}

/** What is there whatever there is: seconds of a search for so many hits among hardly more records, and bytes. */
async function fixedOf(
  db: Database,
  source: VectorSource,
  records: readonly SourceRecord[],
  course: Course,
  asking: Asking,
): Promise<Fixed> {
  const trial = await Trial.begin(db, source, course, { ...asking, isFiltered: false }, 'tiny');
  await trial.grow(records.slice(0, Math.max(TINY, 2 * asking.k)));
  // The first searches of a process are slow, until its code is compiled.
  await trial.measure({}, 2);
  const { qps } = await trial.measure({}, 3);
  const { memoryBytes } = await trial.bytes();
  return {
    seconds: 1 / qps,
    memoryBytes,
    vectorBytes: source.dimension * Float32Array.BYTES_PER_ELEMENT,
  };
}

/**
 * Gives the trial the index as it is recommended, lets it tune itself on the vectors that it holds, and measures what
 * real queries find then: where that is too little, it is made to aim higher. Without time for that the target is foretold.
 */
async function check(
  trial: Trial,
  attempts: Attempts,
  best: Contender,
  options: ReadAdviseOptions,
  course: Course,
): Promise<{ readonly index: IndexChoice; readonly recall: Estimate }> {
  let aim = options.recall;
  const unchecked = { index: indexOf(best, aim), recall: foretold(best, options, trial) };
  if (best.effortOption === undefined) {
    return { index: unchecked.index, recall: { value: 1, low: 1, high: 1 } };
  }
  const seconds = attempts.secondsToBuild(best) + CHECK_SECONDS;
  if (seconds > course.secondsLeft || trial.records < TUNED_RECORDS_MIN) return unchecked;
  course.step('checking', trial.records, best.name);
  let measured: Estimate | undefined;
  for (let attempt = 0; attempt < 2; attempt++) {
    const { [best.effortOption]: _, ...index } = indexOf(best, aim) as unknown as Record<string, unknown>;
    const built = await trial.build(index as unknown as IndexChoice, course.secondsLeft);
    if (built === undefined || !(await trial.calibrated(course.secondsLeft))) break;
    const { recall, low, high } = await trial.measure({}, 1);
    measured = { value: recall, low, high };
    if (recall >= options.recall - SHORT) break;
    // As many times too much as was missed, it is to miss less.
    aim = Math.min(RECALL_MAX, 1 - (1 - aim) * ((1 - options.recall) / (1 - recall)));
  }
  return measured ? { index: indexOf(best, aim), recall: measured } : unchecked;
}

/** What is foretold of a configuration whose effort was found here: the target, as surely as so many queries tell. */
function foretold(
  { effortOption }: Contender,
  { recall }: ReadAdviseOptions,
  { queries }: Pick<Asking, 'queries'>,
): Estimate {
  if (effortOption === undefined) return { value: 1, low: 1, high: 1 };
  return { value: recall, ...wilsonInterval(recall, queries.length) };
}

function tooShort({ thing }: VectorSource, { budgetSeconds }: ReadAdviseOptions): VecinoError {
  const expected = Math.max(10, Math.ceil(4 * budgetSeconds));
  return new VecinoError(
    'BUDGET_TOO_SHORT',
    `${thing}: a budget of ${budgetSeconds} s has not lasted for any index but exact search, expected enough for several; give budgetSeconds of ${expected} or more`,
    { details: { option: 'budgetSeconds', expected, received: budgetSeconds } },
  );
}

function nothingMeets({ thing }: VectorSource, configurations: Advice['configurations']): VecinoError {
  const misses = configurations.flatMap(({ name, misses, samples }) =>
    samples.length > 0 && misses[0] !== undefined ? [`${name}: ${misses[0]}`] : [],
  );
  return new VecinoError(
    'NOTHING_MEETS',
    `${thing}: no index meets all that is wanted, expected one at least; ask for less memory to be saved, less recall, or fewer updates (${misses.slice(0, 3).join('; ')})`,
    { details: { misses } },
  );
}
