import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from './dataset.ts';
import { glove, isGloveInstalled } from './glove.ts';

const DIMENSION = 100;
const STORED = 5_000;

// 294 MB that are installed with the peers, not by every `npm ci`.
describe.skipIf(!isGloveInstalled())('glove (skipped where the peers are not installed)', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    const request = { name: 'glove', size: STORED, queries: 300, dimension: 0, seed: 7 } as const;
    dataset = await glove.make(request, '', () => {});
  }, 60_000);

  it('has the vectors of words, without what the package writes behind them', () => {
    const { base, queries, records, dimension } = dataset;
    expect(dimension).toBe(DIMENSION);
    expect([base.length, queries.length, records.length]).toEqual([
      STORED * DIMENSION,
      300 * DIMENSION,
      STORED,
    ]);
    // A rank would be in the thousands, and no coordinate of a word is.
    expect(base.every((value) => Math.abs(value) < 20)).toBe(true);
    for (const { document, metadata } of records.slice(0, 100)) {
      expect(document.length).toBe(metadata['letters']);
      expect(metadata['rank']).toBeGreaterThanOrEqual(0);
    }
  });

  it('asks for no stored vector', () => {
    const stored = new Set(rowKeys(dataset.base));
    expect(rowKeys(dataset.queries).filter((key) => stored.has(key))).toEqual([]);
  });
});

function rowKeys(rows: Float32Array): string[] {
  return Array.from({ length: rows.length / DIMENSION }, (_, i) =>
    rows.subarray(i * DIMENSION, (i + 1) * DIMENSION).join(),
  );
}
