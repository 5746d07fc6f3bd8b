import { describe, expect, it } from 'vitest';
import { CANDIDATES } from './candidates.ts';
import { firstSize, type Seen, secondSize } from './plan.ts';

const FIRST = 5_000;

function seenOf(buildSeconds: number, measuringSeconds = 0.5): Seen[] {
  return CANDIDATES.map((candidate) => ({
    candidate,
    buildSeconds,
    allSeconds: buildSeconds + measuringSeconds,
  }));
}

describe('the sizes of samples', () => {
  it('are at first what a part of the time allows, and an eighth at most', () => {
    expect(firstSize(1_000_000, 100, 60)).toBeGreaterThan(10_000);
    expect(firstSize(1_000_000, 100, 60)).toBeLessThan(30_000);
    expect(firstSize(1_000_000, 1_536, 60)).toBeLessThan(firstSize(1_000_000, 100, 60));
    expect(firstSize(40_000, 100, 6_000)).toBe(5_000);
    expect(firstSize(400, 100, 60)).toBe(200);
  });

  it('are then all records where there is time', () => {
    expect(secondSize(40_000, FIRST, seenOf(1), 1, 1_000)).toBe(40_000);
  });

  it('are smaller where there is less time, and serve fewer candidates where there is little', () => {
    const sizes = [100, 60, 30, 15].map((seconds) => secondSize(40_000, FIRST, seenOf(1), 1, seconds) ?? 0);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    for (const size of sizes) expect(size).toBeGreaterThan(1.4 * FIRST);
  });

  it('are none where there is no time, or nothing more to read', () => {
    expect(secondSize(40_000, FIRST, seenOf(10), 1, 5)).toBeUndefined();
    expect(secondSize(FIRST, FIRST, seenOf(1), 1, 1_000)).toBeUndefined();
  });
});
