import { describe, expect, it } from 'vitest';
import { synthetic } from './synthetic.ts';

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

  it('begins a larger base with the smaller one and asks both the same queries', async () => {
    const small = await synthetic.make(request, '', () => {});
    const large = await synthetic.make({ ...request, size: 80 }, '', () => {});
    expect(large.base.subarray(0, small.base.length)).toEqual(small.base);
    expect(large.queries).toEqual(small.queries);
  });
});
