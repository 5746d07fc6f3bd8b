import { describe, expect, it } from 'vitest';
import { intrinsicDimension } from './intrinsic-dimension.ts';
import { nearestDistances } from './nearest-distances.ts';
import { gaussian, seededRandom } from './random.ts';

/** Points that fill `latent` directions of a space of 16 dimensions. */
function truthOfPointsIn(latent: number) {
  const dimension = 16;
  const normal = gaussian(seededRandom(latent));
  const draw = (count: number) =>
    Float32Array.from({ length: count * dimension }, (_, i) => (i % dimension < latent ? normal() : 0));
  const queryCount = 50;
  const depth = 20;
  const distances = new Float64Array(queryCount * depth);
  const [base, queries] = [draw(10_000), draw(queryCount)];
  nearestDistances({ base, queries, dimension, fromQuery: 0, toQuery: queryCount, depth, distances });
  return { depth, distances };
}

describe('intrinsicDimension', () => {
  it.each([1, 2, 5])('finds about the %i directions that the points fill', (latent) => {
    const found = intrinsicDimension(truthOfPointsIn(latent));
    expect(found).toBeGreaterThan(latent * 0.85);
    expect(found).toBeLessThan(latent * 1.15);
  });
});
