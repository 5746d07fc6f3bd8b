import { describe, expect, it } from 'vitest';
import { fashionMnist } from './fashion-mnist.ts';

const DIMENSION = 784;
const PICTURES = 70_000;

describe('fashion-mnist', () => {
  it('deals the ten classes in turn and asks for no stored picture', async () => {
    const request = {
      name: 'fashion-mnist',
      size: PICTURES,
      queries: PICTURES,
      dimension: 0,
      seed: 0,
    } as const;
    const { base, queries, records } = await fashionMnist.make(request, '', () => {});
    expect(base.length).toBe(60_000 * DIMENSION);
    expect(records.slice(0, 12).map(({ metadata }) => metadata['label'])).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1,
    ]);
    // Of the 10,000 test pictures a few are training pictures too, and those are not asked for.
    expect(queries.length / DIMENSION).toBeGreaterThan(9_900);
    expect(queries.length / DIMENSION).toBeLessThan(10_000);
    const stored = new Set(rowKeys(base));
    expect(rowKeys(queries).filter((key) => stored.has(key))).toEqual([]);
  }, 60_000);
});

function rowKeys(rows: Float32Array): string[] {
  return Array.from({ length: rows.length / DIMENSION }, (_, i) =>
    String.fromCharCode(...rows.subarray(i * DIMENSION, (i + 1) * DIMENSION)),
  );
}
