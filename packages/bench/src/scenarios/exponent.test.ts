import { describe, expect, it } from 'vitest';
import { exponentOf } from './exponent.ts';

describe('exponentOf', () => {
  it('finds the power by which one figure grows with another', () => {
    const sizes = [10_000, 30_000, 100_000, 1_000_000];
    expect(exponentOf(sizes.map((n) => [n, 3 * n ** 0.4] as const))).toBeCloseTo(0.4, 12);
    expect(exponentOf(sizes.map((n) => [n, 7] as const))).toBeCloseTo(0, 12);
  });

  it('weighs all points, not only the first and the last', () => {
    const [straight, bent] = [
      [1, 1],
      [10, 4],
    ].map(([, middle]) =>
      exponentOf([
        [1, 1],
        [10, middle ?? 1],
        [100, 10],
        [1_000, 10],
      ]),
    );
    expect(bent).toBeLessThan(straight ?? 0);
  });
});
