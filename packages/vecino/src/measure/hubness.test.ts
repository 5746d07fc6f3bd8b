import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { hubness } from './hubness.ts';
import { intrinsicDimension } from './intrinsic-dimension.ts';

describe('hubness', () => {
  it('is the skewness of occurrences', () => {
    expect(hubness([10, 10, 10, 10])).toBe(0);
    expect(hubness([8, 12, 8, 12])).toBeCloseTo(0, 12);
    // One of ten has all: (0.9³·0.1 − 0.1³·0.9) / 0.3³.
    expect(hubness([100, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(2.6667, 3);
  });
});

describe('intrinsic dimension', () => {
  it.each([2, 5])('is that of a cube of %i dimensions, whatever space it lies in', (dimension) => {
    const random = seededRandom(3);
    const points = Array.from({ length: 1_500 }, () => Array.from({ length: dimension }, () => random()));
    const distances = points.slice(0, 150).map((point) =>
      points
        .map((other) => Math.hypot(...other.map((value, i) => value - (point[i] ?? 0))))
        .sort((a, b) => a - b)
        .slice(1, 21),
    );
    const estimate = intrinsicDimension(distances) ?? 0;
    // Edges of the cube have fewer neighbours to one side.
    expect(estimate).toBeGreaterThan(0.8 * dimension);
    expect(estimate).toBeLessThan(1.15 * dimension);
  });

  it('is unknown where all points are one', () => {
    expect(intrinsicDimension([[0, 0, 0]])).toBeUndefined();
  });
});
