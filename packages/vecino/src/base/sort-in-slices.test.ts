import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { sortedInSlices } from './sort-in-slices.ts';

describe('sorting in slices', () => {
  it('answers what toSorted answers, equal elements as they came', async () => {
    const element = fc.record({ key: fc.nat(50), name: fc.nat() });
    const run = await fc.check(
      fc.asyncProperty(fc.array(element, { maxLength: 3_000, size: 'max' }), async (elements) => {
        const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
        const before = [...elements];
        expect(await sortedInSlices(elements, byKey)).toEqual(elements.toSorted(byKey));
        expect(elements).toEqual(before);
      }),
      { numRuns: 50 },
    );
    expect(run.failed, fc.defaultReportMessage(run)).toBe(false);
  });

  it('lets others run', async () => {
    const random = seededRandom(1);
    const elements = Array.from({ length: 100_000 }, () => random());
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    let comparisons = 0;
    let most = 0;
    let [seen, before] = [0, 0];
    await sortedInSlices(elements, (a, b) => {
      comparisons += 1;
      if (turns !== seen) [seen, before] = [turns, comparisons];
      most = Math.max(most, comparisons - before);
      // So dear that the whole would take a second.
      for (const end = performance.now() + 0.0005; performance.now() < end; );
      return a - b;
    });
    isOver = true;
    expect(comparisons).toBeGreaterThan(1_000_000);
    // By itself sort would make all of them in one go.
    expect(most).toBeLessThan(comparisons / 10);
  });
});
