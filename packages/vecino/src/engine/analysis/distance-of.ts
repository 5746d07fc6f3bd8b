import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';

/** The Euclidean distance that a score tells of: between vectors as given, under `cosine` of length one. */
export function distanceOf(metric: Metric, score: number): number {
  return metric === 'cosine' ? Math.sqrt(Math.max(0, 2 - 2 * score)) : Math.abs(score);
}

/** Refuses what only distances can answer: inner products are none. */
export function requireDistances(thing: string, metric: Metric): void {
  if (metric !== 'dot') return;
  throw new VecinoError(
    'METRIC_UNSUITED',
    `${thing}: the metric is dot, expected cosine or l2: inner products are no distances, by which density is measured; keep the vectors in a collection of one of these, too`,
    { details: { metric, expected: ['cosine', 'l2'] } },
  );
}
