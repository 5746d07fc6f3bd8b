import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossingOf, nines, valueAt } from './equal-recall.ts';

describe('figures at equal recall', () => {
  it('counts nines', () => {
    expect(nines(0.9)).toBeCloseTo(1, 12);
    expect(nines(0.999)).toBeCloseTo(3, 12);
    expect(nines(1)).toBeCloseTo(5, 6);
  });

  it('lie geometrically between the efforts on both sides', () => {
    const crossing = crossingOf([0.8, 0.9, 0.99], Math.sqrt(0.1) * -0.1 + 1);
    expect(crossing).toMatchObject({ from: 1, to: 2 });
    expect(crossing?.share).toBeCloseTo(0.5, 9);
    expect(valueAt([1, 4, 16], { from: 1, to: 2, share: 0.5 })).toBeCloseTo(8, 9);
  });

  it('are those of the first effort where that suffices, and unknown where none does', () => {
    expect(crossingOf([0.96, 0.99], 0.95)).toEqual({ from: 0, to: 0, share: 0 });
    expect(crossingOf([0.8, 0.9], 0.95)).toBeUndefined();
  });

  it('lie between their efforts, recall 1 included', () => {
    const curves = fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 9 })
      .map((recalls) => recalls.sort((a, b) => a - b));
    const run = fc.check(
      fc.property(curves, fc.constantFrom(0.9, 0.95, 0.99), (curve, recall) => {
        const crossing = crossingOf(curve, recall);
        if (!crossing) return curve.every((reached) => reached < recall);
        return crossing.share >= 0 && crossing.share <= 1;
      }),
    );
    expect(run.failed, fc.defaultReportMessage(run)).toBe(false);
  });
});
