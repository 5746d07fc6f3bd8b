/**
 * Recall floors of HNSW on real data through the public API: after the build, after 30 % of the records were
 * removed and others inserted, and after reopening; for every metric, quantizer and
 * form of the originals, with and without filters.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { Filter } from '../../src/api/filter.ts';
import type { HnswOptions } from '../../src/api/index-options.ts';
import type { Metric } from '../../src/api/search.ts';
import { open } from '../../src/index.ts';
import { type Pictures, readPictures } from './fashion-mnist.ts';

const RECORDS = 10_000;
const QUERIES = 200;
const K = 10;
const FLOOR = 0.95;
/**
 * The effort at which the floor must hold. Pixels under the inner product are a hard case, because the answers
 * are the brightest pictures and hardly the neighbours of the query: they need twice the effort.
 */
const EF_SEARCH: Readonly<Record<Metric, number>> = { l2: 64, cosine: 64, dot: 128 };

interface Variant {
  readonly metric: Metric;
  readonly options: Omit<HnswOptions, 'family'>;
  /** Fewer where the exact answer has to read every vector from disk. */
  readonly queries: number;
}

const VARIANTS: readonly Variant[] = [
  { metric: 'l2', options: {}, queries: QUERIES },
  { metric: 'cosine', options: {}, queries: QUERIES },
  { metric: 'dot', options: {}, queries: QUERIES },
  { metric: 'l2', options: { quantizer: 'none' }, queries: QUERIES },
  { metric: 'l2', options: { originals: 'f16' }, queries: QUERIES },
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

function recordOf(ordinal: number) {
  return {
    id: `picture-${ordinal}`,
    vector: pictures.base[ordinal] as Float32Array,
    metadata: { ordinal, tenth: ordinal % 10 },
  };
}

async function addPictures(collection: Collection<Picture>, from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, i) => recordOf(from + i));
  for (let i = 0; i < records.length; i += 1_000) await collection.add(records.slice(i, i + 1_000));
  await collection.flush();
}

/**
 * Mean recall@10 over the queries against the exact answer, ties counted by score. Proves first that the graph
 * answered and not a scan: the distances computed stay far below the records that could be answered.
 */
async function measure(
  collection: Collection<Picture>,
  queries: number,
  filter?: Filter<Picture>,
): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (const vector of pictures.queries.slice(0, queries)) {
    const query = { vector, k: K, include: [], ...(filter && { filter }) };
    const exact = await collection.search({ ...query, exact: true });
    const hits = await collection.search({ ...query, efSearch: EF_SEARCH[collection.metric], explain: true });
    expect(hits.explain?.way).toBe('graph');
    expect(hits.explain?.distanceComputations).toBeLessThan((hits.explain?.matches ?? 0) * 0.45);
    expect(hits).toHaveLength(Math.min(K, hits.explain?.matches ?? 0));
    const last = exact.at(-1)?.score ?? Number.NaN;
    const tolerance = Math.abs(last) * 1e-6;
    found += hits.filter(({ score }) => score >= last - tolerance).length;
    wanted += exact.length;
  }
  return found / wanted;
}

describe.each(VARIANTS)('HNSW on Fashion-MNIST, $metric $options', ({ metric, options, queries }) => {
  const folder = mkdtempSync(join(tmpdir(), 'vecino-recall-'));
  let db: Database;
  let collection: Collection<Picture>;

  beforeAll(async () => {
    db = await open(folder, { threads: 2 });
    collection = await db.collection<Picture>('pictures', {
      dimension: 784,
      metric,
      index: { family: 'hnsw', ...options },
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
