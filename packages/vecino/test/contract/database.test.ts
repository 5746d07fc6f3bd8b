import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
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
  VARIANTS,
  vectorsById,
} from './collection-fixture.ts';

const VECTORS = randomVectors(1_500, 1);
const [QUERY] = randomVectors(1, 2) as [Float32Array];

/** What a database does with its collections does not depend on their metric. */
const DATABASE_VARIANTS = VARIANTS.filter(({ metric }) => metric === 'l2');

describe.each(DATABASE_VARIANTS)('a database: $family, $place', (variant) => {
  const options = optionsOf(variant);

  it('creates, opens, lists and drops collections', async () => {
    const database = await openDatabase(variant);
    expect(await database.listCollections()).toEqual([]);
    const b = await database.createCollection<Shelf>('b', options);
    await database.collection('a', { dimension: 3 });
    await b.add(recordsOf(VECTORS.slice(0, 5)));
    const listed = await database.listCollections();
    expect(listed.map(({ name, records }) => [name, records])).toEqual([
      ['a', 0],
      ['b', 5],
    ]);
    expect(listed[1]).toEqual(await b.describe());
    expect(await database.openCollection('b')).toMatchObject({ name: 'b', dimension: 8, metric: 'l2' });
    await expect(database.createCollection('b', options)).rejects.toMatchObject({
      code: 'COLLECTION_EXISTS',
    });
    await expect(database.openCollection('c')).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
    await database.dropCollection('b');
    await expect(database.openCollection('b')).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
    await expect(database.dropCollection('b')).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
    expect((await database.listCollections()).map(({ name }) => name)).toEqual(['a']);
  });

  it('gives every handle of a collection the same records', async () => {
    const database = await openDatabase(variant);
    const [one, other] = await Promise.all([
      database.collection<Shelf>('shelf', options),
      database.collection<Shelf>('shelf', options),
    ]);
    await one.add(recordsOf(VECTORS.slice(0, 3)));
    await other.remove('r1');
    expect(await one.count()).toBe(2);
    expect(await other.search({ vector: QUERY, k: 5 })).toHaveLength(2);
  });

  it('starts empty where a dropped collection is created again under the same name', async () => {
    const database = await openDatabase(variant);
    const old = await database.collection<Shelf>('shelf', options);
    await old.add(recordsOf(VECTORS.slice(0, 100)));
    await old.compact();
    await database.dropCollection('shelf');
    const young = await database.collection<Shelf>('shelf', { dimension: 3, index: 'flat' });
    expect(await young.count()).toBe(0);
    expect(await young.search({ vector: [1, 2, 3] })).toEqual([]);
    await young.add([{ id: 'r1', vector: [1, 2, 3], metadata: shelfOf(9) }]);
    expect(await young.list()).toMatchObject({ records: [{ id: 'r1', metadata: shelfOf(9) }] });
    expect((await young.check()).problems).toEqual([]);
    await expect(old.count()).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
    await expect(old.add(recordsOf(VECTORS.slice(0, 1)))).rejects.toMatchObject({
      code: 'COLLECTION_DROPPED',
    });
  });

  it('drops a collection while it is written, read and linked', async () => {
    const database = await openDatabase(variant);
    const shelf = await database.collection<Shelf>('shelf', options);
    await shelf.add(recordsOf(VECTORS));
    const calls = [
      shelf.add(recordsOf(VECTORS, 5_000)),
      shelf.search({ vector: QUERY, k: 1_000 }),
      shelf.list({ filter: { half: true }, limit: 1_000 }),
      shelf.flush(),
      shelf.compact(),
      database.dropCollection('shelf'),
      shelf.remove({ filter: { half: true } }),
      shelf.count({ tenth: 2 }),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'COLLECTION_DROPPED' });
    }
    expect(await database.listCollections()).toEqual([]);
    const again = await database.collection<Shelf>('shelf', options);
    await again.add(recordsOf(VECTORS.slice(0, 10)));
    const few = vectorsById(VECTORS.slice(0, 10));
    expectExact(await again.search({ vector: QUERY }), 'l2', QUERY, few, 10);
  });

  it('closes once, whoever asks how often, and refuses everything afterwards', async () => {
    const database = await openDatabase(variant);
    const shelf = await database.collection<Shelf>('shelf', options);
    await Promise.all([database.close(), database.close(), database[Symbol.asyncDispose]()]);
    await database.close();
    const closed = { code: 'DATABASE_CLOSED' };
    await expect(shelf.count()).rejects.toMatchObject(closed);
    await expect(shelf.search({ vector: QUERY })).rejects.toMatchObject(closed);
    await expect(shelf.add([{ vector: QUERY }])).rejects.toMatchObject(closed);
    await expect(database.listCollections()).rejects.toMatchObject(closed);
    await expect(database.collection('shelf')).rejects.toMatchObject(closed);
  });

  it('closes in the middle of everything: each call is answered or told', async () => {
    const location = variant.place === 'folder' ? temporaryFolder() : ':memory:';
    const database = await openDatabase(variant, location);
    const shelf = await database.collection<Shelf>('shelf', options);
    await shelf.add(recordsOf(VECTORS));
    const writes = [shelf.add(recordsOf(VECTORS, 5_000)), shelf.remove('r1')];
    const calls = Promise.allSettled([
      ...writes,
      shelf.search({ vector: QUERY, k: 1_000, exact: true }),
      shelf.list({ filter: { half: true }, orderBy: 'tenth', limit: 1_000 }),
      shelf.get(Array.from({ length: 2_000 }, (_, i) => `r${i}`)),
      shelf.flush(),
      shelf.compact(),
      shelf.check(),
    ]);
    await database.close();
    const outcomes = await calls;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'DATABASE_CLOSED' });
    }
    if (variant.place === ':memory:') return;
    const again = await (await openDatabase(variant, location)).openCollection<Shelf>('shelf');
    const added = outcomes[0]?.status === 'fulfilled' ? VECTORS.length : 0;
    const removed = outcomes[1]?.status === 'fulfilled' ? 1 : 0;
    expect(await again.count()).toBe(VECTORS.length + added - removed);
    expect((await again.check()).problems).toEqual([]);
  });
});

