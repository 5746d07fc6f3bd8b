import type { Metric } from '../../api/search.ts';

/** The score that Pinecone's stands for: larger is nearer. Under `euclidean` it answers the square of the distance. */
export function scoreOf(metric: Metric, score: number): number {
  return metric === 'l2' && score !== 0 ? -Math.sqrt(Math.max(0, score)) : score;
}
