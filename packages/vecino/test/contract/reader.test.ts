import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DURABLE_VARIANTS,
  expectExact,
  expectSound,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  shelfOf,
  vectorsById,
} from './collection-fixture.ts';
import { Reader } from './reader.ts';

const VECTORS = randomVectors(1_500, 1);
const [QUERY] = randomVectors(1, 2) as [Float32Array];

type Hits = { readonly id: string; readonly score: number; readonly metadata?: Shelf }[];

/** How a reader follows does not depend on the metric. */
const READER_VARIANTS = DURABLE_VARIANTS.filter(({ metric }) => metric === 'cosine');

describe.each(READER_VARIANTS)('a process that reads beside the writer: $family', (variant) => {
  const { metric } = variant;

  async function openBoth(records: number) {
    const folder = temporaryFolder();
    const database = await openDatabase(variant, folder);
    const shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
    if (records > 0) await shelf.add(recordsOf(VECTORS.slice(0, records)));
    return { folder, database, shelf, reader: await Reader.start(folder) };
  }

  const asked = { vector: Array.from(QUERY), k: 20 };

  it('sees what is committed: records that are added, changed and removed', async () => {
    const { shelf, reader } = await openBoth(100);
    expect(await reader.ask('count')).toBe(100);
    expect(await reader.ask('count', { tenth: 3 })).toBe(10);
    const state = vectorsById(VECTORS.slice(0, 100));
    expectExact(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);

    await shelf.add(recordsOf(VECTORS.slice(100, 200), 100));
    for (const [id, vector] of vectorsById(VECTORS.slice(0, 200))) state.set(id, vector);
    expect(await reader.ask('count', { tenth: 3 })).toBe(20);
    expectExact(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);

    const best = (await shelf.search({ vector: QUERY, k: 10 })).map(({ id }) => id);
    await shelf.remove(best);
    for (const id of best) state.delete(id);
    expectExact(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);
    expect(await reader.ask('get', best[0])).toBeNull();
    expect(await reader.ask('search', { id: best[0] })).toEqual({ code: 'RECORD_NOT_FOUND' });

    const [moved = '', patched = ''] = [...state.keys()];
    await shelf.upsert([{ id: moved, vector: QUERY, metadata: shelfOf(1) }]);
    state.set(moved, QUERY);
    await shelf.update([{ id: patched, metadata: { tenth: 77 } }]);
    expectExact(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);
    expect((await reader.ask<Hits>('search', asked))[0]?.id).toBe(moved);
    expect(await reader.ask('count', { tenth: 77 })).toBe(1);
    expect(await reader.ask('search', { ...asked, filter: { tenth: 77 } })).toMatchObject([{ id: patched }]);
    expect((await reader.ask<{ problems: string[] }>('check')).problems).toEqual([]);
  });

  it('follows through linking, mending, snapshots and a log that forgets', async () => {
    const { shelf, reader } = await openBoth(1_000);
    await reader.ask('search', asked);
    for (let round = 0; round < 3; round++) {
      await shelf.remove({ filter: { tenth: round } });
      // Fewer than were removed, so that some of their places stay empty.
      const from = 1_000 + round * 30;
      await shelf.upsert(recordsOf(VECTORS.slice(from, from + 30), from));
      await shelf.compact();
    }
    // The removals of the first rounds are forgotten by now; the reader has looked at none of them yet.
    const state = vectorsById(VECTORS.slice(0, 1_090), (ordinal) => {
      const lastRemoval = ordinal % 10;
      const added = ordinal < 1_000 ? -1 : Math.floor((ordinal - 1_000) / 30);
      return lastRemoval > 2 || lastRemoval <= added;
    });
    expect(await reader.ask('count')).toBe(state.size);
    expect(await reader.ask('count', {})).toBe(state.size);
    expectExact(await reader.ask<Hits>('search', { ...asked, exact: true }), metric, QUERY, state, 20);
    expectSound(await reader.ask<Hits>('search', { ...asked, k: 2_000 }), metric, QUERY, state, 2_000);
    await reader.ask('flush');
    expectSound(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);
    expect((await reader.ask<{ problems: string[] }>('check')).problems).toEqual([]);
  });

  it('finds whole answers while the writer changes what it finds', async () => {
    const { shelf, reader } = await openBoth(50);
    const random = seededRandom(3);
    let writing = true;
    const writes = (async () => {
      while (writing) {
        const ordinal = Math.floor(random() * 50);
        const vector = VECTORS[Math.floor(random() * VECTORS.length)] as Float32Array;
        await shelf.upsert([{ id: `r${ordinal}`, vector, metadata: shelfOf(ordinal) }]);
      }
    })();
    try {
      for (let i = 0; i < 100; i++) {
        const hits = await reader.ask<Hits>('search', { ...asked, k: 50 });
        expect(new Set(hits.map(({ id }) => id)).size).toBe(50);
        expect(await reader.ask('get', [`r${i % 50}`])).toMatchObject([{ id: `r${i % 50}` }]);
        const page = await reader.ask<{ records: { metadata: Shelf }[] }>('list', { filter: { half: true } });
        expect(page.records).toHaveLength(25);
        expect(page.records.every(({ metadata }) => metadata.half)).toBe(true);
      }
    } finally {
      writing = false;
      await writes;
    }
  });

  it('may write nothing', async () => {
    const { shelf, reader } = await openBoth(3);
    const refused = { code: 'STORE_READ_ONLY' };
    const vector = Array.from(QUERY);
    expect(await reader.ask('add', [{ vector }])).toEqual(refused);
    expect(await reader.ask('upsert', [{ id: 'r1', vector }])).toEqual(refused);
    expect(await reader.ask('update', [{ id: 'r1', document: 'x' }])).toEqual(refused);
    expect(await reader.ask('remove', 'r1')).toEqual(refused);
    expect(await reader.ask('remove', { filter: {} })).toEqual(refused);
    expect(await reader.ask('compact')).toEqual(refused);
    const database = { target: 'database' } as const;
    expect(await reader.call({ ...database, method: 'dropCollection', args: ['shelf'] })).toEqual(refused);
    expect(
      await reader.call({ ...database, method: 'createCollection', args: ['new', { dimension: 2 }] }),
    ).toEqual(refused);
    expect(await shelf.count()).toBe(3);
    expect(await shelf.get('r1')).toMatchObject({ document: 'text 1' });
  });

  it('is told when its collection is dropped, and finds one that is new', async () => {
    const { database, reader } = await openBoth(3);
    await database.dropCollection('shelf');
    await database.collection<Shelf>('other', optionsOf(variant));
    expect(await reader.ask('count')).toEqual({ code: 'COLLECTION_DROPPED' });
    expect(await reader.ask('search', asked)).toEqual({ code: 'COLLECTION_DROPPED' });
    const listed = await reader.call<{ name: string }[]>({
      target: 'database',
      method: 'listCollections',
      args: [],
    });
    expect(listed.map(({ name }) => name)).toEqual(['other']);
    const again = await database.collection<Shelf>('shelf', optionsOf(variant));
    await again.add(recordsOf(VECTORS.slice(0, 2), 700));
    expect(await reader.ask('count')).toEqual({ code: 'COLLECTION_DROPPED' });
    await reader.call({ target: 'database', method: 'openCollection', args: ['shelf'] });
    const page = await reader.ask<{ records: { id: string }[] }>('list');
    expect(page.records.map(({ id }) => id)).toEqual(['r700', 'r701']);
  });

  it('goes on after the writer has closed, and sees the next one', async () => {
    const { folder, database, reader } = await openBoth(30);
    await database.close();
    const state = vectorsById(VECTORS.slice(0, 30));
    expectExact(await reader.ask<Hits>('search', asked), metric, QUERY, state, 20);
    const next = await (await openDatabase(variant, folder)).openCollection<Shelf>('shelf');
    await next.remove('r0');
    state.delete('r0');
    expectExact(await reader.ask<Hits>('search', { ...asked, k: 50 }), metric, QUERY, state, 50);
  });
});
