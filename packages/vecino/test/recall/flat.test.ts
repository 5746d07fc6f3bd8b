/**
 * Flat through the public API on real data: recall 1 for every metric while most vectors are not even looked at,
 * with and without filters, after removals and insertions, after compaction and after reopening.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Metric } from '../../src/api/search.ts';
import { open } from '../../src/index.ts';
import { nearest } from '../../src/kernel/oracle.ts';
import { type Pictures, readPictures } from './fashion-mnist.ts';

const RECORDS = 6_000;
const LATER = 1_500;
const QUERIES = 30;
const K = 10;
/** The share of vectors that may be compared; the comparison with all would be 1. */
const COMPARED = 0.25;
/** Scores of 32-bit floats and of doubles agree to about so many digits. */
const DIGITS = 1e-4;

interface Picture {
  readonly ordinal: number;
  readonly tenth: number;
}

let pictures: Pictures;

beforeAll(() => {
  pictures = readPictures(RECORDS + LATER, QUERIES);
});

async function addPictures(collection: Collection<Picture>, from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, i) => ({
    id: `picture-${from + i}`,
    vector: pictures.base[from + i] as Float32Array,
    metadata: { ordinal: from + i, tenth: (from + i) % 10 },
  }));
  for (let i = 0; i < records.length; i += 1_000) await collection.add(records.slice(i, i + 1_000));
  await collection.flush();
}

describe.each<Metric>(['l2', 'cosine', 'dot'])('flat on pictures, %s', (metric) => {
  const folder = mkdtempSync(join(tmpdir(), 'vecino-flat-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Compares scores, because pictures with the same score may come in another order than the oracle's. */
  async function expectExact(collection: Collection<Picture>, present: (ordinal: number) => boolean) {
    for (const filter of [undefined, { tenth: { $lt: 6 } }]) {
      const known = pictures.base
        .map((vector, ordinal) => ({ vector, ordinal }))
        .filter(({ ordinal }) => present(ordinal) && (!filter || ordinal % 10 < 6));
      let compared = 0;
      for (const query of pictures.queries) {
        const truth = nearest(
          metric,
          query,
          known.map(({ vector }) => vector),
          K,
        );
        const hits = await collection.search({
          vector: query,
          k: K,
          include: [],
          explain: true,
          ...(filter && { filter }),
        });
        expect(hits.explain?.way).toBe('exact');
        expect(hits.length).toBe(K);
        for (const [i, { score }] of truth.entries()) {
          const off = Math.abs((hits[i]?.score ?? Number.NaN) - score);
          expect(off).toBeLessThanOrEqual(DIGITS * Math.max(1, Math.abs(score)));
        }
        compared += hits.explain?.distanceComputations ?? 0;
      }
      expect(compared / QUERIES).toBeLessThan(COMPARED * known.length);
    }
  }

  it('finds all nearest neighbours through everything that happens to a collection', {
    timeout: 240_000,
  }, async () => {
    let database = await open(folder);
    let collection = await database.createCollection<Picture>('pictures', {
      dimension: 784,
      metric,
      index: 'flat',
    });
    await addPictures(collection, 0, RECORDS);
    await expectExact(collection, (ordinal) => ordinal < RECORDS);

    const gone = (ordinal: number) => ordinal >= 1_000 && ordinal < 2_500;
    await collection.remove({ filter: { ordinal: { $gte: 1_000, $lt: 2_500 } } });
    await addPictures(collection, RECORDS, RECORDS + LATER);
    await expectExact(collection, (ordinal) => !gone(ordinal));

    await collection.compact();
    await expectExact(collection, (ordinal) => !gone(ordinal));
    expect((await collection.check()).problems).toEqual([]);

    await database.close();
    const warnings: unknown[] = [];
    database = await open(folder, { onWarning: (warning) => warnings.push(warning) });
    collection = await database.openCollection<Picture>('pictures');
    await expectExact(collection, (ordinal) => !gone(ordinal));
    expect((await collection.check()).problems).toEqual([]);
    expect(warnings).toEqual([]);
    await database.close();
  });
});
