import { describe, expect, it } from 'vitest';
import { chooseIndex, type Situation } from './auto-policy.ts';

const SMALL: Situation = { records: 100, dimension: 384, metric: 'cosine', recall: 0.95, serving: 'flat' };

const TABLE: readonly (readonly [string, Partial<Situation>, 'flat' | 'hnsw' | 'ivf'])[] = [
  ['an empty collection', { records: 0 }, 'flat'],
  ['a small one', { records: 5_000 }, 'flat'],
  ['a large one', { records: 100_000 }, 'hnsw'],
  ['a large one of few dimensions', { records: 20_000, dimension: 16 }, 'ivf'],
  ['one of few dimensions under dot', { records: 20_000, dimension: 16, metric: 'dot' }, 'hnsw'],
  ['a large one under dot', { records: 100_000, metric: 'dot' }, 'hnsw'],
  ['one that has shrunk a little', { records: 9_000, serving: 'hnsw' }, 'hnsw'],
  ['one that has shrunk much', { records: 4_000, serving: 'hnsw' }, 'flat'],
];

describe('the choice of an index', () => {
  it.each(TABLE)('%s', (_, situation, family) => {
    expect(chooseIndex({ ...SMALL, ...situation }).family).toBe(family);
  });

  it('does not flap around the border', () => {
    for (const records of [998, 999, 1_000, 1_001]) {
      const { family } = chooseIndex({ ...SMALL, records }, 1_000);
      expect(chooseIndex({ ...SMALL, records, serving: family }, 1_000).family).toBe(family);
    }
  });

  it('says why, with the figures', () => {
    expect(chooseIndex(SMALL).reason).toBe(
      'comparing with all is fastest for 100 records of 384 dimensions; from 13000 records on, an approximate index serves',
    );
  });
});
