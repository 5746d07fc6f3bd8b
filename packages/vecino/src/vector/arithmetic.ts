/**
 * Arithmetic on vectors: what directions mean can be added and subtracted (Mikolov, Yih and Zweig, "Linguistic
 * Regularities in Continuous Space Word Representations", NAACL 2013). All sums are of doubles, in one pass over
 * the vectors: O(vectors × dimension).
 */
import type { VectorInput } from '../api/record.ts';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { directedLength } from './comparison.ts';
import {
  answerAs,
  readList,
  readOperands,
  readPair,
  readWeight,
  readWeights,
  type VectorLike,
} from './operands.ts';

/**
 * The sum of two or more vectors, coordinate by coordinate.
 *
 * Answers a Float32Array where the first vector is one, else an array of numbers; so do all functions here that
 * answer a vector. No argument is changed.
 *
 * @throws DIMENSION_MISMATCH where the vectors differ in length; VECTOR_INVALID, VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * add([1, 2], [10, 20], [100, 200]); // [111, 222]
 * ```
 */
export function add<V extends VectorInput>(
  a: V,
  b: VectorInput,
  ...more: readonly VectorInput[]
): VectorLike<V> {
  const vectors = readOperands('add', [a, b, ...more]);
  return answerAs('add', a, sumOf(vectors));
}

/**
 * The first vector minus the second.
 *
 * @throws DIMENSION_MISMATCH, VECTOR_INVALID, VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * const queen = add(subtract(king, man), woman);
 * ```
 */
export function subtract<V extends VectorInput>(a: V, b: VectorInput): VectorLike<V> {
  return answerAs('subtract', a, sumOf(readPair('subtract', a, b), [1, -1]));
}

/**
 * The vector times a number.
 *
 * @throws WEIGHT_INVALID where the factor is no finite number; VECTOR_INVALID, VECTOR_NOT_FINITE
 */
export function scale<V extends VectorInput>(vector: V, factor: number): VectorLike<V> {
  const weight = readWeight('scale: factor', factor);
  return answerAs('scale', vector, sumOf(readOperands('scale: vector', [vector]), [weight]));
}

/**
 * The sum of the vectors, each times its weight; weights may be negative.
 *
 * @throws WEIGHT_INVALID where there is not one finite weight for each vector; DIMENSION_MISMATCH, VECTOR_INVALID,
 * VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * weightedSum([king, man, woman], [1, -1, 1]);
 * ```
 */
export function weightedSum<V extends VectorInput>(
  vectors: readonly V[],
  weights: readonly number[],
): VectorLike<V> {
  const list = readList('weightedSum', vectors);
  return answerAs(
    'weightedSum',
    firstOf(vectors),
    sumOf(list, readWeights('weightedSum', weights, list.length)),
  );
}

/**
 * The mean of the vectors, or with weights (of any sum but zero) their weighted mean: what they have in common.
 *
 * @throws WEIGHT_INVALID where there is not one finite weight for each vector, or where they add up to zero;
 * DIMENSION_MISMATCH, VECTOR_INVALID (also where there is no vector), VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * mean([[0, 2], [4, 4]]); // [2, 3]
 * mean([[0, 2], [4, 4]], [3, 1]); // [1, 2.5]
 * ```
 */
export function mean<V extends VectorInput>(
  vectors: readonly V[],
  weights?: readonly number[],
): VectorLike<V> {
  const list = readList('mean', vectors);
  const read = weights === undefined ? list.map(() => 1) : readWeights('mean', weights, list.length);
  const total = read.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) {
    throw new VecinoError(
      'WEIGHT_INVALID',
      'mean: the weights add up to 0, expected another sum, by which to divide; use weightedSum for a difference',
      { details: { received: 0 } },
    );
  }
  return answerAs('mean', firstOf(vectors), quotient(sumOf(list, read), total));
}

/**
 * The vector of length one that points the same way.
 *
 * @throws VECTOR_ZERO where all numbers are zero, so that there is no direction; VECTOR_INVALID, VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * normalize([3, 4]); // [0.6, 0.8]
 * ```
 */
export function normalize<V extends VectorInput>(vector: V): VectorLike<V> {
  const [numbers = []] = readOperands('normalize: vector', [vector]);
  const length = directedLength('normalize: vector', numbers);
  return answerAs('normalize', vector, quotient(numbers, length));
}

/** Each weight 1 where there are none. */
function sumOf(
  vectors: readonly ArrayLike<number>[],
  weights?: readonly number[],
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(vectors[0]?.length ?? 0);
  for (const [v, vector] of vectors.entries()) {
    const weight = weights?.[v] ?? 1;
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (vector[i] ?? 0);
  }
  return sums;
}

function quotient(numbers: ArrayLike<number>, divisor: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(numbers, (value) => value / divisor);
}

/** Reading has found out that there is one. */
function firstOf<V>(vectors: readonly V[]): V {
  return present(vectors[0], 'the first vector');
}
