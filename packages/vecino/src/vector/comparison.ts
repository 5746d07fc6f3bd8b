/** How near two vectors are, in the measures of the metrics; in doubles, in one pass over the vectors. */
import type { VectorInput } from '../api/record.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { readOperands, readPair } from './operands.ts';

/**
 * The inner product: the larger, the nearer under the metric `dot`.
 *
 * @throws DIMENSION_MISMATCH where the vectors differ in length; VECTOR_INVALID, VECTOR_NOT_FINITE; so do all
 * functions here
 */
export function dot(a: VectorInput, b: VectorInput): number {
  return innerProduct(...readPair('dot', a, b));
}

/**
 * The Euclidean length of a vector, √(dot(vector, vector)).
 *
 * @throws VECTOR_INVALID, VECTOR_NOT_FINITE
 */
export function norm(vector: VectorInput): number {
  const [numbers = []] = readOperands('norm: vector', [vector]);
  return lengthOf(numbers);
}

/**
 * The cosine of the angle between two vectors: 1 for the same direction, 0 for a right angle, -1 for the opposite.
 *
 * @throws VECTOR_ZERO where one of them has no direction; DIMENSION_MISMATCH, VECTOR_INVALID, VECTOR_NOT_FINITE
 *
 * @example
 * ```ts
 * cosineSimilarity([1, 0], [1, 1]); // 0.7071…
 * ```
 */
export function cosineSimilarity(a: VectorInput, b: VectorInput): number {
  return cosineOf('cosineSimilarity', ...readPair('cosineSimilarity', a, b));
}

/**
 * One minus the cosine of the angle: 0 for the same direction to 2 for the opposite.
 *
 * @throws VECTOR_ZERO where one of them has no direction; DIMENSION_MISMATCH, VECTOR_INVALID, VECTOR_NOT_FINITE
 */
export function cosineDistance(a: VectorInput, b: VectorInput): number {
  return 1 - cosineOf('cosineDistance', ...readPair('cosineDistance', a, b));
}

/** The Euclidean distance, also called l2: √Σ(aᵢ - bᵢ)². */
export function euclideanDistance(a: VectorInput, b: VectorInput): number {
  return distanceBetween(...readPair('euclideanDistance', a, b));
}

/** The sum of the absolute differences, also called l1 or city block distance: Σ|aᵢ - bᵢ|. */
export function manhattanDistance(a: VectorInput, b: VectorInput): number {
  const [left, right] = readPair('manhattanDistance', a, b);
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += Math.abs((left[i] ?? 0) - (right[i] ?? 0));
  return sum;
}

/**
 * The score that a search shows for a hit: the larger, the nearer, with every metric; see {@link Metric}.
 *
 * @throws OPTION_INVALID where there is no such metric; VECTOR_ZERO under `cosine`; DIMENSION_MISMATCH,
 * VECTOR_INVALID, VECTOR_NOT_FINITE
 */
export function similarity(metric: Metric, a: VectorInput, b: VectorInput): number {
  readOptions('similarity', SIMILARITY, { metric });
  const pair = readPair('similarity', a, b);
  switch (metric) {
    case 'cosine':
      return cosineOf('similarity', ...pair);
    case 'dot':
      return innerProduct(...pair);
    case 'l2': {
      const distance = distanceBetween(...pair);
      return distance === 0 ? 0 : -distance;
    }
  }
}

const SIMILARITY = {
  metric: { kind: 'choice', values: ['cosine', 'dot', 'l2'], about: 'How nearness is measured.' },
} as const satisfies OptionSpecs;

/** Where squares of doubles are exact enough to be summed; outside, numbers are scaled before. */
const SQUARES_MIN = 1e-280;
const SQUARES_MAX = 1e280;

/** Numbers whose squares can be summed, and what they must be multiplied with to be those that were given. */
interface InRange {
  readonly numbers: ArrayLike<number>;
  readonly unit: number;
  /** The sum of their squares. */
  readonly squares: number;
}

/** Any doubles, scaled where their squares leave the range. */
function inRange(numbers: ArrayLike<number>): InRange {
  const squares = innerProduct(numbers, numbers);
  if (squares > SQUARES_MIN && squares < SQUARES_MAX) return { numbers, unit: 1, squares };
  let greatest = 0;
  for (let i = 0; i < numbers.length; i++) greatest = Math.max(greatest, Math.abs(numbers[i] ?? 0));
  if (greatest === 0 || greatest === Number.POSITIVE_INFINITY) return { numbers, unit: 1, squares };
  const scaled = Float64Array.from(numbers, (value) => value / greatest);
  return { numbers: scaled, unit: greatest, squares: innerProduct(scaled, scaled) };
}

/** The Euclidean length of any doubles. */
function lengthOf(numbers: ArrayLike<number>): number {
  const { unit, squares } = inRange(numbers);
  return unit * Math.sqrt(squares);
}

function innerProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return lengthOf(Float64Array.from(a, (value, i) => value - (b[i] ?? 0)));
}

function cosineOf(operation: string, a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (const [i, vector] of [a, b].entries()) directedLength(`${operation}: vector ${i}`, vector);
  // Lengths of scaled numbers: those of the smallest doubles have few digits.
  const [left, right] = [inRange(a), inRange(b)];
  const [lengthA, lengthB] = [Math.sqrt(left.squares), Math.sqrt(right.squares)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += ((left.numbers[i] ?? 0) / lengthA) * ((right.numbers[i] ?? 0) / lengthB);
  }
  // Rounding may leave the range by a bit, where an arc cosine would be NaN.
  return Math.max(-1, Math.min(1, sum));
}

/** The length of a vector that must have a direction: `VECTOR_ZERO` where it has none. */
export function directedLength(thing: string, numbers: ArrayLike<number>): number {
  const length = lengthOf(numbers);
  if (length > 0) return length;
  throw new VecinoError('VECTOR_ZERO', `${thing} is all zeros, expected one with a direction; leave it out`, {
    details: { dimension: numbers.length },
  });
}
