import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsForMetric } from './distance.ts';
import { nearestDistances } from './nearest-distances.ts';

const smallInteger = fc.integer({ min: -9, max: 9 });

describe('nearestDistances', () => {
  it('gives the first of all distances in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((dimension) =>
          fc.record({
            dimension: fc.constant(dimension),
            query: fc.array(smallInteger, { minLength: dimension, maxLength: dimension }),
            rows: fc.array(fc.array(smallInteger, { minLength: dimension, maxLength: dimension }), {
              minLength: 1,
              maxLength: 30,
            }),
            depth: fc.integer({ min: 1, max: 12 }),
          }),
        ),
        ({ dimension, query, rows, depth }) => {
          const found = new Float64Array(Math.min(depth, rows.length));
          nearestDistances(Float32Array.from(rows.flat()), Float32Array.from(query), 0, dimension, found);
          const all = rows.map((row) => row.reduce((sum, x, i) => sum + (x - (query[i] ?? 0)) ** 2, 0));
          expect([...found]).toEqual(all.sort((a, b) => a - b).slice(0, found.length));
        },
      ),
    );
  });
});

describe('rowsForMetric', () => {
  it('leaves l2 as it is and gives cosine the length 1', () => {
    const rows = Float32Array.of(3, 4, 0, 2);
    expect(rowsForMetric(rows, 2, 'l2')).toBe(rows);
    expect([...rowsForMetric(rows, 2, 'cosine')]).toEqual([...Float32Array.of(0.6, 0.8, 0, 1)]);
  });
});
