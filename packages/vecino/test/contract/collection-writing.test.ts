import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import {
  expectExact,
  INDEXES,
  randomVectors,
  recordsOf,
  sharedDatabase,
  shelfOf,
  VARIANTS,
  vectorsById,
} from './collection-fixture.ts';

const [first, second, third, fourth] = randomVectors(4, 1) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];

describe.each(VARIANTS)('writing: $family, $metric, $place', (variant) => {
  const openShelf = sharedDatabase(variant);

  it('answers the ids of what it adds, and every read sees it at once', async () => {
    const shelf = await openShelf();
    const ids = await shelf.add([
      { id: 'a', vector: first, document: 'one', metadata: shelfOf(1) },
      { vector: Array.from(second) },
    ]);
    expect(ids).toEqual(['a', expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)]);
    expect(await shelf.count()).toBe(2);
    expect(await shelf.count({ ordinal: 1 })).toBe(1);
    expect(await shelf.get('a', ['vector', 'document', 'metadata'])).toEqual({
      id: 'a',
      seq: expect.any(Number),
      vector: first,
      document: 'one',
      metadata: shelfOf(1),
    });
    expect((await shelf.list()).records.map(({ id }) => id)).toEqual(ids);
    expect((await shelf.search({ vector: second, k: 2 })).map(({ id }) => id).sort()).toEqual(
      [...ids].sort(),
    );
  });

  it('gives ids of its own to records without one, all different', async () => {
    const shelf = await openShelf();
    const ids = await shelf.add(randomVectors(100, 2).map((vector) => ({ vector })));
    expect(new Set(ids).size).toBe(100);
    expect(await shelf.count()).toBe(100);
  });

  it('keeps its own copy of what it was given', async () => {
    const shelf = await openShelf();
    const vector = Float32Array.from(first);
    const metadata = { ...shelfOf(1) };
    const writing = shelf.add([{ id: 'a', vector, metadata }]);
    await writing;
    vector.fill(9);
    metadata.ordinal = 9;
    expect(await shelf.get('a', ['vector', 'metadata'])).toMatchObject({
      vector: first,
      metadata: shelfOf(1),
    });
  });

  it('adds nothing of a batch in which one id is there already', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first }]);
    await expect(
      shelf.add([
        { id: 'b', vector: second },
        { id: 'a', vector: third },
      ]),
    ).rejects.toMatchObject({ code: 'ID_EXISTS' });
    expect(await shelf.count()).toBe(1);
    expect(await shelf.get('b')).toBeUndefined();
    expect(await shelf.get('a', ['vector'])).toMatchObject({ vector: first });
  });

  it('upserts: replaces every part of what is there and adds the rest', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first, document: 'old', metadata: shelfOf(1) }]);
    const ids = await shelf.upsert([
      { id: 'b', vector: second },
      { id: 'a', vector: third },
    ]);
    expect(ids).toEqual(['b', 'a']);
    expect(await shelf.count()).toBe(2);
    const replaced = await shelf.get('a', ['vector', 'document', 'metadata']);
    expect(replaced).toEqual({ id: 'a', seq: expect.any(Number), vector: third, metadata: {} });
    expect(await shelf.count({ ordinal: { $exists: true } })).toBe(0);
    const expected = new Map([
      ['a', third],
      ['b', second],
    ]);
    expectExact(await shelf.search({ vector: first, k: 5 }), variant.metric, first, expected, 5);
  });

  it('leaves the index alone where an upsert brings the same vector', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first, document: 'old', metadata: shelfOf(1) }]);
    await shelf.flush();
    const before = (await shelf.stats()).index;
    await shelf.upsert([{ id: 'a', vector: Array.from(first), document: 'new', metadata: shelfOf(2) }]);
    expect((await shelf.stats()).index).toEqual(before);
    expect(before.pending).toBe(0);
    expect(await shelf.get('a')).toMatchObject({ document: 'new', metadata: shelfOf(2) });
    expect(await shelf.count({ ordinal: 1 })).toBe(0);
    expect(await shelf.count({ ordinal: 2 })).toBe(1);
  });

  it('gives every change a larger number than all before it', async () => {
    const shelf = await openShelf();
    const seqOf = async (id: string) => (await shelf.get(id))?.seq ?? Number.NaN;
    await shelf.add([
      { id: 'a', vector: first },
      { id: 'b', vector: second },
    ]);
    const added = [await seqOf('a'), await seqOf('b')];
    expect(new Set(added).size).toBe(2);
    await shelf.update([{ id: 'a', document: 'changed' }]);
    const patched = await seqOf('a');
    expect(patched).toBeGreaterThan(Math.max(...added));
    await shelf.upsert([{ id: 'b', vector: third }]);
    expect(await seqOf('b')).toBeGreaterThan(patched);
    expect((await shelf.stats()).seq).toBe(await seqOf('b'));
  });

  it('updates: merges metadata, removes keys that are undefined, leaves what is not named', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first, document: 'old', metadata: shelfOf(3) }]);
    await shelf.update([{ id: 'a', metadata: { tenth: 7, half: undefined } }]);
    expect(await shelf.get('a', ['vector', 'document', 'metadata'])).toEqual({
      id: 'a',
      seq: expect.any(Number),
      vector: first,
      document: 'old',
      metadata: { ordinal: 3, tenth: 7 },
    });
    expect(await shelf.count({ tenth: 7, half: { $exists: false } })).toBe(1);
    expect(await shelf.count({ tenth: 3 })).toBe(0);
  });

  it('updates vectors and documents, and removes a document by null', async () => {
    const shelf = await openShelf();
    await shelf.add([
      { id: 'a', vector: first, document: 'old', metadata: shelfOf(1) },
      { id: 'b', vector: second, document: 'stays' },
    ]);
    await shelf.update([
      { id: 'a', vector: third, document: null },
      { id: 'b', vector: fourth },
    ]);
    const [a, b] = await shelf.get(['a', 'b'], ['vector', 'document', 'metadata']);
    expect(a).toEqual({ id: 'a', seq: expect.any(Number), vector: third, metadata: shelfOf(1) });
    expect(b).toMatchObject({ vector: fourth, document: 'stays' });
    const expected = new Map([
      ['a', third],
      ['b', fourth],
    ]);
    expectExact(await shelf.search({ vector: third, k: 9 }), variant.metric, third, expected, 9);
  });

  it('updates nothing of a batch in which one id is not there', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first, metadata: shelfOf(1) }]);
    const change = shelf.update([
      { id: 'a', vector: second, metadata: { tenth: 5 } },
      { id: 'nobody', vector: third },
    ]);
    await expect(change).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    expect(await shelf.get('a', ['vector', 'metadata'])).toMatchObject({
      vector: first,
      metadata: shelfOf(1),
    });
  });

  it('removes by id and by ids, counts those that were there, and searches miss them at once', async () => {
    const shelf = await openShelf();
    const vectors = randomVectors(20, 3);
    await shelf.add(recordsOf(vectors));
    expect(await shelf.remove('r0')).toBe(1);
    expect(await shelf.remove('r0')).toBe(0);
    expect(await shelf.remove(['r1', 'nobody', 'r2', 'r1'])).toBe(2);
    expect(await shelf.remove([])).toBe(0);
    expect(await shelf.count()).toBe(17);
    expect(await shelf.get(['r0', 'r3'])).toEqual([undefined, expect.objectContaining({ id: 'r3' })]);
    const left = vectorsById(vectors, (ordinal) => ordinal > 2);
    expectExact(await shelf.search({ vector: first, k: 30 }), variant.metric, first, left, 30);
  });

  it('removes by filter', async () => {
    const shelf = await openShelf();
    const vectors = randomVectors(40, 4);
    await shelf.add(recordsOf(vectors));
    expect(await shelf.remove({ filter: { tenth: { $gte: 4 } } })).toBe(24);
    expect(await shelf.remove({ filter: { tenth: { $gte: 4 } } })).toBe(0);
    expect(await shelf.count()).toBe(16);
    const left = vectorsById(vectors, (ordinal) => ordinal % 10 < 4);
    expectExact(await shelf.search({ vector: first, k: 40 }), variant.metric, first, left, 40);
    expect(await shelf.remove({ filter: {} })).toBe(16);
    expect(await shelf.search({ vector: first })).toEqual([]);
  });

  it('stores an id again after it was removed', async () => {
    const shelf = await openShelf();
    await shelf.add([{ id: 'a', vector: first, document: 'old', metadata: shelfOf(1) }]);
    await shelf.remove('a');
    await shelf.add([{ id: 'a', vector: second }]);
    expect(await shelf.get('a', ['vector', 'document', 'metadata'])).toEqual({
      id: 'a',
      seq: expect.any(Number),
      vector: second,
      metadata: {},
    });
    const expected = new Map([['a', second]]);
    expectExact(await shelf.search({ vector: second }), variant.metric, second, expected, 10);
  });

  it('lets one of several writers of the same id win, and tells the others', async () => {
    const shelf = await openShelf();
    const outcomes = await Promise.allSettled([
      shelf.add([{ id: 'a', vector: first }]),
      shelf.add([{ id: 'a', vector: second }]),
      shelf.add([{ id: 'a', vector: third }]),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ID_EXISTS' });
    }
    const winner = [first, second, third][outcomes.findIndex(({ status }) => status === 'fulfilled')];
    expect(await shelf.get('a', ['vector'])).toMatchObject({ vector: winner });
  });

  it('answers a read at any moment of a change with the record before or after it', async () => {
    const shelf = await openShelf();
    const versions = randomVectors(150, 5);
    await shelf.add([{ id: 'a', vector: versions[0] ?? [], metadata: shelfOf(0) }]);
    let reading = true;
    let reads = 0;
    const readAll = async () => {
      for (; reading; reads++) {
        const [record] = await shelf.get(['a'], ['vector', 'metadata']);
        expect(record).toBeDefined();
        expect(record?.vector).toEqual(versions[record?.metadata?.ordinal ?? -1]);
        expect(await shelf.search({ id: 'a' })).toEqual([]);
        expect(await shelf.search({ id: 'a', filter: { ordinal: { $gte: 0 } }, include: [] })).toEqual([]);
        expect(await shelf.search({ vector: first, include: ['metadata'] })).toHaveLength(1);
        expect((await shelf.list({ filter: { ordinal: { $gte: 0 } } })).records).toHaveLength(1);
        // The event loop must turn, or no answer of the writing thread would ever arrive.
        await nextTurn();
      }
    };
    const failure = readAll().catch((error: unknown) => error);
    for (const [ordinal, vector] of versions.entries()) {
      await shelf.upsert([{ id: 'a', vector, metadata: shelfOf(ordinal) }]);
      await nextTurn();
    }
    reading = false;
    expect(await failure).toBeUndefined();
    expect(reads).toBeGreaterThan(20);
  });

  it('answers a filter that nobody asked for before, while its records move', async () => {
    const shelf = (await openShelf()) as unknown as Collection;
    const keys = Array.from({ length: 60 }, (_, i) => `key${i}`);
    const metadata = Object.fromEntries(keys.map((key) => [key, true]));
    const ids = Array.from({ length: 40 }, (_, i) => `r${i}`);
    await shelf.add(ids.map((id) => ({ id, vector: first, metadata })));
    let writing = true;
    const writes = (async () => {
      for (const vectors = randomVectors(50, 9); writing; await nextTurn()) {
        const moved = vectors[Math.floor(Math.random() * 50)] ?? first;
        await shelf.upsert(ids.slice(0, 10).map((id) => ({ id, vector: moved, metadata })));
      }
    })();
    const counts: number[] = [];
    for (const key of keys) {
      const { records } = await shelf.list({ filter: { [key]: true } });
      counts.push(records.length, await shelf.count({ [key]: true }));
    }
    writing = false;
    await writes;
    expect(counts).toEqual(Array.from({ length: 120 }, () => 40));
  });

  it('reclaims the places of removed records in compact, and answers the same before and after', async () => {
    const shelf = await openShelf();
    const vectors = randomVectors(300, 6);
    await shelf.add(recordsOf(vectors));
    await shelf.flush();
    // What is compacted while it changes over is thrown away; asking for the same waits for that.
    if (variant.family === 'auto') await shelf.reindex(INDEXES.auto);
    await shelf.remove({ filter: { half: true } });
    const left = vectorsById(vectors, (ordinal) => ordinal % 2 === 1);
    const search = async () =>
      expectExact(await shelf.search({ vector: first, k: 200 }), variant.metric, first, left, 200);
    await search();
    await shelf.compact();
    await search();
    expect((await shelf.stats()).index).toMatchObject({ pending: 0, removed: 0, linked: 150 });
    await shelf.add(recordsOf(randomVectors(150, 7), 1_000));
    expect((await shelf.stats()).index.slots).toBe(300);
    expect((await shelf.check()).problems).toEqual([]);
  });
});
