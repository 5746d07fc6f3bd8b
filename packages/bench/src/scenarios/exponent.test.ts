import { describe, expect, it } from 'vitest';
import { exponentOf } from './exponent.ts';

describe('exponentOf', () => {
  it('finds the power by which one figure grows with another', () => {
    const sizes = [10_000, 30_000, 100_000, 1_000_000];
    expect(exponentOf(sizes.map((n) => [n, 3 * n ** 0.4] as const))).toBeCloseTo(0.4, 12);
    expect(exponentOf(sizes.map((n) => [n, 7] as const))).toBeCloseTo(0, 12);
  });

  it('weighs the points between the first and the last, too', () => {
    const through = (y: number) =>
      exponentOf([
        [1, 1],
        [100, y],
        [1_000, 10],
      ]);
    expect(through(20)).toBeGreaterThan(through(5));
  });
});
