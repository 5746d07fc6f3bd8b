import type { Metric } from '../api/search.ts';

/** The Euclidean length, summed in doubles. */
export function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] ?? 0;
    sum += value * value;
  }
  return Math.sqrt(sum);
}

/**
 * The vector as an index compares it: of length one under cosine, so that its squared Euclidean distance is
 * 2 - 2 cos; itself otherwise. The same vector always gives the same bits.
 */
export function prepared(metric: Metric, vector: Float32Array): Float32Array {
  if (metric !== 'cosine') return vector;
  const scale = 1 / lengthOf(vector);
  return vector.map((value) => value * scale);
}
