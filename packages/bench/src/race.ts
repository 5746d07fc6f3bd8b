/**
 * Speed at equal recall: each engine at the efforts around the recalls that are asked for, timed in turns.
 *
 * The turns are A B A B …: within a repetition the engines are timed at about the same recall one right after
 * the other, so that whatever else the machine does meets all alike. The speed at a recall is interpolated
 * within each repetition, and the ratio of two engines is the median of their ratios within each.
 */

import { type Crossing, crossingOf, median, valueAt } from 'vecino/measure';
import { bestOfGrid, type RecalledEffort } from './effort-grid.ts';
import type { Entrant } from './entrant.ts';
import { type Effort, type Knob, NO_EFFORT } from './knob.ts';
import type { Timing } from './process/messages.ts';
import type { Progress } from './progress.ts';
import { meanRecall, type RecallBasis } from './recall.ts';
import { RecallCurve } from './recall-curve.ts';
import type { RatioRow, Report, SearchFigures, SearchRow, UnreachedRow } from './report/report.ts';

export interface RaceOptions {
  readonly k: number;
  /** Recalls at which speed is compared, rising. */
  readonly recalls: readonly number[];
  readonly repetitions: number;
  readonly secondsPerTiming: number;
}

/** Queries before the clock starts: the engine before has just had the processor's caches. */
const WARMING = 100;

/** One engine at one effort, timed once a repetition. */
interface Lap extends RecalledEffort {
  /** Distances computed for a query, where the engine tells. */
  readonly distances: number | undefined;
  readonly timings: Timing[];
}

/** One engine with its laps, by rising recall. */
interface Course {
  readonly entrant: Entrant;
  readonly laps: readonly Lap[];
}

/** Figures of each repetition at one recall. */
interface Crossed {
  readonly entrant: Entrant;
  readonly qps: readonly number[];
  readonly qpsOfCpu: readonly number[];
  readonly row: SearchRow;
}

export async function raceAtEqualRecall(
  entrants: readonly Entrant[],
  basis: RecallBasis,
  options: RaceOptions,
  progress: Progress,
): Promise<Pick<Report, 'searches' | 'ratios' | 'unreached' | 'curve'>> {
  const courses = await planCourses(entrants, basis, options, progress);
  await timeInTurns(courses, basis, options, progress);

  const searches: SearchRow[] = [];
  const ratios: RatioRow[] = [];
  const unreached: UnreachedRow[] = [];
  for (const recallWanted of options.recalls) {
    const crossed: Crossed[] = [];
    for (const { entrant, laps } of courses) {
      const recalls = laps.map(({ recall }) => recall);
      const crossing = crossingOf(recalls, recallWanted);
      if (crossing) crossed.push(cross(entrant, laps, crossing, recallWanted));
      else unreached.push({ peer: entrant.name, recallWanted, recallBest: Math.max(0, ...recalls) });
    }
    searches.push(...crossed.map(({ row }) => row));
    ratios.push(...ratiosOf(crossed, recallWanted));
  }
  return { searches, ratios, unreached, curve: courses.flatMap(figuresOf) };
}

async function planCourses(
  entrants: readonly Entrant[],
  basis: RecallBasis,
  options: RaceOptions,
  progress: Progress,
): Promise<Course[]> {
  const planned = new Map<unknown, readonly Lap[]>();
  const courses: Course[] = [];
  for (const entrant of entrants) {
    // Answers with documents are the same answers.
    let laps = planned.get(entrant.process);
    if (!laps) {
      progress(`${entrant.name}: measuring recall@${options.k}`);
      laps = await planLaps(entrant, basis, options);
      planned.set(entrant.process, laps);
    }
    courses.push({ entrant, laps: laps.map((lap) => ({ ...lap, timings: [] })) });
  }
  return courses;
}

/** Seconds of the brief timings that tell which of the pairs of two knobs are worth timing well. */
const SECONDS_OF_TRIAL = 0.1;

async function planLaps(
  { knob, process }: Entrant,
  basis: RecallBasis,
  { k, recalls, secondsPerTiming }: RaceOptions,
): Promise<Lap[]> {
  const course = { queries: queryCount(basis), k, batch: 1 };
  const [low, high] = [Math.min(...recalls), Math.max(...recalls)];
  const distances = new Map<string, number>();
  const recallOf = async (effort: Effort) => {
    const answers = await process.ask({ kind: 'answer', ...course, ...effort });
    if (answers.distances !== undefined) distances.set(keyOf(effort), answers.distances);
    return meanRecall(basis, answers.rows, k);
  };
  const secondsMin = Math.min(SECONDS_OF_TRIAL, secondsPerTiming);
  const efforts = await (knob.refines.length > 1
    ? bestOfGrid({
        knob,
        low,
        high,
        recallOf,
        timed: (effort) =>
          process.ask({
            kind: 'time',
            ...course,
            ...effort,
            withRecords: false,
            warming: WARMING,
            secondsMin,
          }),
      })
    : effortsAround(knob, low, high, recallOf));
  return efforts.map((effort) => ({ ...effort, distances: distances.get(keyOf(effort)), timings: [] }));
}

