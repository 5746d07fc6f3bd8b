import { beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Filter } from '../../src/api/filter.ts';
import type { SearchQuery } from '../../src/api/search.ts';
import {
  DIMENSION,
  EFFORTS,
  expectExact,
  expectScore,
  expectSound,
  GRAPH_RECORDS,
  INDEXES,
  randomVectors,
  recordsOf,
  type Shelf,
  sharedDatabase,
  shelfOf,
  VARIANTS,
  vectorsById,
  WAYS,
} from './collection-fixture.ts';

const VECTORS = randomVectors(GRAPH_RECORDS, 1);
const QUERIES = randomVectors(5, 2);
const QUERY = QUERIES[0] as Float32Array;

/** Filters from those that nothing passes to those that everything does, with the test that they stand for. */
const FILTERS: readonly (readonly [string, Filter<Shelf>, (ordinal: number) => boolean])[] = [
  ['none', { ordinal: -1 }, () => false],
  ['one', { ordinal: 777 }, (ordinal) => ordinal === 777],
  ['few', { ordinal: { $lt: 7 } }, (ordinal) => ordinal < 7],
  ['a tenth', { tenth: 3 }, (ordinal) => ordinal % 10 === 3],
  ['half', { half: true }, (ordinal) => ordinal % 2 === 0],
  ['nearly all', { ordinal: { $ne: 5 } }, (ordinal) => ordinal !== 5],
  ['all', { ordinal: { $gte: 0 } }, () => true],
  ['all, by an empty filter', {}, () => true],
];

