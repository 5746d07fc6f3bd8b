import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerProduct, score, squaredL2 } from '../kernel/oracle.ts';
import {
  cosineDistance,
  cosineSimilarity,
  dot,
  euclideanDistance,
  manhattanDistance,
  norm,
  similarity,
} from './comparison.ts';

const pair = fc.integer({ min: 1, max: 30 }).chain((dimension) => {
  const vector = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
    minLength: dimension,
    maxLength: dimension,
  });
  return fc.tuple(vector, vector);
});

describe('comparing vectors', () => {
  it('knows the measures of simple vectors', () => {
    expect(dot([1, 2, 3], Float32Array.of(4, 5, 6))).toBe(32);
    expect(norm([3, 4])).toBe(5);
    expect(cosineSimilarity([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosineDistance([1, 0], [-3, 0])).toBe(2);
    expect(euclideanDistance([1, 1], [4, 5])).toBe(5);
    expect(manhattanDistance([1, 1], [4, -5])).toBe(9);
    expect(similarity('l2', [1, 1], [1, 1])).toBe(0);
  });

  it('agrees with the oracle of the engine', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(dot(a, b)).toBe(innerProduct(a, b));
        expect(euclideanDistance(a, b)).toBeCloseTo(Math.sqrt(squaredL2(a, b)), 9);
        expect(similarity('dot', a, b)).toBe(score('dot', a, b));
        expect(similarity('l2', a, b)).toBeCloseTo(score('l2', a, b), 9);
        fc.pre(norm(a) > 1e-9 && norm(b) > 1e-9);
        expect(similarity('cosine', a, b)).toBeCloseTo(score('cosine', a, b), 9);
        expect(cosineDistance(a, b)).toBe(1 - cosineSimilarity(a, b));
      }),
    );
  });

  it('stays within its range for vectors of any length', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: -150, max: 150 }), ([a, b], power) => {
        const long = a.map((value) => value * 10 ** power);
        fc.pre(norm(long) > 0 && norm(b) > 0);
        const cosine = cosineSimilarity(long, b);
        expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
        expect(cosineSimilarity(long, long)).toBeCloseTo(1, 12);
        expect(Math.acos(cosineSimilarity(b, b))).not.toBeNaN();
      }),
    );
    expect(euclideanDistance([3e200, 0], [0, 4e200])).toBeCloseTo(5e200, -190);
    // Among the smallest doubles, which have few digits.
    const smallest = [-2.5684966e-316, 3.56e-320];
    expect(cosineSimilarity(smallest, smallest)).toBeCloseTo(1, 12);
    expect(norm([3e-200, 4e-200])).toBeCloseTo(5e-200, 210);
  });

  it.each([
    [
      'another length',
      () => dot([1], [1, 2]),
      'DIMENSION_MISMATCH',
      'dot: vector 1 has 2 dimensions, expected 1',
    ],
    [
      'infinity',
      () => norm([Number.POSITIVE_INFINITY]),
      'VECTOR_NOT_FINITE',
      'norm: vector has Infinity at position 0',
    ],
    ['zeros', () => cosineSimilarity([1], [0]), 'VECTOR_ZERO', 'cosineSimilarity: vector 1 is all zeros'],
    [
      'null',
      () => manhattanDistance([1], null as never),
      'VECTOR_INVALID',
      'manhattanDistance: vector 1 is null',
    ],
    [
      'another metric',
      () => similarity('l3' as never, [1], [1]),
      'OPTION_INVALID',
      'option "metric" is "l3"',
    ],
  ] as const)('refuses %s', (_, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
