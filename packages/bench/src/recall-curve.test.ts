import { describe, expect, it } from 'vitest';
import { EFFORTS, RecallCurve } from './recall-curve.ts';

/** Recall 1 - 1/effort, and how often it was measured. */
function curveWithCount(): { curve: RecallCurve; measured: () => number } {
  let count = 0;
  const curve = new RecallCurve(async (effort) => {
    count++;
    return 1 - 1 / effort;
  });
  return { curve, measured: () => count };
}

describe('RecallCurve', () => {
  it.each([
    [0.5, EFFORTS[0]],
    [0.95, 20],
    [0.96, 25],
    [0.99, 100],
    [0.998, 500],
  ])('finds the smallest effort that reaches %d', async (recall, effort) => {
    const { curve } = curveWithCount();
    expect(await curve.smallestEffort(recall)).toBe(effort);
  });

  it('answers undefined where no effort reaches the recall, and tells the best', async () => {
    const { curve } = curveWithCount();
    expect(await curve.smallestEffort(0.9999)).toBeUndefined();
    expect(curve.best).toBe(1 - 1 / (EFFORTS.at(-1) ?? 1));
  });

  it('measures each effort once', async () => {
    const { curve, measured } = curveWithCount();
    await curve.smallestEffort(0.99);
    const after = measured();
    await curve.smallestEffort(0.99);
    expect(measured()).toBe(after);
  });

  it('sweeps up to the first effort that reaches the recall', async () => {
    const { curve } = curveWithCount();
    expect(await curve.effortsUpTo(0.93)).toEqual([10, 12, 14, 16]);
  });
});
