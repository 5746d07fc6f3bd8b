import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, type Measured, upperEnvelope } from './upper-envelope.ts';

describe('upperEnvelope', () => {
  it('leaves out what another point beats in both', () => {
    const points = [
      { recall: 0.9, qps: 500 },
      { recall: 0.8, qps: 400 },
      { recall: 0.7, qps: 900 },
      { recall: 0.9, qps: 450 },
      { recall: 0.95, qps: 100 },
    ];
    expect(upperEnvelope(points)).toEqual([
      { recall: 0.7, qps: 900 },
      { recall: 0.9, qps: 500 },
      { recall: 0.95, qps: 100 },
    ]);
  });

  it('rises in recall, falls in speed, and has for every point one that is as good', () => {
    const point = fc.record({ recall: fc.double({ min: 0, max: 1, noNaN: true }), qps: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1 }), (points) => {
        const envelope = upperEnvelope(points);
        const steps = envelope.slice(1).map((next, i) => [envelope[i], next] as const);
        const falls = steps.every(([a, b]) => a && a.recall < b.recall && a.qps > b.qps);
        const isAsGood = (a: Measured, b: Measured) => a.recall >= b.recall && a.qps >= b.qps;
        return falls && points.every((one) => envelope.some((best) => isAsGood(best, one)));
      }),
    );
  });
});

describe('between', () => {
  const envelope = [0.5, 0.8, 0.92, 0.97, 0.992, 0.999].map((recall) => ({ recall, qps: 1 / recall }));

  it('has one point on each side of the recalls', () => {
    expect(between(envelope, 0.9, 0.99).map(({ recall }) => recall)).toEqual([0.8, 0.92, 0.97, 0.992]);
  });

  it('begins with the first and ends with the last where there is none beyond', () => {
    expect(between(envelope, 0.4, 1)).toHaveLength(6);
    expect(between([], 0.9, 0.99)).toEqual([]);
  });
});
