import type { Measured } from 'vecino/measure';

/**
 * The part of a Pareto front that recalls from `low` to `high` are interpolated in: from the last point below the one
 * to the first that reaches the other.
 */
export function between<Point extends Measured>(front: readonly Point[], low: number, high: number): Point[] {
  const from = front.findLastIndex(({ recall }) => recall < low);
  const to = front.findIndex(({ recall }) => recall >= high);
  return front.slice(Math.max(from, 0), to < 0 ? undefined : to + 1);
}
