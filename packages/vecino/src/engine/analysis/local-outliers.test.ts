import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NeighbourTable, outliersOf } from './local-outliers.ts';

type Point = readonly [number, number];

function distance([a, b]: Point, [c, d]: Point): number {
  return Math.hypot(a - c, b - d);
}

/** The neighbours of each point by comparing all with all; equally far ones by ordinal. */
function neighbours(points: readonly Point[], k: number): { readonly i: number; readonly far: number }[][] {
  return points.map((point, own) =>
    points
      .map((other, i) => ({ i, far: distance(point, other) }))
      .filter(({ i }) => i !== own)
      .sort((a, b) => a.far - b.far || a.i - b.i)
      .slice(0, k),
  );
}

function tableOf(
  lists: readonly (readonly { readonly i: number; readonly far: number }[])[],
  k: number,
): NeighbourTable {
  const table = new NeighbourTable(lists.length, k);
  for (const [record, list] of lists.entries()) for (const { i, far } of list) table.add(record, i, far);
  return table;
}

/** The definitions of the paper, word by word. */
function naiveFactors(points: readonly Point[], k: number): number[] {
  const lists = neighbours(points, k);
  const kDistance = (o: number) => lists[o]?.[k - 1]?.far ?? Number.NaN;
  const density = (p: number) => {
    const reach = (lists[p] ?? []).map(({ i, far }) => Math.max(kDistance(i), far));
    return k / reach.reduce((sum, one) => sum + one, 0);
  };
  return points.map((_, p) => (lists[p] ?? []).reduce((sum, { i }) => sum + density(i) / density(p), 0) / k);
}

const coordinate = fc.integer({ min: -1_000, max: 1_000 });
const points = fc.uniqueArray(fc.tuple(coordinate, coordinate), {
  minLength: 12,
  maxLength: 60,
  selector: (point) => point.join(),
});

describe('local outlier factors', () => {
  it('are those of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 8 }), async (cloud, k) => {
        const lists = neighbours(cloud, k);
        const { factors, distances } = await outliersOf(tableOf(lists, k));
        for (const [i, expected] of naiveFactors(cloud, k).entries()) {
          expect(Math.abs((factors[i] ?? Number.NaN) / expected - 1)).toBeLessThan(1e-3);
          expect(distances[i]).toBe(lists[i]?.[k - 1]?.far);
        }
      }),
    );
  });

  it('are about one within clusters of any density, and larger between them', async () => {
    const grid = (left: number, step: number): Point[] =>
      Array.from({ length: 49 }, (_, i) => [left + (i % 7) * step, Math.floor(i / 7) * step]);
    const cloud: Point[] = [...grid(0, 1), ...grid(1_000, 20), [15, 3]];
    const { factors } = await outliersOf(tableOf(neighbours(cloud, 8), 8));
    const [dense, thin] = [factors[24] ?? 0, factors[49 + 24] ?? 0];
    expect(dense).toBeCloseTo(1, 1);
    expect(thin).toBeCloseTo(1, 1);
    // Nearer to the dense cluster than points of the thin one are to each other, and yet the only outlier.
    expect(factors.indexOf(Math.max(...factors))).toBe(cloud.length - 1);
    expect(Math.max(...factors)).toBeGreaterThan(3);
  });

  it('are one where all vectors are the same', async () => {
    const cloud: Point[] = Array.from({ length: 10 }, () => [1, 1]);
    const { factors, distances } = await outliersOf(tableOf(neighbours(cloud, 3), 3));
    expect([...factors]).toEqual(Array(10).fill(expect.closeTo(1, 9)));
    expect([...distances]).toEqual(Array(10).fill(0));
  });

  it('are none where there is no neighbour', async () => {
    const { factors, distances } = await outliersOf(new NeighbourTable(1, 3));
    expect([...factors, ...distances]).toEqual([Number.NaN, Number.NaN]);
  });
});