async function effortsAround(
  knob: Knob,
  low: number,
  high: number,
  recallOf: (effort: Effort) => Promise<number>,
): Promise<RecalledEffort[]> {
  const { refine } = NO_EFFORT;
  const curve = new RecallCurve(knob.efforts, (effort) => recallOf({ effort, refine }));
  const laps: RecalledEffort[] = [];
  for (const effort of await curve.effortsAround(low, high)) {
    laps.push({ effort, refine, recall: await curve.at(effort) });
  }
  return laps;
}

function keyOf({ effort, refine }: Effort): string {
  return `${effort} ${refine}`;
}

async function timeInTurns(
  courses: readonly Course[],
  basis: RecallBasis,
  { k, repetitions, secondsPerTiming: secondsMin }: RaceOptions,
  progress: Progress,
): Promise<void> {
  const turns = dealt(courses.map(({ entrant, laps }) => laps.map((lap) => ({ entrant, lap }))));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    progress(`timing ${turns.length} laps, repetition ${repetition} of ${repetitions}`);
    for (const { entrant, lap } of turns) {
      const { process, withRecords } = entrant;
      const { effort, refine } = lap;
      const course = { queries: queryCount(basis), k, effort, refine, batch: 1 };
      lap.timings.push(
        await process.ask({ kind: 'time', ...course, withRecords, warming: WARMING, secondsMin }),
      );
    }
  }
}

/** The first of each list, the second of each, and so on. */
function dealt<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

function cross(entrant: Entrant, laps: readonly Lap[], crossing: Crossing, recallWanted: number): Crossed {
  const repetitions = laps[crossing.to]?.timings.length ?? 0;
  const at = (figure: Exclude<keyof Timing, 'queries'>): number[] =>
    Array.from({ length: repetitions }, (_, repetition) =>
      valueAt(
        laps.map(({ timings }) => timings[repetition]?.[figure] ?? Number.NaN),
        crossing,
      ),
    );
  const between = (figure: 'effort' | 'refine' | 'distances') =>
    valueAt(
      laps.map((lap) => lap[figure] ?? Number.NaN),
      crossing,
    );
  const qps = at('qps');
  const qpsOfCpu = at('qpsOfCpu');
  const isFirst = crossing.from === crossing.to;
  const row: SearchRow = {
    recallWanted,
    peer: entrant.name,
    effort: between('effort'),
    refine: between('refine'),
    ...(laps[crossing.to]?.distances !== undefined && { distances: between('distances') }),
    recall: isFirst ? (laps[crossing.to]?.recall ?? recallWanted) : recallWanted,
    qps: median(qps),
    qpsOfCpu: median(qpsOfCpu),
    p50Ms: median(at('p50Ms')),
    p99Ms: median(at('p99Ms')),
  };
  return { entrant, qps, qpsOfCpu, row };
}

/** Each of ours over each of the others. */
function ratiosOf(crossed: readonly Crossed[], recallWanted: number): RatioRow[] {
  const ours = crossed.filter(({ entrant }) => entrant.isOurs);
  const theirs = crossed.filter(({ entrant }) => !entrant.isOurs);
  return theirs.flatMap((under) =>
    ours.map((over) => ({
      recallWanted,
      ours: over.entrant.name,
      theirs: under.entrant.name,
      byClock: medianRatio(over.qps, under.qps),
      byCpu: medianRatio(over.qpsOfCpu, under.qpsOfCpu),
    })),
  );
}

/** The median over the repetitions of the ratio within each. */
export function medianRatio(over: readonly number[], under: readonly number[]): number {
  return median(over.map((value, repetition) => value / (under[repetition] ?? Number.NaN)));
}

function figuresOf({ entrant, laps }: Course): SearchFigures[] {
  return laps.map(({ effort, refine, recall, distances, timings }) => ({
    peer: entrant.name,
    effort,
    refine,
    recall,
    ...(distances !== undefined && { distances }),
    qps: median(timings.map(({ qps }) => qps)),
    qpsOfCpu: median(timings.map(({ qpsOfCpu }) => qpsOfCpu)),
    p50Ms: median(timings.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(timings.map(({ p99Ms }) => p99Ms)),
  }));
}

function queryCount({ queries, dimension }: RecallBasis): number {
  return queries.length / dimension;
}
