import type { Calibration, CalibrationPoint } from '../../api/collection.ts';
import type { Metric } from '../../api/search.ts';
import { present } from '../../base/assert.ts';

/** Hits that a curve is measured for, powers of ten; in between, efforts are interpolated. */
export const CALIBRATED_K = [1, 10, 100] as const;

/**
 * What is aimed at beyond the recall that is asked for: records find one another a little more easily than queries
 * find them, and a mean over some hundred queries is off by half a hundredth now and then.
 */
const MARGIN = 0.004;
/**
 * Under `dot` queries are not like records: what pictures missed was 1.3 to 1.5 times what was foretold. So a part
 * of what may be missed is kept back.
 */
const DOT_MARGIN = 0.25;

/** The part of a step that is not worth another step. */
const ROUNDED_OFF = 0.2;
/** Recalls are found to four digits. */
const HALVINGS = 14;

/**
 * The least effort that reaches a recall for k hits; the greatest that was measured, where none does.
 *
 * @param parts efforts are multiples of so many parts of 1
 */
export function effortFor(
  calibration: Calibration,
  recall: number,
  k: number,
  metric: Metric,
  parts: number,
): number {
  const margin = MARGIN + (metric === 'dot' ? DOT_MARGIN * (1 - recall) : 0);
  const steps = rawEffortFor(calibration, recall + margin, k) * parts;
  return Math.max(1, Math.ceil(steps - ROUNDED_OFF) / parts);
}

/** The recall to expect of an effort: the inverse of {@link effortFor}, but for the margin, found by halving. */
export function expectedRecall(calibration: Calibration, effort: number, k: number, parts: number): number {
  const tops = calibration.curves.map(({ points }) => points.at(-1)?.recall ?? 0);
  let [low, high] = [0, between(tops, k)];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (rawEffortFor(calibration, middle, k) <= effort + ROUNDED_OFF / parts) low = middle;
    else high = middle;
  }
  return high;
}

/** Between the numbers of hits that were measured, efforts grow as a power of the number. */
function rawEffortFor({ curves }: Calibration, recall: number, k: number): number {
  const efforts = curves.map(({ points }) => Math.log(effortOn(points, recall)));
  return Math.exp(between(efforts, k));
}

/**
 * Turns measured recalls, in the order of efforts, into a curve that never falls: neighbours that contradict each
 * other get their mean (the pool-adjacent-violators algorithm of isotonic regression, linear in their number).
 */
export function levelled(points: readonly CalibrationPoint[]): CalibrationPoint[] {
  const pools: { sum: number; count: number }[] = [];
  for (const { recall } of points) {
    let pool = { sum: recall, count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  }
  const recalls = pools.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
  return points.map(({ effort }, i) => ({ effort, recall: recalls[i] ?? 0 }));
}

/** Between two points recall grows more slowly at the end than at the start: the straight line errs upwards in effort. */
function effortOn(points: readonly CalibrationPoint[], recall: number): number {
  const to = points.findIndex((point) => point.recall >= recall);
  const upper = present(to < 0 ? points.at(-1) : points[to], 'a point of the curve');
  const lower = points[to - 1];
  if (!lower || upper.recall <= lower.recall) return upper.effort;
  const share = (recall - lower.recall) / (upper.recall - lower.recall);
  return lower.effort * (upper.effort / lower.effort) ** share;
}

/** The value for k hits, from those for the numbers of hits that were measured; beyond the last, that one's. */
function between(values: readonly number[], k: number): number {
  const place = Math.min(Math.log10(k), values.length - 1);
  const lower = values[Math.floor(place)] ?? 0;
  const upper = values[Math.ceil(place)] ?? 0;
  return lower + (upper - lower) * (place % 1);
}
