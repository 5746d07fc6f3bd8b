/**
 * The distances and the exact search in plain loops over doubles: slow and obviously right. The engine is
 * tested against it and nothing else uses it.
 */
import type { Metric } from '../api/search.ts';

export function squaredL2(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}

export function innerProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The score that a hit shows; larger is nearer. */
export function score(metric: Metric, a: ArrayLike<number>, b: ArrayLike<number>): number {
  switch (metric) {
    case 'cosine':
      return innerProduct(a, b) / Math.sqrt(innerProduct(a, a) * innerProduct(b, b));
    case 'dot':
      return innerProduct(a, b);
    case 'l2':
      return -Math.sqrt(squaredL2(a, b));
  }
}

/** The k nearest of the vectors by score, best first; equal scores in the order of the vectors. */
export function nearest(
  metric: Metric,
  query: ArrayLike<number>,
  vectors: readonly ArrayLike<number>[],
  k: number,
): { readonly ordinal: number; readonly score: number }[] {
  return vectors
    .map((vector, ordinal) => ({ ordinal, score: score(metric, query, vector) }))
    .sort((a, b) => b.score - a.score || a.ordinal - b.ordinal)
    .slice(0, k);
}
