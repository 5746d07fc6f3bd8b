/**
 * Recall floors of hash tables on real data through the public API, by the probes that they have measured for
 * themselves: after the build, with filters, after 30 % of the records were removed and others inserted, and after
 * reopening.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { Filter } from '../../src/api/filter.ts';
import type { LshOptions } from '../../src/api/index-options.ts';
import type { Metric } from '../../src/api/search.ts';
import { open } from '../../src/index.ts';
import { type Pictures, readPictures } from './fashion-mnist.ts';

const RECORDS = 10_000;
const QUERIES = 200;
const K = 10;
const FLOOR = 0.85;
/** Share of the records that may be compared. Pixels under the inner product are a hard case, as they are for graphs. */
const COMPARED_MAX: Readonly<Record<Metric, number>> = { l2: 0.1, cosine: 0.1, dot: 0.3 };

interface Variant {
  readonly metric: Metric;
  readonly options: Omit<LshOptions, 'family'>;
  /** Fewer where the exact answer has to read every vector from disk. */
  readonly queries: number;
}

const VARIANTS: readonly Variant[] = [
  { metric: 'l2', options: {}, queries: QUERIES },
  { metric: 'l2', options: { hash: 'hyperplanes', quantizer: 'none' }, queries: QUERIES },
  { metric: 'cosine', options: {}, queries: QUERIES },
  { metric: 'dot', options: {}, queries: QUERIES },
  { metric: 'cosine', options: { originals: 'disk' }, queries: 25 },
];

interface Picture {
  readonly ordinal: number;
  readonly tenth: number;
}

let pictures: Pictures;

beforeAll(() => {
  pictures = readPictures(RECORDS + 3_000, QUERIES);
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

/**
 * Mean recall@10 over the queries against the exact answer, ties counted by score. Proves first that the tables
 * answered and not a scan: the way, and the share of the records that were compared, as a mean over the queries.
 */
async function measure(
  collection: Collection<Picture>,
  queries: number,
  filter?: Filter<Picture>,
): Promise<number> {
  let found = 0;
  let wanted = 0;
  let compared = 0;
  for (const vector of pictures.queries.slice(0, queries)) {
    const query = { vector, k: K, include: [], ...(filter && { filter }) };
    const exact = await collection.search({ ...query, exact: true });
    const hits = await collection.search({ ...query, explain: true });
    expect(hits.explain?.way).toBe('buckets');
    expect(hits).toHaveLength(Math.min(K, hits.explain?.matches ?? 0));
    compared += (hits.explain?.distanceComputations ?? Number.NaN) / RECORDS;
    const last = exact.at(-1)?.score ?? Number.NaN;
    const tolerance = Math.abs(last) * 1e-6;
    found += hits.filter(({ score }) => score >= last - tolerance).length;
    wanted += exact.length;
  }
  expect(compared / queries).toBeLessThan(COMPARED_MAX[collection.metric]);
  return found / wanted;
}

describe.each(VARIANTS)('LSH on Fashion-MNIST, $metric $options', ({ metric, options, queries }) => {
  const folder = mkdtempSync(join(tmpdir(), 'vecino-recall-'));
  let db: Database;
  let collection: Collection<Picture>;

  beforeAll(async () => {
    db = await open(folder, { threads: 2 });
    collection = await db.collection<Picture>('pictures', {
      dimension: 784,
      metric,
      index: { family: 'lsh', ...options },
    });
    await addPictures(collection, 0, RECORDS);
  }, 120_000);

  afterAll(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });

  it('after the build', async () => {
    expect(await measure(collection, queries)).toBeGreaterThanOrEqual(FLOOR);
  });

  it('with a filter that lets most pass', async () => {
    expect(await measure(collection, queries, { tenth: { $ne: 3 } })).toBeGreaterThanOrEqual(FLOOR);
  });

  it('after 30 % removals and re-inserts, and after reopening', { timeout: 120_000 }, async () => {
    await collection.remove({ filter: { ordinal: { $lt: RECORDS * 0.3 } } });
    expect(await measure(collection, queries), 'while the removed are taken out').toBeGreaterThanOrEqual(
      FLOOR,
    );
    await addPictures(collection, RECORDS, RECORDS + 3_000);
    expect(await collection.count()).toBe(RECORDS);
    expect(await measure(collection, queries), 'after re-inserts').toBeGreaterThanOrEqual(FLOOR);

    await db.close();
    db = await open(folder);
    collection = await db.openCollection<Picture>('pictures');
    expect(await measure(collection, queries), 'after reopening').toBeGreaterThanOrEqual(FLOOR);
    expect((await collection.check()).problems).toEqual([]);
  });
});