describe.each(VARIANTS)('searching: $family, $metric, $place', (variant) => {
  const { family, metric } = variant;
  const openShelf = sharedDatabase(variant);
  let shelf: Collection<Shelf>;

  beforeAll(async () => {
    shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    await shelf.flush();
  });

  it.each([1, 10, 100, GRAPH_RECORDS + 1])('finds the %i nearest exactly', async (k) => {
    for (const vector of QUERIES) {
      const hits = await shelf.search({ vector, k, exact: true });
      expectExact(hits, metric, vector, vectorsById(VECTORS), k);
    }
  });

  it('answers many queries as it answers each', async () => {
    const queries: SearchQuery<Shelf>[] = FILTERS.flatMap(([, filter]) => [
      ...QUERIES.map((vector) => ({ vector, k: 7, filter, exact: true })),
      { id: 'r5', k: 3, filter, include: [], exact: true },
    ]);
    const answers = await shelf.searchMany(queries);
    expect(answers).toHaveLength(queries.length);
    for (const [i, query] of queries.entries()) expect(answers[i]).toEqual(await shelf.search(query));
    const vectors = randomVectors(600, 9);
    const many = await shelf.searchMany(vectors.map((vector) => ({ vector, explain: true })));
    for (const [i, vector] of vectors.entries()) {
      const hits = many[i] ?? [];
      expectSound(hits, metric, vector, vectorsById(VECTORS), 10);
      expect(many[i]?.explain).toMatchObject({ thread: 'worker', matches: GRAPH_RECORDS });
    }
    expect(await shelf.searchMany([])).toEqual([]);
  });

  it('names the query of many that is wrong', async () => {
    const queries = [{ vector: QUERY }, { vector: QUERY, k: 0 }];
    await expect(shelf.searchMany(queries)).rejects.toThrow('query 1');
    await expect(shelf.searchMany({ vector: QUERY } as never)).rejects.toThrow('expected an array');
  });

  it('answers by the index, and says how', async () => {
    const hits = await shelf.search({ vector: QUERY, explain: true });
    expectSound(hits, metric, QUERY, vectorsById(VECTORS), 10);
    expect(WAYS[family]).toContain(hits.explain?.way);
    expect(hits.explain).toMatchObject({
      records: GRAPH_RECORDS,
      matches: GRAPH_RECORDS,
      ...(family === 'hnsw' && { effort: 20 }),
      unindexed: 0,
    });
    if (family === 'hnsw') expect(hits.explain?.distanceComputations).toBeLessThan(GRAPH_RECORDS / 2);
    if (family === 'flat') expect(hits.explain?.distanceComputations).toBe(GRAPH_RECORDS);
  });

  it('finds nearly all of the nearest by the index with more effort', async () => {
    let found = 0;
    for (const vector of QUERIES) {
      const best = new Set((await shelf.search({ vector, exact: true })).map(({ id }) => id));
      const hits = await shelf.search({ vector, ...EFFORTS[family].most });
      found += hits.filter(({ id }) => best.has(id)).length;
    }
    expect(found).toBeGreaterThanOrEqual(QUERIES.length * 10 * 0.95);
  });

  it.each(FILTERS)('answers min(k, matches) where %s match', async (_, filter, passes) => {
    const candidates = vectorsById(VECTORS, passes);
    expect(await shelf.count(filter)).toBe(candidates.size);
    for (const k of [1, 10, 300]) {
      const exact = await shelf.search({ vector: QUERY, k, filter, exact: true });
      expectExact(exact, metric, QUERY, candidates, k);
      const planned = await shelf.search({ vector: QUERY, k, filter, explain: true });
      expectSound(planned, metric, QUERY, candidates, k);
      expect(planned.explain?.matches).toBe(candidates.size);
      const lazy = await shelf.search({ vector: QUERY, k, filter, ...EFFORTS[family].least });
      expectSound(lazy, metric, QUERY, candidates, k);
    }
  });

  it('scans where few match and asks the index where many do', async () => {
    const few = await shelf.search({ vector: QUERY, filter: { ordinal: { $lt: 20 } }, explain: true });
    expect(few.explain?.way).toBe('exact');
    expect(few.explain?.distanceComputations).toBe(20);
    const many = await shelf.search({ vector: QUERY, filter: { ordinal: { $ne: 5 } }, explain: true });
    expect(WAYS[family]).toContain(many.explain?.way);
  });

  it('finds neighbours of a stored record, which is itself none of them', async () => {
    const vector = VECTORS[42] as Float32Array;
    const others = vectorsById(VECTORS, (ordinal) => ordinal !== 42);
    expectExact(await shelf.search({ id: 'r42', exact: true }), metric, vector, others, 10);
    expectSound(await shelf.search({ id: 'r42' }), metric, vector, others, 10);
    const even = vectorsById(VECTORS, (ordinal) => ordinal % 2 === 0 && ordinal !== 42);
    const filtered = await shelf.search({ id: 'r42', k: 500, filter: { half: true }, exact: true });
    expectExact(filtered, metric, vector, even, 500);
    expect(await shelf.search({ id: 'r42', filter: { ordinal: 42 } })).toEqual([]);
    const most = await shelf.search({ id: 'r42', k: GRAPH_RECORDS });
    expect(most).toHaveLength(GRAPH_RECORDS - 1);
  });

  it('leaves out what scores less than asked for', async () => {
    const hits = await shelf.search({ vector: QUERY, k: 50, exact: true });
    const minScore = hits[20]?.score ?? Number.NaN;
    const best = await shelf.search({ vector: QUERY, k: 50, exact: true, minScore });
    expect(best).toEqual(hits.filter(({ score }) => score >= minScore));
    expect(best.length).toBeGreaterThanOrEqual(21);
    expect(await shelf.search({ vector: QUERY, minScore: 1e9 })).toEqual([]);
  });

  it('answers the parts that were asked for and no others', async () => {
    const [plain] = await shelf.search({ vector: QUERY, k: 1 });
    const ordinal = Number(plain?.id.slice(1));
    expect(plain).toEqual({
      id: `r${ordinal}`,
      score: expect.any(Number),
      document: `text ${ordinal}`,
      metadata: shelfOf(ordinal),
    });
    const [bare] = await shelf.search({ vector: QUERY, k: 1, include: [] });
    expect(bare).toEqual({ id: `r${ordinal}`, score: plain?.score });
    const [vectors] = await shelf.search({ vector: QUERY, k: 1, include: ['vector'] });
    expect(vectors).toEqual({ id: `r${ordinal}`, score: plain?.score, vector: VECTORS[ordinal] });
  });

  it('takes plain numbers and Float32Arrays alike', async () => {
    const hits = await shelf.search({ vector: QUERY, exact: true });
    expect(await shelf.search({ vector: Array.from(QUERY), exact: true })).toEqual(hits);
  });

  it('explains what a search cost, only where asked', async () => {
    expect(await shelf.search({ vector: QUERY })).not.toHaveProperty('explain');
    const { explain } = await shelf.search({ vector: QUERY, exact: true, explain: true });
    expect(explain).toMatchObject({
      way: 'exact',
      reason: 'exact was asked for',
      effort: 0,
      expectedRecall: 1,
    });
    expect(explain?.distanceComputations).toBe(GRAPH_RECORDS);
    const { total, ...stages } = explain?.timesMs ?? { total: Number.NaN };
    const sum = Object.values(stages).reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(total);
    expect(Math.min(...Object.values(stages))).toBeGreaterThanOrEqual(0);
  });

  it('sees a record at once, linked or not, and no removed one', async () => {
    const young = await openShelf();
    await young.add(recordsOf(VECTORS.slice(0, 1_500)));
    await young.flush();
    await young.add(recordsOf(VECTORS.slice(1_500), 1_500));
    await young.remove(['r0', 'r1', 'r1999']);
    const left = vectorsById(VECTORS, (ordinal) => ordinal > 1 && ordinal < 1_999);
    for (const vector of QUERIES) {
      expectSound(await young.search({ vector, k: 40 }), metric, vector, left, 40);
      expectExact(await young.search({ vector, k: 40, exact: true }), metric, vector, left, 40);
    }
    const [self] = await young.search({ vector: VECTORS[1_900] ?? [], k: 1 });
    if (metric !== 'dot') expect(self?.id).toBe('r1900');
  });

  it('answers every one of many equal records', async () => {
    const twins = await openShelf();
    const vector = Float32Array.from({ length: DIMENSION }, (_, i) => i + 1);
    const copies = Array.from({ length: 1_500 }, () => vector);
    await twins.add(recordsOf(copies));
    await twins.flush();
    for (const k of [1, 10, 200, 2_000]) {
      expectExact(await twins.search({ vector, k }), metric, vector, vectorsById(copies), k);
      expectExact(await twins.search({ vector, k, exact: true }), metric, vector, vectorsById(copies), k);
    }
    const tenth = vectorsById(copies, (ordinal) => ordinal % 10 === 4);
    const filtered = await twins.search({ vector, k: 200, filter: { tenth: 4 } });
    expectExact(filtered, metric, vector, tenth, 200);
    await twins.remove({ filter: { half: false } });
    const even = vectorsById(copies, (ordinal) => ordinal % 2 === 0);
    expectExact(await twins.search({ vector, k: 1_000 }), metric, vector, even, 1_000);
    expect((await twins.check()).problems).toEqual([]);
  });

  it('scores equal vectors as the metric says', async () => {
    const small = await openShelf();
    const vector = VECTORS[0] as Float32Array;
    await small.add([{ id: 'a', vector }]);
    const [hit] = await small.search({ vector });
    const square = vector.reduce((sum, value) => sum + value * value, 0);
    if (metric === 'dot') expectScore(hit?.score, square);
    else expect(hit?.score).toBeCloseTo(metric === 'cosine' ? 1 : 0, 6);
  });

  it('has nothing to answer while it is empty', async () => {
    const empty = await openShelf();
    expect(await empty.search({ vector: QUERY, explain: true })).toHaveLength(0);
    expect(await empty.search({ vector: QUERY, filter: { tenth: 1 } })).toEqual([]);
    expect(await empty.count()).toBe(0);
    expect(await empty.count({ tenth: { $exists: false } })).toBe(0);
    expect((await empty.list()).records).toEqual([]);
    await empty.flush();
    await empty.compact();
    expect((await empty.check()).problems).toEqual([]);
  });

  it('runs many searches at once, among them ones that take a thread of their own', async () => {
    const k = 500;
    const searches = Array.from({ length: 40 }, (_, i) => {
      const vector = VECTORS[i] as Float32Array;
      const filter = i % 3 === 0 ? { half: true } : undefined;
      return shelf
        .search({ vector, k, exact: i % 2 === 0, include: [], ...(filter && { filter }) })
        .then((hits) => {
          const candidates = vectorsById(VECTORS, (ordinal) => !filter || ordinal % 2 === 0);
          expectSound(hits, metric, vector, candidates, k);
        });
    });
    await Promise.all(searches);
  });

  it('describes itself', async () => {
    expect(await shelf.describe()).toMatchObject({
      name: shelf.name,
      dimension: DIMENSION,
      metric,
      embedding: null,
      records: GRAPH_RECORDS,
      index: family === 'flat' ? { family } : INDEXES[family],
    });
    expect(shelf).toMatchObject({ dimension: DIMENSION, metric });
    const stats = await shelf.stats();
    expect(stats).toMatchObject({
      name: shelf.name,
      records: GRAPH_RECORDS,
      index: { linked: GRAPH_RECORDS, pending: 0, removed: 0, slots: GRAPH_RECORDS },
    });
    expect(family === 'auto' ? ['flat', 'ivf', 'hnsw'] : [family]).toContain(stats.index.family);
    expect(stats.memory.vectorBytes).toBeGreaterThanOrEqual(GRAPH_RECORDS * DIMENSION * 4);
    expect(stats.disk.storeBytes).toBeGreaterThan(GRAPH_RECORDS * DIMENSION * 4);
    expect((await shelf.check()).problems).toEqual([]);
  });
});
