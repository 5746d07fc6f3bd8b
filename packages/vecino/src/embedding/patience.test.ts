import { describe, expect, it } from 'vitest';
import { backoffOf, readRetryAfter } from './patience.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1.5', 1_500],
    ['120', 120_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['-3', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j is %j ms', (header, expected) => {
    expect(readRetryAfter(header, NOW)).toBe(expected);
  });
});

describe('the pause before a retry', () => {
  const patience = { retries: 9, backoffMs: 100, waitMaxMs: 1_000 };

  it('doubles up to the longest', () => {
    const pauses = [1, 2, 3, 4, 5, 9].map((retry) => backoffOf(patience, retry, () => 1));
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('is at least half of that, by chance', () => {
    expect(backoffOf(patience, 2, () => 0)).toBe(100);
    expect(backoffOf(patience, 2, () => 0.5)).toBe(150);
  });
});
