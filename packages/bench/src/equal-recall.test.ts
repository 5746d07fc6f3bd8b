import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossingOf, nines, valueAt } from './equal-recall.ts';

describe('crossingOf', () => {
  it('lies between the two efforts around the recall, by nines', () => {
    const crossing = crossingOf([0.5, 0.9, 0.999], 0.99);
    expect(crossing).toMatchObject({ from: 1, to: 2 });
    expect(crossing?.share).toBeCloseTo(0.5);
  });

  it('is the first effort where that reaches the recall already', () => {
    expect(crossingOf([0.97, 0.99], 0.95)).toEqual({ from: 0, to: 0, share: 0 });
  });

  it('is nowhere where no effort reaches the recall', () => {
    expect(crossingOf([0.8, 0.9], 0.95)).toBeUndefined();
  });

  it('stays between its ends, recall 1 included', () => {
    const recalls = fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 9 })
      .map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(recalls, fc.constantFrom(0.9, 0.95, 0.99), (curve, recall) => {
        const crossing = crossingOf(curve, recall);
        if (!crossing) return curve.every((reached) => reached < recall);
        return crossing.share >= 0 && crossing.share <= 1;
      }),
    );
  });
});

describe('valueAt', () => {
  it('is geometric: halfway from 4,000 to 1,000 is 2,000', () => {
    expect(valueAt([4_000, 1_000], { from: 0, to: 1, share: 0.5 })).toBeCloseTo(2_000);
    expect(valueAt([4_000, 1_000], { from: 1, to: 1, share: 0 })).toBe(1_000);
  });
});

describe('nines', () => {
  it('counts them, and is finite at recall 1', () => {
    expect([0.9, 0.99, 0.999].map((recall) => Math.round(nines(recall) * 1e6) / 1e6)).toEqual([1, 2, 3]);
    expect(nines(1)).toBeLessThan(6);
  });
});
