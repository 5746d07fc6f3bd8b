import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from './pareto-front.ts';

const points = fc.array(
  fc.record({ recall: fc.integer({ min: 0, max: 20 }), qps: fc.integer({ min: 0, max: 20 }) }),
);

describe('the Pareto front', () => {
  it('has the points that no other beats in both, by rising recall', () => {
    const run = fc.check(
      fc.property(points, (all) => {
        const front = paretoFront(all);
        const isBeaten = ({ recall, qps }: (typeof all)[number]) =>
          all.some((one) => one.recall >= recall && one.qps >= qps && (one.recall > recall || one.qps > qps));
        expect(front.some(isBeaten)).toBe(false);
        for (const point of all.filter((one) => !isBeaten(one))) expect(front).toContainEqual(point);
        expect(front).toEqual(front.toSorted((a, b) => a.recall - b.recall));
      }),
    );
    expect(run.failed, fc.defaultReportMessage(run)).toBe(false);
  });
});
