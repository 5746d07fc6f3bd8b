import type { VectorInput } from '../api/record.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { quantity } from '../base/quantity.ts';
import { isNumberList } from './read-vector.ts';

/** What an operation answers: as many floats as it was given where its first vector is a Float32Array. */
export type VectorLike<V extends VectorInput> = V extends Float32Array ? Float32Array : number[];

/** A vector as a caller gave it, and the words by which messages call it: `add: vector 1`. */
interface Operand {
  readonly thing: string;
  readonly input: unknown;
}

/**
 * The vectors of one operation, checked: lists of at least one finite number, all of the same dimension.
 *
 * @throws VECTOR_INVALID, DIMENSION_MISMATCH, VECTOR_NOT_FINITE
 */
export function readOperands(operation: string, inputs: readonly unknown[]): readonly ArrayLike<number>[] {
  const [first, ...others] = inputs.map((input, i) =>
    readNumbers({ thing: inputs.length === 1 ? operation : `${operation}: vector ${i}`, input }),
  );
  if (first === undefined) return [];
  for (const [i, other] of others.entries()) {
    if (other.length === first.length) continue;
    throw new VecinoError(
      'DIMENSION_MISMATCH',
      `${operation}: vector ${i + 1} has ${quantity(other.length, 'dimension')}, expected ${first.length} as vector 0 has; combine vectors of one model only`,
      { details: { expected: first.length, received: other.length, position: i + 1 } },
    );
  }
  return [first, ...others];
}

/** The two vectors of an operation that takes two. */
export function readPair(
  operation: string,
  a: unknown,
  b: unknown,
): readonly [ArrayLike<number>, ArrayLike<number>] {
  return readOperands(operation, [a, b]) as readonly [ArrayLike<number>, ArrayLike<number>];
}

/** A list of vectors that an operation takes as one argument: not none. */
export function readList(operation: string, inputs: unknown): readonly ArrayLike<number>[] {
  if (Array.isArray(inputs) && inputs.length > 0) return readOperands(operation, Array.from<unknown>(inputs));
  const received = Array.isArray(inputs) ? 'an empty array' : describeValue(inputs);
  throw new VecinoError(
    'VECTOR_INVALID',
    `${operation}: vectors is ${received}, expected an array of at least one vector`,
    { details: { expected: 'an array of vectors', received } },
  );
}

/**
 * Weights, one for each of `count` things.
 *
 * @throws WEIGHT_INVALID where one is no finite number, or where there are more or fewer
 */
export function readWeights(operation: string, weights: unknown, count: number): readonly number[] {
  if (!Array.isArray(weights) || weights.length !== count) {
    const received = describeValue(weights);
    throw new VecinoError(
      'WEIGHT_INVALID',
      `${operation}: weights is ${received}, expected an array of ${count} numbers, one for each vector`,
      { details: { expected: count, received } },
    );
  }
  return Array.from<unknown, number>(weights, (weight, i) =>
    readWeight(`${operation}: the weight at position ${i}`, weight),
  );
}

/**
 * A weight, or any other factor.
 *
 * @param thing the weight itself, as the message's opening words
 * @throws WEIGHT_INVALID
 */
export function readWeight(thing: string, weight: unknown): number {
  if (typeof weight === 'number' && Number.isFinite(weight)) return weight;
  const received = describeValue(weight);
  throw new VecinoError('WEIGHT_INVALID', `${thing} is ${received}, expected a finite number`, {
    details: { expected: 'a finite number', received },
  });
}

/** The sums of an operation as a vector of the kind of its first one, in which each must be a finite number. */
export function answerAs<V extends VectorInput>(
  operation: string,
  first: V,
  sums: Float64Array<ArrayBuffer>,
): VectorLike<V> {
  const isFloat32 = first instanceof Float32Array;
  const answer = isFloat32 ? Float32Array.from(sums) : Array.from(sums);
  const position = answer.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return answer as VectorLike<V>;
  throw new VecinoError(
    'VECTOR_NOT_FINITE',
    `${operation}: the result has a number beyond the range of ${isFloat32 ? 32 : 64}-bit floats at position ${position}, expected finite numbers; scale the vectors down before`,
    { details: { position } },
  );
}

function readNumbers({ thing, input }: Operand): ArrayLike<number> {
  if (!isNumberList(input) || input.length === 0) {
    const received = describeValue(input);
    throw new VecinoError(
      'VECTOR_INVALID',
      `${thing} is ${received}, expected an array of numbers or a Float32Array`,
      { details: { expected: 'an array of numbers', received } },
    );
  }
  for (let i = 0; i < input.length; i++) {
    const value = input[i];
    if (Number.isFinite(value)) continue;
    const isNumber = typeof value === 'number';
    throw new VecinoError(
      isNumber ? 'VECTOR_NOT_FINITE' : 'VECTOR_INVALID',
      `${thing} has ${isNumber ? value : describeValue(value)} at position ${i}, expected a finite number`,
      { details: { position: i, received: isNumber ? String(value) : describeValue(value) } },
    );
  }
  return input as ArrayLike<number>;
}
