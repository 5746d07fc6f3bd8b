import { beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Hit, SearchQuery } from '../../src/api/search.ts';
import {
  DURABLE_VARIANTS,
  expectSound,
  GRAPH_RECORDS,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  sharedDatabase,
  vectorsById,
} from './collection-fixture.ts';

const VECTORS = randomVectors(GRAPH_RECORDS, 1);
const VECTOR = randomVectors(1, 2)[0] as Float32Array;
const EVEN = vectorsById(VECTORS, (ordinal) => ordinal % 2 === 0);

/* What must hold of answers beyond the k nearest whatever the index finds; test/property has the exact ones. */
describe.each(DURABLE_VARIANTS)('answers beyond the nearest: $family, $metric', (variant) => {
  const openShelf = sharedDatabase(variant);
  let shelf: Collection<Shelf>;

  beforeAll(async () => {
    shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    await shelf.flush();
  });

  it('are in as many groups as there are, full where they can be', async () => {
    const query = { vector: VECTOR, k: 20, groupBy: { path: 'tenth', hits: 7 } } as const;
    const { groups = [], ...hits } = await shelf.search(query);
    expect(groups.map(({ hits }) => hits.length)).toEqual(new Array(10).fill(7));
    expect(groups.map(({ value }) => value).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { value, hits } of groups) {
      for (const { metadata } of hits) expect(metadata?.tenth).toBe(value);
    }
    expect(Object.keys(hits)).toHaveLength(70);
    const each = await shelf.search({ vector: VECTOR, k: 300, groupBy: 'ordinal', filter: { half: true } });
    expect(each.groups).toHaveLength(300);
    expectSound(each, variant.metric, VECTOR, EVEN, 300);
    const none = await shelf.search({ ...query, filter: { ordinal: -1 } });
    expect(none).toHaveLength(0);
    expect(none.groups).toEqual([]);
  });

  it('differ, and are the nearest where only nearness counts', async () => {
    const nearest = await shelf.search({ vector: VECTOR, k: 10, exact: true });
    const alike = await shelf.search({ vector: VECTOR, k: 10, exact: true, diversify: { lambda: 1 } });
    expect(alike).toEqual(nearest);
    const mixed = await shelf.search({ vector: VECTOR, k: 10, exact: true, diversify: { lambda: 0.1 } });
    expect(mixed[0]).toEqual(nearest[0]);
    expect(new Set(mixed.map(({ id }) => id)).size).toBe(10);
    expect(mixed).not.toEqual(nearest);
  });

  it('are counted beside, whatever k is', async () => {
    const { facets } = await shelf.search({
      vector: VECTOR,
      k: 1,
      filter: { ordinal: { $lt: 105 } },
      facets: ['half', { path: 'tenth', limit: 2 }],
    });
    expect(facets).toEqual({
      half: {
        values: [
          { value: true, count: 53 },
          { value: false, count: 52 },
        ],
        different: 2,
      },
      tenth: {
        values: [
          { value: 0, count: 11 },
          { value: 1, count: 11 },
        ],
        different: 10,
      },
    });
  });

  it('are scored anew by what the caller knows', async () => {
    const rerank = {
      candidates: 40,
      by: (hits: readonly Hit<Shelf>[]) => hits.map(({ metadata }) => metadata?.ordinal ?? 0),
    };
    const hits = await shelf.search({ vector: VECTOR, k: 5, include: ['metadata'], exact: true, rerank });
    const pool = await shelf.search({ vector: VECTOR, k: 40, exact: true });
    const best = pool.map(({ metadata }) => metadata?.ordinal ?? 0).sort((a, b) => b - a);
    expect(hits.map(({ score }) => score)).toEqual(best.slice(0, 5));
    expect(hits.map(({ metadata }) => metadata?.ordinal)).toEqual(best.slice(0, 5));
    expect(hits[0]).not.toHaveProperty('document');
  });

  it('come page by page until there is nothing left', async () => {
    const seen: string[] = [];
    let page: true | string | undefined = true;
    for (let pages = 0; page !== undefined; pages++) {
      const query: SearchQuery<Shelf> = { vector: VECTOR, k: 150, filter: { half: true }, page };
      const hits = await shelf.search(query);
      expect(hits).toHaveLength(Math.min(150, EVEN.size - pages * 150));
      expectSound(hits, variant.metric, VECTOR, EVEN, hits.length);
      seen.push(...hits.map(({ id }) => id));
      page = hits.next;
    }
    expect(new Set(seen)).toEqual(new Set(EVEN.keys()));
    expect(seen).toHaveLength(EVEN.size);
  });

  it('come one by one for as long as somebody asks', async () => {
    const seen: string[] = [];
    for await (const { id } of shelf.nearest({ id: 'r0', include: [] })) seen.push(id);
    expect(new Set(seen).size).toBe(GRAPH_RECORDS - 1);
    expect(seen).toHaveLength(GRAPH_RECORDS - 1);
    expect(seen).not.toContain('r0');
    const minScore = (await shelf.search({ vector: VECTOR, k: 30, exact: true })).at(-1)?.score ?? 0;
    const good: Hit<Shelf>[] = [];
    for await (const hit of shelf.nearest({ vector: VECTOR, minScore, exact: true })) good.push(hit);
    expect(good).toEqual(await shelf.search({ vector: VECTOR, k: 30, exact: true }));
  });

  it('are the same for many queries as for each', async () => {
    const queries: SearchQuery<Shelf>[] = [
      { vector: VECTOR, groupBy: { path: 'tenth', hits: 2 }, k: 4, exact: true },
      { vector: VECTOR, diversify: true, exact: true },
      { vector: VECTOR, facets: ['half'], k: 2, exact: true },
      { vector: VECTOR, page: true, k: 3, exact: true },
      { vector: VECTOR, rerank: (hits) => hits.map((_, i) => i), k: 3, exact: true },
      { id: 'r3', k: 3, exact: true },
    ];
    const answers = await shelf.searchMany(queries);
    for (const [i, query] of queries.entries()) expect(answers[i]).toEqual(await shelf.search(query));
  });
});

describe('a loop over hits', () => {
  it('ends with an error when the database is closed, and leaves out what came after it began', async () => {
    const database = await openDatabase({ place: 'folder' });
    const shelf = await database.collection<Shelf>(
      'shelf',
      optionsOf({ family: 'hnsw', metric: 'l2', place: 'folder' }),
    );
    await shelf.add(recordsOf(VECTORS.slice(0, 100)));
    const loop = shelf.nearest({ vector: VECTOR });
    await loop.next();
    await shelf.add([{ id: 'new', vector: VECTOR, metadata: { ordinal: -1, tenth: 0, half: true } }]);
    const seen: string[] = [];
    for await (const { id } of loop) seen.push(id);
    expect(seen).toHaveLength(99);
    expect(seen).not.toContain('new');
    const late = shelf.nearest({ vector: VECTOR });
    await late.next();
    await database.close();
    await expect(async () => {
      for await (const _ of late);
    }).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
  });
});
