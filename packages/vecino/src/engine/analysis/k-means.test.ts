import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { squaredL2 } from '../../kernel/oracle.ts';
import { kMeans, type Rows, squaredDistanceTo } from './k-means.ts';

function rowsOf(points: readonly (readonly number[])[]): Rows {
  const dimension = points[0]?.length ?? 0;
  return { values: Float32Array.from(points.flat()), count: points.length, dimension };
}

/** With the plainest way to find the nearest centres. */
function optionsOf(rows: Rows, k: number, seed = 1, isSpherical = false) {
  const assign = async (centres: Rows) =>
    Uint32Array.from(centresOf(rows), (vector) => nearestCentre(centres, vector));
  return { k, isSpherical, random: seededRandom(seed), onRound: () => undefined, assign };
}

function nearestCentre(centres: Rows, vector: Float32Array): number {
  const squares = Array.from({ length: centres.count }, (_, c) => squaredDistanceTo(centres, c, vector));
  return squares.indexOf(Math.min(...squares));
}

function centresOf({ values, count, dimension }: Rows): Float32Array[] {
  return Array.from({ length: count }, (_, c) => values.subarray(c * dimension, (c + 1) * dimension));
}

describe('k-means', () => {
  it('finds clusters that lie apart, whatever the seed', async () => {
    const corners = [
      [0, 0, 0, 0, 0],
      [50, 0, 0, 0, 0],
      [0, 50, 0, 0, 0],
      [0, 0, 0, 0, 50],
    ];
    const random = seededRandom(7);
    const points = Array.from({ length: 400 }, (_, i) => (corners[i % 4] ?? []).map((x) => x + random()));
    for (const seed of [1, 2, 3, 4, 5]) {
      const centres = await kMeans(rowsOf(points), optionsOf(rowsOf(points), 4, seed));
      const clusters = points.map((point) => nearestCentre(centres, Float32Array.from(point)));
      expect(new Set(clusters.slice(0, 4)).size).toBe(4);
      expect(clusters).toEqual(clusters.map((_, i) => clusters[i % 4]));
    }
  });

  it('ends where every centre is the mean of what is nearest to it', async () => {
    const coordinate = fc.integer({ min: -50, max: 50 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (points, k) => {
          const centres = await kMeans(rowsOf(points), optionsOf(rowsOf(points), k));
          const distinct = new Set(points.map((point) => point.join())).size;
          expect(centres.count).toBeGreaterThanOrEqual(Math.min(k, distinct));
          expect(centres.count).toBeLessThanOrEqual(k);
          const own = Map.groupBy(points, (point) => nearestCentre(centres, Float32Array.from(point)));
          for (const [c, centre] of centresOf(centres).entries()) {
            const members = own.get(c) ?? [];
            for (const [d, value] of centre.entries()) {
              if (members.length === 0) continue;
              const mean = members.reduce((sum, point) => sum + (point[d] ?? 0), 0) / members.length;
              expect(value).toBeCloseTo(mean, 3);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('measures how far a centre is', () => {
    const centres = rowsOf([
      [0, 0, 0, 0, 0],
      [1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1],
    ]);
    const vector = Float32Array.of(4, 4, 4, 2, 0);
    expect(squaredDistanceTo(centres, 2, vector)).toBe(squaredL2([5, 4, 3, 2, 1], vector));
  });

  it('keeps centres at length one where it is told to', async () => {
    const random = seededRandom(3);
    const points = Array.from({ length: 200 }, () => {
      const angle = random() * 2 * Math.PI;
      return [Math.cos(angle), Math.sin(angle)];
    });
    for (const centre of centresOf(await kMeans(rowsOf(points), optionsOf(rowsOf(points), 5, 1, true)))) {
      expect(Math.hypot(...centre)).toBeCloseTo(1, 6);
    }
  });

  it('gives the same centres for the same seed, and fewer where fewer vectors differ', async () => {
    const random = seededRandom(3);
    const rows = rowsOf(Array.from({ length: 100 }, () => [random(), random()]));
    const once = await kMeans(rows, optionsOf(rows, 6, 9));
    expect(await kMeans(rows, optionsOf(rows, 6, 9))).toEqual(once);
    const copies = rowsOf([...Array(10).fill([1, 2]), ...Array(10).fill([3, 4])] as number[][]);
    expect((await kMeans(copies, optionsOf(copies, 5))).count).toBe(2);
  });
});
