import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { type ErrorCode, open, VecinoError } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { expectRefusal, letters, refusalOf, type Shelf, SOUND, shelfOf, stock } from './refusal.ts';

type MethodOf<T> = {
  [Member in keyof T]: T[Member] extends (...args: never[]) => Promise<unknown> ? Member : never;
}[keyof T] &
  string;

/** Every method of a collection, with input that nothing is wrong with. */
const COLLECTION_CALLS: Readonly<Record<MethodOf<Collection>, (shelf: Shelf) => Promise<unknown>>> = {
  add: (shelf) => shelf.add([SOUND]),
  upsert: (shelf) => shelf.upsert([SOUND]),
  update: (shelf) => shelf.update([{ id: 'a', metadata: { year: 1 } }]),
  remove: (shelf) => shelf.remove({ filter: {} }),
  get: (shelf) => shelf.get('a'),
  count: (shelf) => shelf.count(),
  list: (shelf) => shelf.list({ filter: { year: { $gt: 1 } }, orderBy: 'year' }),
  search: (shelf) => shelf.search({ vector: [1, 2, 3] }),
  searchMany: (shelf) => shelf.searchMany([{ vector: [1, 2, 3] }]),
  anomalies: (shelf) => shelf.anomalies({ neighbours: 2 }),
  anomaly: (shelf) => shelf.anomaly({ vector: [1, 2, 3], neighbours: 2 }),
  duplicates: (shelf) => shelf.duplicates({ minScore: 0.9 }),
  clusters: (shelf) => shelf.clusters({ k: 2 }),
  listNamespaces: (shelf) => shelf.listNamespaces(),
  dropNamespace: (shelf) => shelf.dropNamespace('acme'),
  describe: (shelf) => shelf.describe(),
  stats: (shelf) => shelf.stats(),
  advise: (shelf) => shelf.advise().catch(unlessTooFew),
  check: (shelf) => shelf.check(),
  watchRecall: (shelf) => shelf.watchRecall(),
  flush: (shelf) => shelf.flush(),
  reindex: (shelf) => shelf.reindex('flat'),
  reembed: (shelf) => shelf.reembed({ embedding: letters }),
  estimateReembed: (shelf) => shelf.estimateReembed({ embedding: letters }),
  compact: (shelf) => shelf.compact(),
};

/** Three records need no advice: that it says so is its answer. */
function unlessTooFew(error: unknown): void {
  if (!(error instanceof VecinoError && error.code === 'RECORDS_TOO_FEW')) throw error;
}

const WRITING: ReadonlySet<string> = new Set([
  'add',
  'upsert',
  'update',
  'remove',
  'dropNamespace',
  'reindex',
  'reembed',
  'compact',
]);

const MORE_CALLS: readonly (readonly [string, (shelf: Shelf) => Promise<unknown>])[] = [
  ['remove an id', (shelf) => shelf.remove('a')],
  ['remove nothing', (shelf) => shelf.remove([])],
  ['get several', (shelf) => shelf.get(['a', 'b'])],
  ['count with a filter', (shelf) => shelf.count({ year: 1997 })],
  ['list', (shelf) => shelf.list()],
  ['search by id', (shelf) => shelf.search({ id: 'a' })],
  ['changes', (shelf) => Array.fromAsync(shelf.changes())],
];

const CALLS = [...Object.entries(COLLECTION_CALLS), ...MORE_CALLS];

const DATABASE_CALLS: Readonly<
  Record<Exclude<MethodOf<Database>, 'close'>, (database: Database) => Promise<unknown>>
> = {
  collection: (database) => database.collection('books'),
  createCollection: (database) => database.createCollection('new', { dimension: 3 }),
  openCollection: (database) => database.openCollection('books'),
  listCollections: (database) => database.listCollections(),
  health: (database) => database.health(),
  dropCollection: (database) => database.dropCollection('books'),
};

const PLACES = [
  { place: ':memory:', locate: () => ':memory:' },
  { place: 'a folder', locate: temporaryFolder },
];

