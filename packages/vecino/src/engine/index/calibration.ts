import type { Calibration, CalibrationPoint } from '../../api/collection-stats.ts';
import { present } from '../../base/assert.ts';

/** Hits that a curve is measured for, powers of ten; in between, efforts are interpolated. */
export const CALIBRATED_K = [1, 10, 100] as const;

/**
 * The part of what may be missed that is kept back: records find one another a little more easily than queries find
 * them. On pictures, texts and words, under all metrics, these missed 0.8 to 1.3 times what was foretold.
 */
const KEPT_BACK = 0.1;
/** The part of a step that is not worth another step. */
const ROUNDED_OFF = 0.1;
/** Efforts that differ by less are the same. */
const ROUNDING = 1e-9;
/** Less than this cannot be missed knowingly: the greatest recall that can be asked for misses ten times as much. */
const MISSED_MIN = 1e-4;
/** Recalls are found to four digits. */
const HALVINGS = 14;

/**
 * The least effort that reaches a recall for k hits; the greatest that was measured, where none does.
 *
 * @param parts efforts are multiples of so many parts of 1
 */
export function effortFor(calibration: Calibration, recall: number, k: number, parts: number): number {
  const steps = rawEffortFor(calibration, recall + KEPT_BACK * (1 - recall), k) * parts;
  return Math.max(1, Math.ceil(steps - ROUNDED_OFF) / parts);
}

/**
 * The recall to expect of an effort: the inverse of {@link effortFor}, but for what that keeps back, found by halving.
 * Null where it is less than any effort that was measured.
 */
export function expectedRecall(calibration: Calibration, effort: number, k: number): number | null {
  const most = effort * (1 + ROUNDING);
  if (rawEffortFor(calibration, 0, k) > most) return null;
  const tops = calibration.curves.map(({ points }) => points.at(-1)?.recall ?? 0);
  let [low, high] = [0, between(tops, k)];
  if (rawEffortFor(calibration, high, k) <= most) return high;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (rawEffortFor(calibration, middle, k) <= most) low = middle;
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

/**
 * Between two points what is missed falls as a power of the effort: of inverted lists, one to ten probed, this is
 * right to .003 where a straight line is wrong by .02.
 */
function effortOn(points: readonly CalibrationPoint[], recall: number): number {
  const to = points.findIndex((point) => point.recall >= recall);
  const upper = present(to < 0 ? points.at(-1) : points[to], 'a point of the curve');
  const lower = points[to - 1];
  if (!lower || upper.recall <= lower.recall) return upper.effort;
  const [from, least] = [missed(lower.recall), missed(upper.recall)];
  const share = from > least ? (from - missed(recall)) / (from - least) : 1;
  return lower.effort * (upper.effort / lower.effort) ** share;
}

function missed(recall: number): number {
  return Math.log(Math.max(MISSED_MIN, 1 - recall));
}

/** The value for k hits, from those for the numbers of hits that were measured; beyond the last, that one's. */
function between(values: readonly number[], k: number): number {
  const place = Math.min(Math.log10(k), values.length - 1);
  const lower = values[Math.floor(place)] ?? 0;
  const upper = values[Math.ceil(place)] ?? 0;
  return lower + (upper - lower) * (place % 1);
}
