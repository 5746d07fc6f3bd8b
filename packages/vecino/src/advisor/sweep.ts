import type { AdvicePoint, AdviceSample, AtTarget } from '../api/advice.ts';
import { crossingOf, valueAt } from '../measure/equal-recall.ts';
import { type Candidate, effortsOf } from './candidates.ts';
import type { Course } from './course.ts';
import { distributionOf, type MeasuredPoint, type Trial } from './trial.ts';

/** What a sweep looks for. */
export interface Wanted {
  readonly recall: number;
  readonly k: number;
}

/** How thoroughly. */
export interface Thoroughness {
  /** Queries of efforts that are not around the target. */
  readonly queries: number;
  /** How often each query is asked with the efforts around the target. */
  readonly repetitions: number;
  /** Seconds after which efforts beyond the target are not tried any more. */
  readonly seconds: number;
  /** Searches a second of exact search: an effort so much slower ends the sweep. */
  readonly exactQps: number | undefined;
  /** Lower efforts are left out. */
  readonly from: number;
}

/** A search that is slower than this share of exact search is of no use, whatever it finds. */
const HOPELESS = 0.15;
/** One slow effort may be the machine’s fault. */
const SLOW_MAX = 3;
/** So many efforts in turn that find next to nothing more say that no further one will. */
const IDLE_MAX = 3;
const GAIN_MIN = 0.0005;
/** Beyond the target curves are of interest until this part of what the target misses. */
const MISSED_PART = 0.15;

/** Measures the index that the trial has: efforts in ascending order, those around the target more often. */
export async function sweep(
  trial: Trial,
  candidate: Candidate,
  wanted: Wanted,
  course: Course,
  { queries, repetitions, seconds, exactQps, from }: Thoroughness,
): Promise<Pick<AdviceSample, 'points' | 'atTarget' | 'latencies' | 'comparesWithAll'>> {
  const begun = course.seconds;
  // What was just built is in no cache yet.
  await trial.warmUp();
  const effortOf = (effort: number) =>
    candidate.effortOption === undefined ? {} : { [candidate.effortOption]: effort };
  const points: MeasuredPoint[] = [];
  const enough = 1 - MISSED_PART * (1 - wanted.recall);
  let [best, idle, slow] = [0, 0, 0];
  for (const effort of effortsOf(candidate, wanted.k, trial.records)) {
    if (effort < from) continue;
    const point = await trial.measure(effortOf(effort), 1, queries);
    points.push(point);
    idle = point.recall - best < GAIN_MIN ? idle + 1 : 0;
    best = Math.max(best, point.recall);
    slow = exactQps !== undefined && point.qps < HOPELESS * exactQps ? slow + 1 : 0;
    const isLate = course.seconds - begun > seconds && best >= wanted.recall;
    if (best >= enough || slow >= SLOW_MAX || isLate || (idle >= IDLE_MAX && best > 0.5)) break;
    if (course.secondsLeft < 0) break;
  }
  const crossing = crossingOf(levelled(points), wanted.recall);
  for (const i of new Set(crossing ? [crossing.from, crossing.to] : [])) {
    const again = await trial.measure(effortOf(points[i]?.effort ?? 0), repetitions);
    points[i] = again;
  }
  const nearest = points[crossing?.to ?? points.length - 1];
  const atTarget = atRecall(points, wanted.recall);
  return {
    points: points.map(({ latenciesMs, isExact, ...point }) => point),
    ...(nearest?.isExact && candidate.effortOption !== undefined && { comparesWithAll: true as const }),
    ...(atTarget && { atTarget }),
    latencies: nearest ? distributionOf(nearest.latenciesMs) : [],
  };
}

/** The figures of a curve at a recall, between the two efforts around it; undefined where none reaches it. */
export function atRecall(points: readonly AdvicePoint[], recall: number): AtTarget | undefined {
  const crossing = crossingOf(levelled(points), recall);
  if (!crossing) return undefined;
  const at = (figure: 'effort' | 'qps' | 'p50Ms' | 'p99Ms') =>
    valueAt(
      points.map((point) => point[figure]),
      crossing,
    );
  // The only effort of exact search is 0, which no power interpolates.
  const effort = crossing.from === crossing.to ? (points[crossing.to]?.effort ?? 0) : at('effort');
  return { effort, qps: at('qps'), p50Ms: at('p50Ms'), p99Ms: at('p99Ms') };
}

/** A greater effort finds no less: what contradicts that is noise. */
function levelled(points: readonly AdvicePoint[]): number[] {
  let best = 0;
  return points.map(({ recall }) => (best = Math.max(best, recall)));
}
