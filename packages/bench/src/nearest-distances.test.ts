import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsForMetric, squaredL2 } from './distance.ts';
import { nearestDistances } from './nearest-distances.ts';

/** Whole numbers, whose sums are exact in whatever order they are added up. */
function vectorOf(length: number): fc.Arbitrary<Float32Array> {
  return fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
}

const sizes = fc.record({
  dimension: fc.integer({ min: 1, max: 70 }),
  rows: fc.integer({ min: 1, max: 40 }),
  queries: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 1, max: 12 }),
});
const task = sizes.chain(({ dimension, rows, queries, depth }) =>
  fc.record({
    dimension: fc.constant(dimension),
    depth: fc.constant(Math.min(depth, rows)),
    base: vectorOf(rows * dimension),
    queries: vectorOf(queries * dimension),
    fromQuery: fc.integer({ min: 0, max: queries - 1 }),
    toQuery: fc.constant(queries),
  }),
);

describe('nearestDistances', () => {
  it('gives the first of all distances in order, for the queries of its range only', () => {
    fc.assert(
      fc.property(task, ({ dimension, depth, base, queries, fromQuery, toQuery }) => {
        const untouched = -1;
        const distances = new Float64Array(toQuery * depth).fill(untouched);
        nearestDistances({ base, queries, dimension, fromQuery, toQuery, depth, distances });
        for (let query = 0; query < toQuery; query++) {
          const found = distances.subarray(query * depth, (query + 1) * depth);
          const all = Float64Array.from({ length: base.length / dimension }, (_, row) =>
            squaredL2(base, row, queries, query, dimension),
          ).sort();
          expect([...found]).toEqual(
            query < fromQuery ? Array(depth).fill(untouched) : [...all.subarray(0, depth)],
          );
        }
      }),
    );
  });

  it('goes on in the next block where one is full', () => {
    const dimension = 4_096;
    const rows = 30;
    const base = Float32Array.from({ length: rows * dimension }, (_, i) => Math.floor(i / dimension));
    const distances = new Float64Array(3);
    const queries = new Float32Array(dimension).fill(rows);
    nearestDistances({ base, queries, dimension, fromQuery: 0, toQuery: 1, depth: 3, distances });
    expect([...distances]).toEqual([1, 4, 9].map((square) => square * dimension));
  });
});

describe('rowsForMetric', () => {
  it('leaves l2 as it is and gives cosine the length 1', () => {
    const rows = Float32Array.of(3, 4, 0, 2);
    expect(rowsForMetric(rows, 2, 'l2')).toBe(rows);
    expect([...rowsForMetric(rows, 2, 'cosine')]).toEqual([...Float32Array.of(0.6, 0.8, 0, 1)]);
  });
});
