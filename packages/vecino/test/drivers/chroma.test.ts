import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { open } from '../../src/index.ts';
import { randomVectors } from '../contract/collection-fixture.ts';
import { filter, metadata } from '../property/filter-arbitraries.ts';
import { chroma } from './chroma-engine.ts';
import type { Running } from './engine.ts';

const skipped = chroma.absent === undefined ? '' : ` (skipped: ${chroma.absent})`;

describe.skipIf(chroma.absent !== undefined)(`Chroma${skipped}`, () => {
  let running: Running;
  let database: Database;

  beforeAll(async () => {
    running = await chroma.start();
    database = await running.open('chroma');
  });
  afterAll(async () => {
    await running?.stop();
  });

  describe('filters', () => {
    const ROWS = fc.sample(metadata, { numRuns: 120, seed: 8 });
    let rows: Collection;

    beforeAll(async () => {
      rows = await database.collection('rows', { dimension: 2 });
      await rows.add(ROWS.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never })));
    });

    it('let pass what matches() says', { timeout: 60_000 }, async () => {
      let passed = 0;
      await fc.assert(
        fc.asyncProperty(filter, async (asked) => {
          const predicate = parseFilter('list', asked);
          const expected = ROWS.flatMap((one, i) => (matches(predicate, one) ? [`r${i}`] : []));
          const { records } = await rows.list({ filter: asked as never, limit: 1_000, include: [] });
          expect(records.map(({ id }) => id)).toEqual(expected);
          const hits = await rows.search({ vector: [1, 0], filter: asked as never, k: 5, include: [] });
          expect(hits).toHaveLength(Math.min(5, expected.length));
          for (const { id } of hits) expect(expected).toContain(id);
          passed += expected.length;
        }),
        { numRuns: 40 },
      );
      // Otherwise the comparison would be one of empty sets; some thousands pass.
      expect(passed).toBeGreaterThan(40);
    });

    it('keep metadata as they are', async () => {
      const { records } = await rows.list({ limit: 1_000 });
      // JSON has no negative zero.
      expect(records.map((one) => one.metadata)).toEqual(ROWS.map((one) => JSON.parse(JSON.stringify(one))));
    });

    it('forget what a record had before', async () => {
      const one = await database.collection('replaced', { dimension: 1 });
      await one.add([{ id: 'a', vector: [1], document: 'x', metadata: { year: 1, name: 'a' } }]);
      await one.upsert([{ id: 'a', vector: [1], metadata: { name: 'b' } }]);
      expect(await one.count({ year: 1 })).toBe(0);
      expect(await one.count({ year: { $ne: 1 } })).toBe(1);
      expect(await one.get('a', ['document', 'metadata'])).toEqual({
        id: 'a',
        seq: expect.any(Number),
        metadata: { name: 'b' },
      });
    });
  });

  describe('pages in the order of changes', () => {
    it('have each record once, whatever was changed before and is changed meanwhile', async () => {
      const one = await database.collection('pages', { dimension: 1 });
      const numbers = Array.from({ length: 150 }, (_, i) => i);
      await one.add(numbers.map((i) => ({ id: `p${i}`, vector: [1], metadata: { even: i % 2 === 0 } })));
      // Every third is the latest now.
      const third = numbers.filter((i) => i % 3 === 0);
      await one.update(third.map((i) => ({ id: `p${i}`, metadata: { changed: true } })));
      const expected = [...numbers.filter((i) => i % 3 !== 0), ...third].map((i) => `p${i}`);
      expect(await pagesOf(one, { limit: 40 })).toEqual(expected);
      expect(await pagesOf(one, { limit: 11, filter: { even: true } })).toEqual(
        expected.filter((id) => Number(id.slice(1)) % 2 === 0),
      );
      const first = await one.list({ limit: 60 });
      await one.remove(first.records.slice(0, 30).map(({ id }) => id));
      const rest = await pagesOf(one, { limit: 60, cursor: first.cursor });
      expect([...first.records.map(({ id }) => id), ...rest]).toEqual(expected);
    });
  });

  describe('searches', () => {
    it('find as many as match, where the index finds less', async () => {
      const one = await database.collection('graph', {
        dimension: 16,
        index: { family: 'hnsw', M: 4, efSearch: 10 },
      });
      const vectors = randomVectors(1_500, 3, 16);
      await one.add(vectors.map((vector, i) => ({ id: `v${i}`, vector, metadata: { i, tags: [i % 500] } })));
      const [vector] = randomVectors(1, 4, 16);
      if (!vector) throw new Error('no vector');
      expect(await one.search({ vector, k: 1_500, include: [] })).toHaveLength(1_500);
      expect(await one.search({ vector, k: 10, filter: { i: { $in: [3, 700, 1_400] } } })).toHaveLength(3);
      expect(await one.search({ vector, k: 10, filter: { tags: { $contains: 7 } } })).toHaveLength(3);
      const exact = await one.search({ vector, k: 10, exact: true });
      const near = await one.search({ vector, k: 10 });
      for (const [i, { score }] of exact.entries())
        expect(near[i]?.score ?? -9).toBeLessThanOrEqual(score + 1e-6);
    });

    it('with another effort are refused, and say what to do', async () => {
      const one = await database.collection('effort', { dimension: 1 });
      await expect(one.search({ vector: [1], efSearch: 50 })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('create the collection with index'),
      });
    });
  });

  describe('what callers give', () => {
    it.each([
      `'; DROP TABLE embeddings; --`,
      '$and',
      '#document',
      'vecino:seq',
      '__proto__',
      'a/../../b?c=d#e',
    ])('stays a value: %j', async (attack) => {
      const one = await database.collection(`attacked_${attack.replaceAll(/\W/g, '')}`, { dimension: 2 });
      const inside = one.namespace(attack);
      const isField = !/^\$|[.]/.test(attack);
      const own = isField ? Object.fromEntries([[attack, attack]]) : {};
      const record = { id: attack, vector: [1, 2], document: attack, metadata: { ...own, plain: attack } };
      for (const place of [one, inside]) {
        await place.add([record as never, { id: 'other', vector: [2, 1], metadata: { plain: 1 } }]);
        expect(await place.get(attack)).toMatchObject({ id: attack, document: attack });
        for (const condition of [attack, { $in: [attack, 2] }, { $gte: attack, $lte: attack }]) {
          expect(await place.count({ plain: condition } as never)).toBe(1);
          if (isField) expect(await place.count(Object.fromEntries([[attack, condition]]) as never)).toBe(1);
        }
        expect(await place.search({ vector: [1, 2], filter: { plain: attack }, k: 5 })).toHaveLength(1);
        await place.update([{ id: attack, metadata: { more: attack } }]);
        expect(await place.remove([attack])).toBe(1);
        expect(await place.count()).toBe(1);
      }
      expect((await one.listNamespaces()).map(({ name }) => name)).toEqual([attack]);
    });
  });

  describe('two databases of one schema', () => {
    it('see each other, and what the other has dropped', async () => {
      const other = await running.open('chroma');
      const [mine, theirs] = await Promise.all([
        database.collection('shared', { dimension: 2 }),
        other.collection('shared', { dimension: 2 }),
      ]);
      const batch = (from: number) =>
        Array.from({ length: 40 }, (_, i) => ({ id: `${from + i}`, vector: [1, i] }));
      await Promise.all([mine.upsert(batch(0)), theirs.upsert(batch(20)), mine.upsert(batch(40))]);
      expect([await mine.count(), await theirs.count()]).toEqual([80, 80]);
      const adding = await Promise.allSettled([1, 2].map((x) => mine.add([{ id: 'x', vector: [x, x] }])));
      expect(adding.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      await mine.namespace('n').add([{ id: 'a', vector: [1, 1] }]);
      expect(await theirs.namespace('n').count()).toBe(1);
      await theirs.dropNamespace('n');
      expect(await mine.namespace('n').count()).toBe(0);
      await mine.namespace('n').add([{ id: 'a', vector: [1, 1] }]);
      expect(await theirs.namespace('n').count()).toBe(1);
      await other.dropCollection('shared');
      await expect(mine.count()).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
      await other.createCollection('shared', { dimension: 2 });
      await expect(mine.count()).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
    });

    it('are refused writes where one reads only, and what is missing', async () => {
      const reader = await running.open('chroma', { readOnly: true });
      const rows = await reader.openCollection('rows');
      expect(await rows.count()).toBe(120);
      await expect(rows.remove('x')).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
      const nowhere = new URL(running.address ?? '');
      nowhere.searchParams.set('database', 'nowhere');
      await expect(open(nowhere.href, { readOnly: true })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    });
  });

  it('prints no warning, and repeats no secret', async () => {
    const warned: unknown[] = [];
    const { warn } = console;
    console.warn = (...words: unknown[]) => void warned.push(words);
    try {
      const one = await database.collection('quiet', { dimension: 1 });
      await one.add([{ id: 'a', vector: [1], document: 'x' }]);
      await database.listCollections();
      await one.search({ vector: [1] });
    } finally {
      console.warn = warn;
    }
    expect(warned).toEqual([]);
    const secret = new URL(running.address ?? '');
    secret.searchParams.set('token', 'rosebud');
    // Nobody may listen there.
    secret.hostname = '127.255.255.254';
    const error = await open(secret.href, { connection: { retries: 0 } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('rosebud');
  });

  it.each([
    [{ family: 'flat' }, 'exact: true'],
    [{ family: 'ivf' }, 'the family ivf'],
    [{ family: 'hnsw', seed: 1 }, 'the option seed'],
    [{ family: 'hnsw', quantizer: 'sq8' }, 'the quantizer sq8'],
    [{ family: 'hnsw', originals: 'f16' }, 'originals: f16'],
  ] as const)('refuses an index that it has not: %j', async (index, what) => {
    await expect(
      database.createCollection('refused', { dimension: 3, index: index as never }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(what) });
  });
});

async function pagesOf(collection: Collection, query: object): Promise<string[]> {
  const found: string[] = [];
  for (let next: object | undefined = query; next; ) {
    const { records, cursor }: Awaited<ReturnType<Collection['list']>> = await collection.list(next);
    found.push(...records.map(({ id }) => id));
    next = cursor === undefined ? undefined : { ...query, cursor };
  }
  return found;
}
