import { describe, expect, it } from 'vitest';
import type { Collection, ListQuery } from '../../src/api/collection.ts';
import {
  randomVectors,
  recordsOf,
  type Shelf,
  sharedDatabase,
  shelfOf,
  VARIANTS,
} from './collection-fixture.ts';

const RECORDS = 60;
const VECTORS = randomVectors(RECORDS, 1);
const [FIRST] = VECTORS as [Float32Array];

/** Reading does not depend on the metric. */
const READING_VARIANTS = VARIANTS.filter(({ metric }) => metric === 'cosine');

/** Ids of all pages, each asked for with the cursor of the one before. */
async function idsOfPages(shelf: Collection<Shelf>, query: ListQuery<Shelf>): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await shelf.list({ ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page.records.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length <= RECORDS);
  return pages;
}

describe.each(READING_VARIANTS)('reading: $family, $place', (variant) => {
  const openShelf = sharedDatabase(variant);

  it('gets one record, or several in the order of the ids, and undefined where there is none', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    const ids = ['r7', 'nobody', 'r3', 'r7', 'r59'];
    const records = await shelf.get(ids);
    expect(records.map((record) => record?.id)).toEqual(['r7', undefined, 'r3', 'r7', 'r59']);
    expect(records[2]).toEqual({
      id: 'r3',
      seq: expect.any(Number),
      document: 'text 3',
      metadata: shelfOf(3),
    });
    expect(await shelf.get('r7')).toEqual(records[0]);
    expect(await shelf.get('nobody')).toBeUndefined();
    expect(await shelf.get([])).toEqual([]);
    expect(await shelf.get('r3', ['vector'])).toEqual({
      id: 'r3',
      seq: expect.any(Number),
      vector: VECTORS[3],
    });
    expect(Object.keys((await shelf.get('r3', [])) ?? {}).sort()).toEqual(['id', 'seq']);
  });

  it('gives back vectors bit by bit, as they were given', async () => {
    const shelf = await openShelf();
    const vectors = [
      [1e-38, -0, 0.1, 3.4e18, 1, 2, 3, 4],
      [1e-45, 1e-45, 0, 0, 0, 0, 0, 0],
      [-1.5, 2.25, -3.125, 4, 5, 6, 7, 8],
    ].map((numbers) => Float32Array.from(numbers));
    await shelf.add(recordsOf(vectors));
    for (const [i, vector] of vectors.entries()) {
      const stored = (await shelf.get(`r${i}`, ['vector']))?.vector;
      expect(new Uint32Array(Float32Array.from(stored ?? []).buffer)).toEqual(new Uint32Array(vector.buffer));
    }
  });

  it('counts all records, or those that match', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    expect(await shelf.count()).toBe(RECORDS);
    expect(await shelf.count({})).toBe(RECORDS);
    expect(await shelf.count({ tenth: { $lt: 3 } })).toBe(18);
    expect(await shelf.count({ $not: { tenth: { $lt: 3 } }, half: true })).toBe(18);
    await shelf.remove('r0');
    await shelf.update([{ id: 'r1', metadata: { tenth: 9 } }]);
    expect(await shelf.count()).toBe(RECORDS - 1);
    expect(await shelf.count({ tenth: { $lt: 3 } })).toBe(16);
    expect(await shelf.count({ tenth: 9 })).toBe(7);
  });

  it('lists in the order of changes, page by page', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    await shelf.update([{ id: 'r2', document: 'changed' }]);
    await shelf.upsert([{ id: 'r1', vector: VECTORS[5] ?? [] }]);
    const order = Array.from({ length: RECORDS }, (_, i) => `r${i}`).filter(
      (id) => id !== 'r1' && id !== 'r2',
    );
    order.push('r2', 'r1');
    expect((await idsOfPages(shelf, {})).flat()).toEqual(order);
    const pages = await idsOfPages(shelf, { limit: 7 });
    expect(pages.flat()).toEqual(order);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4]);
    expect((await idsOfPages(shelf, { limit: 7, order: 'desc' })).flat()).toEqual(order.toReversed());
    const matching = order.filter((id) => Number(id.slice(1)) % 2 === 0);
    expect((await idsOfPages(shelf, { limit: 4, filter: { half: true } })).flat()).toEqual(matching);
  });

  it('ends with the last full page, not with an empty one', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    const full = await shelf.list({ limit: RECORDS });
    expect(full.records).toHaveLength(RECORDS);
    expect(full.cursor).toBeUndefined();
    expect(await idsOfPages(shelf, { limit: 6, filter: { half: true } })).toHaveLength(5);
  });

  it('lists in the order of ids by code point', async () => {
    const shelf = await openShelf();
    const ids = ['b', 'a', 'B', 'ä', '\u{1F600}', '\uFFEE', 'a\0b', 'aa', '10', '9'];
    await shelf.add(ids.map((id) => ({ id, vector: FIRST })));
    const order = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await idsOfPages(shelf, { orderBy: 'id', limit: 3 })).flat()).toEqual(order);
    const reverse = await idsOfPages(shelf, { orderBy: 'id', limit: 3, order: 'desc' });
    expect(reverse.flat()).toEqual(order.toReversed());
    const filtered = await idsOfPages(shelf, {
      orderBy: 'id',
      limit: 3,
      filter: { ordinal: { $exists: false } },
    });
    expect(filtered.flat()).toEqual(order);
  });

  it('lists by a metadata path, equal ones by id, and records without it last in both directions', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS.slice(0, 20)));
    await shelf.add(['z', 'y'].map((id) => ({ id, vector: FIRST })));
    const byTenth = Array.from({ length: 10 }, (_, tenth) => [`r${tenth}`, `r${10 + tenth}`].sort()).flat();
    expect((await idsOfPages(shelf, { orderBy: 'tenth', limit: 3 })).flat()).toEqual([...byTenth, 'y', 'z']);
    const reverse = (await idsOfPages(shelf, { orderBy: 'tenth', limit: 3, order: 'desc' })).flat();
    expect(reverse).toHaveLength(22);
    expect(reverse.slice(0, 20)).toEqual(byTenth.toReversed());
    expect(reverse.slice(20).sort()).toEqual(['y', 'z']);
  });

  it('goes on behind a cursor whose record has gone meanwhile', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    for (const query of [
      { orderBy: 'id' },
      { orderBy: 'seq' },
      { orderBy: 'ordinal' },
      { filter: { ordinal: { $gte: 0 } } },
    ] as const) {
      const page = await shelf.list({ ...query, limit: 10 });
      const last = page.records[9];
      await shelf.remove(last?.id ?? '');
      const next = await shelf.list({ ...query, limit: 100, cursor: page.cursor ?? '' });
      const seen = new Set(page.records.map(({ id }) => id));
      expect(next.records.filter(({ id }) => seen.has(id))).toEqual([]);
      expect(next.records.length).toBe((await shelf.count()) - 9);
      await shelf.upsert([{ id: last?.id ?? '', vector: FIRST, metadata: last?.metadata ?? {} } as never]);
    }
  });

  it('keeps odd keys of metadata as they are', async () => {
    const shelf = (await openShelf()) as unknown as Collection;
    const metadata = JSON.parse(
      '{"__proto__":{"a":1},"constructor":"b","a.b":2,"a":{"b":3,"ß":[1,[null,{"x":"\\u0000"}]]}}',
    );
    await shelf.add([{ id: 'a', vector: FIRST, metadata }]);
    expect((await shelf.get('a'))?.metadata).toEqual(metadata);
    expect(Object.hasOwn((await shelf.get('a'))?.metadata ?? {}, '__proto__')).toBe(true);
    expect(await shelf.count({ 'a.b': 3 })).toBe(1);
    expect(await shelf.count({ constructor: 'b' } as never)).toBe(1);
    await shelf.update([{ id: 'a', metadata: JSON.parse('{"__proto__":5}') }]);
    expect((await shelf.get('a'))?.metadata).toEqual({ ...metadata, ['__proto__']: 5 });
  });
});
