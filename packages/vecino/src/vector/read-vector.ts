import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { quantity } from '../base/quantity.ts';
import { lengthOf } from './prepare.ts';

/** Beyond these lengths squared distances overflow 32-bit floats, and values those of 16 bits. */
const LENGTH_MAX = { f32: 4e18, f16: 65_504 } as const;

/**
 * A caller's vector as 32-bit floats, or the error that says what is wrong with it.
 *
 * @param thing whose vector it is, as the message's opening words: `collection "docs": record "a"`
 * @param floats the smallest that will hold it
 * @throws VECTOR_INVALID, DIMENSION_MISMATCH, VECTOR_NOT_FINITE (with the position), VECTOR_ZERO under cosine
 */
export function readVector(
  thing: string,
  input: unknown,
  dimension: number,
  metric: Metric,
  floats: keyof typeof LENGTH_MAX = 'f32',
): Float32Array {
  if (!isNumberList(input)) {
    throw new VecinoError(
      'VECTOR_INVALID',
      `${thing}: vector is ${describeValue(input)}, expected an array of ${dimension} numbers or a Float32Array`,
      { details: { expected: dimension, received: describeValue(input) } },
    );
  }
  if (input.length !== dimension) {
    throw new VecinoError(
      'DIMENSION_MISMATCH',
      `${thing}: vector has ${quantity(input.length, 'dimension')}, expected ${dimension}; embed with the collection's own model or create another collection`,
      { details: { expected: dimension, received: input.length } },
    );
  }
  const vector = new Float32Array(dimension);
  for (let i = 0; i < dimension; i++) {
    const value = input[i];
    if (typeof value !== 'number') {
      throw new VecinoError(
        'VECTOR_INVALID',
        `${thing}: vector has ${describeValue(value)} at position ${i}, expected a number`,
        {
          details: { position: i, received: describeValue(value) },
        },
      );
    }
    vector[i] = value;
    if (!Number.isFinite(vector[i])) throw notFinite(thing, i, value);
  }
  const length = lengthOf(vector);
  if (length === 0 && metric === 'cosine') {
    throw new VecinoError(
      'VECTOR_ZERO',
      `${thing}: vector is all zeros in 32-bit floats, expected one with a direction for the metric cosine; leave it out, or create the collection with the metric l2 or dot`,
      { details: { metric, dimension } },
    );
  }
  // Under cosine what is kept has the length one.
  const lengthMax = LENGTH_MAX[metric === 'cosine' ? 'f32' : floats];
  if (length > lengthMax) {
    const beyond = lengthMax === LENGTH_MAX.f32 ? 'distances overflow' : '16-bit floats overflow';
    throw new VecinoError(
      'VECTOR_INVALID',
      `${thing}: vector has length ${length.toExponential(1)}, expected at most ${lengthMax.toExponential(0)}, beyond which ${beyond}; scale the data`,
      { details: { expected: lengthMax, received: length } },
    );
  }
  return vector;
}

/** What may hold the numbers of a vector. */
export function isNumberList(input: unknown): input is ArrayLike<unknown> {
  return Array.isArray(input) || input instanceof Float32Array || input instanceof Float64Array;
}

function notFinite(thing: string, position: number, value: number): VecinoError {
  const received = Number.isFinite(value) ? 'a number beyond the range of 32-bit floats' : String(value);
  return new VecinoError(
    'VECTOR_NOT_FINITE',
    `${thing}: vector has ${received} at position ${position}, expected a finite number; check the model that made it`,
    { details: { position, received } },
  );
}