describe.each(DURABLE_VARIANTS)('opening again: $family, $metric', (variant) => {
  const { metric } = variant;

  it('finds everything, whether the index was linked, mended and saved or not', async () => {
    const folder = temporaryFolder();
    const vectors = VECTORS.slice(0, 1_200);
    for (const pending of [false, true]) {
      const database = await openDatabase(variant, folder);
      const shelf = await database.collection<Shelf>(
        `shelf ${pending}`.replace(' ', '-'),
        optionsOf(variant),
      );
      await shelf.add(recordsOf(vectors.slice(0, 1_000)));
      if (!pending) await shelf.flush();
      await shelf.remove({ filter: { tenth: 0 } });
      await shelf.update([{ id: 'r1', vector: vectors[2] ?? [], metadata: { tenth: 2 } }]);
      await shelf.add(recordsOf(vectors.slice(1_000), 1_000));
      if (!pending) await shelf.compact();
      await database.close();
    }
    const database = await openDatabase(variant, folder);
    for (const name of ['shelf-false', 'shelf-true']) {
      const shelf = await database.openCollection<Shelf>(name);
      const left = vectorsById(vectors, (ordinal) => ordinal % 10 !== 0 || ordinal >= 1_000);
      left.set('r1', vectors[2] as Float32Array);
      expect(await shelf.count()).toBe(left.size);
      expect(await shelf.get('r1')).toMatchObject({ document: 'text 1', metadata: { ordinal: 1, tenth: 2 } });
      for (const k of [10, 2_000]) {
        expectExact(await shelf.search({ vector: QUERY, k, exact: true }), metric, QUERY, left, k);
        expectSound(await shelf.search({ vector: QUERY, k }), metric, QUERY, left, k);
      }
      expect((await shelf.check()).problems).toEqual([]);
      await shelf.flush();
      expect((await shelf.stats()).index).toMatchObject({ pending: 0, linked: left.size });
      expectSound(await shelf.search({ vector: QUERY }), metric, QUERY, left, 10);
    }
  });

  it('goes on with numbers larger than all before', async () => {
    const folder = temporaryFolder();
    let latest = 0;
    for (let times = 0; times < 3; times++) {
      const database = await open(folder);
      const shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
      await shelf.upsert([{ id: 'a', vector: VECTORS[times] ?? [] }]);
      const seq = (await shelf.get('a'))?.seq ?? 0;
      expect(seq).toBeGreaterThan(latest);
      latest = seq;
      await shelf.remove('a');
      await database.close();
    }
  });
});
