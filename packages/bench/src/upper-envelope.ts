/** A measured pair of what counts: larger is better in both. */
export interface Measured {
  readonly recall: number;
  readonly qps: number;
}

/**
 * The points that no other one beats in recall and speed at once, by rising recall: what an engine with two
 * knobs can do for a user who has tried all pairs.
 */
export function upperEnvelope<Point extends Measured>(points: readonly Point[]): Point[] {
  const envelope: Point[] = [];
  for (const point of points.toSorted((a, b) => b.recall - a.recall || b.qps - a.qps)) {
    const quickest = envelope.at(-1);
    if (quickest === undefined || point.qps > quickest.qps) envelope.push(point);
  }
  return envelope.reverse();
}

/**
 * The part of an envelope that recalls from `low` to `high` are interpolated in: from the last point below the
 * one to the first that reaches the other.
 */
export function between<Point extends Measured>(
  envelope: readonly Point[],
  low: number,
  high: number,
): Point[] {
  const from = envelope.findLastIndex(({ recall }) => recall < low);
  const to = envelope.findIndex(({ recall }) => recall >= high);
  return envelope.slice(Math.max(from, 0), to < 0 ? undefined : to + 1);
}
