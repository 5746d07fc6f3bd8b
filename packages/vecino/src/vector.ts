/**
 * Arithmetic and comparison of vectors, for themselves: nothing here opens a database.
 *
 * @packageDocumentation
 */
export type { VectorInput } from './api/record.ts';
export type { Metric } from './api/search.ts';
export { add, mean, normalize, scale, subtract, weightedSum } from './vector/arithmetic.ts';
export {
  cosineDistance,
  cosineSimilarity,
  dot,
  euclideanDistance,
  manhattanDistance,
  norm,
  similarity,
} from './vector/comparison.ts';
export type { VectorLike } from './vector/operands.ts';
