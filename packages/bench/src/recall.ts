import { rowCount } from './datasets/dataset.ts';
import { squaredL2 } from './distance.ts';
import type { GroundTruth } from './ground-truth.ts';

/**
 * How much further than the true k-th neighbour a returned one may lie and still be right. Engines compute
 * in single precision; two rows at one distance may come out either way round, which is no error.
 */
const TOLERANCE = 1e-6;

/** The rows as the metric compares them (see `rowsForMetric`), and the true distances. */
export interface RecallBasis {
  readonly base: Float32Array;
  readonly queries: Float32Array;
  readonly dimension: number;
  readonly truth: GroundTruth;
}

/**
 * Mean recall@k: the share of the k places that hold a row at most as far away as the true k-th neighbour.
 *
 * Ties therefore count, whichever of the equally near rows is returned; a row returned twice counts once;
 * too few answers count as wrong ones.
 *
 * @param answers for each query, or the first of them, the ordinals of the rows that an engine returned
 */
export function meanRecall(basis: RecallBasis, answers: readonly ArrayLike<number>[], k: number): number {
  const { base, queries, dimension, truth } = basis;
  const queryCount = rowCount(queries, dimension);
  if (answers.length === 0 || answers.length > queryCount) {
    throw new Error(
      `recall: ${answers.length} answers, expected one for each of ${queryCount} queries or the first`,
    );
  }
  const wanted = Math.min(k, rowCount(base, dimension));
  let right = 0;
  answers.forEach((answer, query) => {
    const kth = truth.distances[query * truth.depth + wanted - 1] ?? 0;
    const limit = kth * (1 + TOLERANCE) + Number.MIN_VALUE;
    for (const row of new Set(Array.from(answer).slice(0, wanted))) {
      if (squaredL2(base, row, queries, query, dimension) <= limit) right++;
    }
  });
  return right / (answers.length * wanted);
}
