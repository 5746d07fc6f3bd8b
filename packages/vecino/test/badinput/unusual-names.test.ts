import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { shelfOf } from './refusal.ts';

/** What has gone wrong somewhere as the name of something, and is a name like any other. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  'then',
  'id',
  'seq',
  'key',
  ' ',
  '  leading and trailing  ',
  '\t\r\n',
  '\0',
  'a\0b',
  '\ufeffbyte order mark',
  '\uffff',
  '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
  'e\u0301',
  '\u00e9',
  '\u202eright to left',
  "'; DROP TABLE records; --",
  '%_*?',
  '../../etc/passwd',
  'null',
  'undefined',
  'NaN',
  '0',
  '-1',
  '1e3',
  '{"a":1}',
  '\\u0041',
  'x'.repeat(512),
] as const;

/** Metadata with own keys of any name; an object literal would set the prototype. */
function keyed(names: readonly string[], value: (name: string) => unknown): object {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

const vectorOf = (ordinal: number) => [1, ordinal + 1, (ordinal + 1) ** 2];

describe.each([
  { place: ':memory:', locate: () => ':memory:' },
  { place: 'a folder', locate: temporaryFolder },
])('unusual names, $place', ({ place, locate }) => {
  it('are ids, documents and values like any other', async () => {
    const location = locate();
    let database = await open(location);
    await database.createCollection('names', { dimension: 3, metric: 'l2' });
    let shelf = await shelfOf(database, 'names');
    const records = NAMES.map((name, i) => ({
      id: name,
      vector: vectorOf(i),
      document: name,
      metadata: { name, nested: { [name]: name } },
    }));
    expect(await shelf.add(records)).toEqual([...NAMES]);

    for (const round of place === ':memory:' ? ['written'] : ['written', 'reopened']) {
      if (round === 'reopened') {
        await database.close();
        database = await open(location);
        shelf = await shelfOf(database, 'names');
      }
      expect(await shelf.get([...NAMES], ['document'])).toEqual(
        NAMES.map((name) => ({ id: name, seq: expect.any(Number), document: name })),
      );
      for (const [i, name] of NAMES.entries()) {
        expect(await shelf.search({ vector: vectorOf(i), k: 1 })).toEqual([
          { id: name, score: 0, document: name, metadata: { name, nested: keyed([name], () => name) } },
        ]);
        expect(await shelf.search({ id: name, k: 1, filter: { name } })).toEqual([]);
        expect(await shelf.count({ name })).toBe(1);
      }
      const page = (await shelf.list({ orderBy: 'id', limit: 1_000 })) as { records: { id: string }[] };
      expect(page.records.map(({ id }) => id)).toEqual(
        [...NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      expect(await shelf.check()).toMatchObject({ problems: [] });
    }

    await shelf.update(NAMES.map((id) => ({ id, metadata: { name: undefined, seen: true } })));
    await shelf.upsert(NAMES.slice(0, 5).map((id) => ({ id, vector: [9, 9, 9] })));
    expect(await shelf.count({ seen: true })).toBe(NAMES.length - 5);
    expect(await shelf.remove([...NAMES.slice(1)])).toBe(NAMES.length - 1);
    expect(await shelf.get(NAMES[0])).toMatchObject({ id: '__proto__', metadata: {} });
    await database.close();
  });

  it('are keys of metadata like any other, and pollute nothing', async () => {
    await using database = await open(locate());
    await database.createCollection('keys', { dimension: 3 });
    const shelf = await shelfOf(database, 'keys');
    const metadata = keyed(NAMES, (name) =>
      name === '__proto__' ? { polluted: true } : `the value of ${name}`,
    );
    await shelf.add([{ id: 'all', vector: [1, 2, 3], metadata }]);
    await shelf.add([{ id: 'none', vector: [3, 2, 1] }]);

    const stored = (await shelf.get('all')) as { metadata: object };
    expect(Object.entries(stored.metadata)).toEqual(Object.entries(metadata));
    expect(Object.getPrototypeOf(stored.metadata)).toBe(Object.prototype);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();

    for (const name of NAMES) {
      // A path is cut at its dots, and a key with an empty step cannot be reached.
      if (name.split('.').includes('')) continue;
      expect(await shelf.count(keyed([name], () => ({ $exists: true })))).toBe(1);
      expect(await shelf.count(keyed([name], () => ({ $exists: false })))).toBe(1);
    }
    expect(await shelf.count({ ['__proto__']: { $eq: { polluted: true } } })).toBe(1);
    expect(await shelf.count({ '__proto__.polluted': true })).toBe(1);
    expect(await shelf.count({ 'constructor.name': { $exists: true } })).toBe(0);
    for (const orderBy of ['__proto__', 'constructor', ' ']) {
      expect(await shelf.list({ orderBy })).toMatchObject({ records: [{ id: 'all' }, { id: 'none' }] });
    }

    await shelf.update([{ id: 'all', metadata: keyed(['__proto__'], () => 5) }]);
    expect(Object.entries(((await shelf.get('all')) as { metadata: object }).metadata)).toContainEqual([
      '__proto__',
      5,
    ]);
    await shelf.update([{ id: 'all', metadata: keyed(NAMES, () => undefined) }]);
    expect(await shelf.get('all')).toMatchObject({ metadata: {} });
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'null', '\u00fc\u4e00', '0', 'x'.repeat(128)])(
    'a collection may be called %s',
    async (name) => {
      await using database = await open(locate());
      const made = await database.createCollection(name, { dimension: 3 });
      await made.add([{ id: 'a', vector: [1, 2, 3] }]);
      expect(await database.openCollection(name)).toBe(made);
      expect(await database.listCollections()).toMatchObject([{ name, records: 1 }]);
      await database.dropCollection(name);
      expect(await database.listCollections()).toEqual([]);
    },
  );
});
