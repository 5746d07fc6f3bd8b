/** A measured pair of what counts: larger is better in both. */
export interface Measured {
  readonly recall: number;
  readonly qps: number;
}

/**
 * The points that no other one beats in recall and speed at once, by rising recall: what is left to choose from
 * when everything has been tried. Sorts, so n log n.
 */
export function paretoFront<Point extends Measured>(points: readonly Point[]): Point[] {
  const front: Point[] = [];
  for (const point of points.toSorted((a, b) => b.recall - a.recall || b.qps - a.qps)) {
    const quickest = front.at(-1);
    if (quickest === undefined || point.qps > quickest.qps) front.push(point);
  }
  return front.reverse();
}
