import { describe, expect, it } from 'vitest';
import { SyntheticSource, synthetic } from './synthetic.ts';

const request = { name: 'synthetic', size: 50, queries: 5, dimension: 7, seed: 1 } as const;

describe('synthetic', () => {
  it('draws the same vectors from the same seed and others from another', async () => {
    const first = await synthetic.make(request, '', () => {});
    const second = await synthetic.make(request, '', () => {});
    const other = await synthetic.make({ ...request, seed: 2 }, '', () => {});
    expect(second).toEqual(first);
    expect(other.base).not.toEqual(first.base);
  });

  it('has as many vectors, queries and records as were asked for', async () => {
    const { base, queries, records } = await synthetic.make(request, '', () => {});
    expect([base.length, queries.length, records.length]).toEqual([50 * 7, 5 * 7, 50]);
    expect(base.every(Number.isFinite)).toBe(true);
  });

  it('draws the same points a few at a time', async () => {
    const { base } = await synthetic.make(request, '', () => {});
    const draw = new SyntheticSource(7, 1).base();
    const parts = [draw(13), draw(1), draw(36)].map(({ vectors }) => Array.from(vectors));
    expect(parts.flat()).toEqual(Array.from(base));
  });

  it('begins a larger base with the smaller one and asks both the same queries', async () => {
    const small = await synthetic.make(request, '', () => {});
    const large = await synthetic.make({ ...request, size: 80 }, '', () => {});
    expect(large.base.subarray(0, small.base.length)).toEqual(small.base);
    expect(large.queries).toEqual(small.queries);
  });
});
