import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, mean, normalize, scale, subtract, weightedSum } from './arithmetic.ts';
import { norm } from './comparison.ts';

const number = fc.double({ min: -1000, max: 1000, noNaN: true });

/** Some vectors of one dimension, as arrays or as floats. */
function vectors(constraints: { minLength: number; maxLength: number }) {
  return fc.integer({ min: 1, max: 20 }).chain((dimension) => {
    const numbers = fc.array(number, { minLength: dimension, maxLength: dimension });
    const vector = fc.oneof(
      numbers,
      numbers.map((values) => Float32Array.from(values)),
    );
    return fc.array(vector, constraints);
  });
}

/** Within the rounding of the floats that the first vector has. */
function expectNear(received: ArrayLike<number>, expected: readonly number[]): void {
  expect(received).toHaveLength(expected.length);
  const precision = received instanceof Float32Array ? 1e-3 : 1e-9;
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((received[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(precision);
  }
}

function columns(list: readonly ArrayLike<number>[]): number[][] {
  return Array.from({ length: list[0]?.length ?? 0 }, (_, i) => list.map((vector) => vector[i] ?? 0));
}

describe('vector arithmetic', () => {
  it('adds, subtracts and scales', () => {
    expect(add([1, 2], [10, 20], [100, 200])).toEqual([111, 222]);
    expect(subtract([1, 2], [10, 20])).toEqual([-9, -18]);
    expect(scale([1, -2], 3)).toEqual([3, -6]);
    expect(
      weightedSum(
        [
          [1, 0],
          [0, 1],
        ],
        [2, -1],
      ),
    ).toEqual([2, -1]);
    expect(
      mean([
        [0, 2],
        [4, 4],
      ]),
    ).toEqual([2, 3]);
    expect(
      mean(
        [
          [0, 2],
          [4, 4],
        ],
        [3, 1],
      ),
    ).toEqual([1, 2.5]);
    expect(normalize([3, 4])).toEqual([0.6, 0.8]);
  });

  it('does what a loop over the coordinates would do', () => {
    fc.assert(
      fc.property(
        vectors({ minLength: 2, maxLength: 6 }),
        fc.array(number, { minLength: 6, maxLength: 6 }),
        (list, factors) => {
          const [a = [], b = [], ...more] = list;
          const weights = factors.slice(0, list.length).map((factor) => factor / 1000);
          const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
          expectNear(add(a, b, ...more), columns(list).map(total));
          expectNear(
            subtract(a, b),
            columns([a, b]).map(([x = 0, y = 0]) => x - y),
          );
          expectNear(
            scale(a, weights[0] ?? 0),
            Array.from(a, (x) => x * (weights[0] ?? 0)),
          );
          expectNear(
            mean(list),
            columns(list).map((values) => total(values) / values.length),
          );
          const weighted = columns(list).map((values) => total(values.map((x, i) => x * (weights[i] ?? 0))));
          expectNear(weightedSum(list, weights), weighted);
        },
      ),
    );
  });

  it('answers as many bits as the first vector has, and changes no argument', () => {
    const floats = Float32Array.of(1, 2);
    const numbers = [3, 4];
    expect(add(floats, numbers)).toEqual(Float32Array.of(4, 6));
    expect(add(numbers, floats)).toEqual([4, 6]);
    expect(mean([floats, floats])).toBeInstanceOf(Float32Array);
    expect(normalize(Float64Array.of(0, 2) as never)).toEqual([0, 1]);
    expect([floats, numbers]).toEqual([Float32Array.of(1, 2), [3, 4]]);
  });

  it('normalises whatever has a direction, however long or short', () => {
    fc.assert(
      fc.property(
        vectors({ minLength: 1, maxLength: 1 }),
        fc.integer({ min: -150, max: 150 }),
        ([vector = []], power) => {
          const scaled = Array.from(vector, (value) => value * 10 ** power);
          fc.pre(scaled.some((value) => Math.abs(value) > 1e-300));
          expect(norm(normalize(scaled))).toBeCloseTo(1, 12);
        },
      ),
    );
    expect(normalize([1e300, 1e300])).toEqual([Math.SQRT1_2, Math.SQRT1_2].map((x) => expect.closeTo(x, 12)));
  });

  it.each([
    [
      'another length',
      () => add([1, 2], [1, 2], [1]),
      'DIMENSION_MISMATCH',
      'add: vector 2 has 1 dimension, expected 2',
    ],
    ['no vectors', () => mean([]), 'VECTOR_INVALID', 'mean: vectors is an empty array'],
    ['an empty vector', () => scale([], 2), 'VECTOR_INVALID', 'scale: vector is an array of 0'],
    ['text for a vector', () => add('a' as never, [1]), 'VECTOR_INVALID', 'add: vector 0 is a string'],
    [
      'text in a vector',
      () => add([1], ['1'] as never),
      'VECTOR_INVALID',
      'add: vector 1 has a string at position 0',
    ],
    ['NaN', () => normalize([1, Number.NaN]), 'VECTOR_NOT_FINITE', 'normalize: vector has NaN at position 1'],
    ['a hole', () => scale(new Array(2) as never, 1), 'VECTOR_INVALID', 'has undefined at position 0'],
    ['zeros', () => normalize([0, 0]), 'VECTOR_ZERO', 'normalize: vector is all zeros'],
    [
      'too few weights',
      () => weightedSum([[1], [2]], [1]),
      'WEIGHT_INVALID',
      'weights is an array of 1, expected an array of 2',
    ],
    [
      'a weight that is NaN',
      () => weightedSum([[1]], [Number.NaN]),
      'WEIGHT_INVALID',
      'the weight at position 0 is the number NaN',
    ],
    ['weights of a mean that cancel', () => mean([[1], [2]], [1, -1]), 'WEIGHT_INVALID', 'add up to 0'],
    [
      'an infinite factor',
      () => scale([1], Number.POSITIVE_INFINITY),
      'WEIGHT_INVALID',
      'scale: factor is the number Infinity',
    ],
    [
      'a result beyond floats',
      () => scale(Float32Array.of(1, 1e20), 1e20),
      'VECTOR_NOT_FINITE',
      'beyond the range of 32-bit floats at position 1',
    ],
  ] as const)('refuses %s', (_, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
