import { describe, expect, it } from 'vitest';
import { SyntheticSource } from '../datasets/synthetic.ts';
import { squaredL2 } from '../distance.ts';
import { NearestRows } from './nearest-rows.ts';

describe('NearestRows', () => {
  const dimension = 40;
  const source = new SyntheticSource(dimension, 3);
  const queries = source.queries()(5).vectors;

  it('keeps the nearest rows of all batches', () => {
    const { vectors } = source.base()(300);
    const nearest = new NearestRows(queries, dimension, 7);
    for (const [from, to] of [
      [0, 4],
      [4, 200],
      [200, 300],
    ] as const) {
      nearest.offer(vectors.subarray(from * dimension, to * dimension));
    }
    const expected = Array.from({ length: 5 }, (_, query) => {
      const distanceTo = (row: number) => squaredL2(vectors, row, queries, query, dimension);
      const rows = Array.from({ length: 300 }, (__, row) => row);
      return rows.sort((a, b) => distanceTo(a) - distanceTo(b)).slice(0, 7);
    });
    expect(nearest.recallOf(expected)).toBe(1);
    expect(nearest.recallOf(expected.map((rows) => [...rows.slice(1), 299.5]))).toBeCloseTo(6 / 7);
    // Fewer answers, and the same one twice.
    expect(nearest.recallOf(expected.map(([first = 0]) => [first, first]))).toBeCloseTo(1 / 7);
  });

  it('expects no more rows than there are', () => {
    const nearest = new NearestRows(queries, dimension, 7);
    nearest.offer(source.base()(3).vectors);
    expect(nearest.recallOf(Array.from({ length: 5 }, () => [0, 1, 2]))).toBe(1);
  });
});