describe.each(PLACES)('a closed database, $place', ({ locate }) => {
  it('refuses every call, says how to go on, and closes again without complaint', async () => {
    const location = locate();
    const database = await stock(await open(location));
    const shelf = await shelfOf(database);
    const notes = await shelfOf(database, 'notes');
    await database.close();
    for (const [, call] of CALLS) {
      await refusalOf(() => call(shelf), {
        code: 'DATABASE_CLOSED',
        says: ['collection "books"', 'the database is closed', 'open it again'],
      });
    }
    await refusalOf(() => notes.search({ text: 'abc' }), { code: 'DATABASE_CLOSED', says: ['"notes"'] });
    for (const call of Object.values(DATABASE_CALLS)) {
      await refusalOf(() => call(database), {
        code: 'DATABASE_CLOSED',
        says: [`the database "${database.location}" is closed`, 'open it again'],
      });
    }
    await database.close();
    await database[Symbol.asyncDispose]();
    expect([shelf.name, shelf.dimension, shelf.metric]).toEqual(['books', 3, 'cosine']);
    if (location === ':memory:') return;
    await using again = await open(location);
    expect(await (await again.openCollection('books')).count()).toBe(3);
  });
});

describe.each(PLACES)('a dropped collection, $place', ({ locate }) => {
  it('refuses every call, and neither its namesake nor others are touched', async () => {
    await using database = await stock(await open(locate()));
    const shelf = await shelfOf(database);
    await database.dropCollection('books');
    const expectDropped = async () => {
      for (const [, call] of CALLS) {
        await expectRefusal(database, () => call(shelf), {
          code: 'COLLECTION_DROPPED',
          says: ['collection "books" was dropped', 'create it again'],
        });
      }
    };
    await expectDropped();
    const namesake = await database.createCollection('books', { dimension: 3, metric: 'l2' });
    await namesake.add([{ id: 'new', vector: [1, 1, 1] }]);
    await expectDropped();
    expect(await namesake.list()).toMatchObject({ records: [{ id: 'new' }] });
    expect(await (await database.openCollection('notes')).count()).toBe(2);
    expect([shelf.name, shelf.dimension, shelf.metric]).toEqual(['books', 3, 'cosine']);
  });
});

describe('a database that is open for reading', () => {
  it('refuses every write, and nothing else', async () => {
    const folder = temporaryFolder();
    const stocked = await stock(await open(folder));
    // What re-embedding would cost is estimated where every record has a text.
    await (await shelfOf(stocked)).update([{ id: 'c', document: 'third' }]);
    await stocked.close();
    await using database = await open(folder, { readOnly: true });
    const shelf = await shelfOf(database);
    for (const [name, call] of CALLS) {
      if (!WRITING.has(name) && !name.startsWith('remove')) await call(shelf);
      else {
        await expectRefusal(database, () => call(shelf), {
          code: 'STORE_READ_ONLY',
          says: ['collection "books"', 'opened for reading only', 'without `readOnly`'],
        });
      }
    }
    const notes = await database.openCollection('notes', { embedding: letters });
    expect(await notes.search({ text: 'abc', k: 1 })).toMatchObject([{ id: 'a' }]);
    await expectRefusal(database, () => notes.add([{ document: 'x' }]), {
      code: 'STORE_READ_ONLY',
      says: [],
    });
  });

  it('creates and drops nothing', async () => {
    const folder = temporaryFolder();
    await (await stock(await open(folder))).close();
    await using database = await open(folder, { readOnly: true });
    const refusals: readonly [() => Promise<unknown>, ErrorCode, string][] = [
      [
        () => database.createCollection('new', { dimension: 3 }),
        'STORE_READ_ONLY',
        'create collection "new"',
      ],
      [
        () => database.createCollection('books', { dimension: 3 }),
        'STORE_READ_ONLY',
        'create collection "books"',
      ],
      [() => database.dropCollection('books'), 'STORE_READ_ONLY', 'drop collection "books"'],
      [() => database.dropCollection('new'), 'COLLECTION_NOT_FOUND', 'collection "new" is not in'],
      [
        () => database.collection('new', { dimension: 3 }),
        'COLLECTION_NOT_FOUND',
        'collection "new" is not in',
      ],
    ];
    for (const [call, code, problem] of refusals) {
      await expectRefusal(database, call, { code, says: [problem] });
    }
  });

  it('in memory has nothing to read, and takes nothing', async () => {
    await using database = await open(':memory:', { readOnly: true });
    await expectRefusal(database, () => database.createCollection('new', { dimension: 3 }), {
      code: 'STORE_READ_ONLY',
      says: ['create collection "new"'],
    });
    expect(await database.listCollections()).toEqual([]);
  });
});
