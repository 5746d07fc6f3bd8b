import { describe, expect, it } from 'vitest';
import { meanRecall, type RecallBasis } from './recall.ts';

/** Rows at 1, 2, 3, 3, 4 on a line, asked from 0. */
const basis: RecallBasis = {
  base: Float32Array.of(1, 2, 3, 3, 4),
  queries: Float32Array.of(0),
  dimension: 1,
  truth: { depth: 5, distances: Float64Array.of(1, 4, 9, 9, 16) },
};

describe('meanRecall', () => {
  it('is 1 for the true neighbours in any order', () => {
    expect(meanRecall(basis, [[1, 0]], 2)).toBe(1);
  });

  it('counts either of two rows at the distance of the last place', () => {
    expect(meanRecall(basis, [[0, 1, 2]], 3)).toBe(1);
    expect(meanRecall(basis, [[0, 1, 3]], 3)).toBe(1);
  });

  it('counts a row further away, a row returned twice and a missing row as wrong', () => {
    expect(meanRecall(basis, [[0, 4]], 2)).toBe(0.5);
    expect(meanRecall(basis, [[0, 0]], 2)).toBe(0.5);
    expect(meanRecall(basis, [[0]], 2)).toBe(0.5);
  });

  it('looks at the first k answers only', () => {
    expect(meanRecall(basis, [[4, 0, 1]], 1)).toBe(0);
  });

  it('asks for no more rows than there are', () => {
    expect(meanRecall(basis, [[0, 1, 2, 3, 4]], 10)).toBe(1);
  });

  it('refuses answers that do not belong to the queries', () => {
    expect(() => meanRecall(basis, [], 1)).toThrow('0 answers, expected one for each of 1 queries');
  });
});
