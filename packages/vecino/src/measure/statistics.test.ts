import { describe, expect, it } from 'vitest';
import { mean, median, quantile } from './statistics.ts';

describe('quantile', () => {
  it('is the nearest rank', () => {
    const ascending = Float64Array.from({ length: 200 }, (_, i) => i + 1);
    expect(quantile(ascending, 0.5)).toBe(100);
    expect(quantile(ascending, 0.99)).toBe(198);
    expect(quantile(ascending, 0)).toBe(1);
    expect(quantile(ascending, 1)).toBe(200);
    expect(quantile([7], 0.99)).toBe(7);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('mean', () => {
  it('is the sum over the number, and unknown of none', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean([])).toBeNaN();
  });
});
