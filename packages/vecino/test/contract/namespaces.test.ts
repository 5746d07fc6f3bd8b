import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Collection, Namespace } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { StoredRecord } from '../../src/api/record.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { INDEXES, openDatabase, randomVectors, type Shelf, shelfOf } from './collection-fixture.ts';
import { Reader } from './reader.ts';

/** Every call on records, whose answers are to be those of a collection that holds the namespace only. */
type Calls = Omit<Namespace<Shelf>, 'collection'>;

const DIMENSION = 8;
const VECTORS = randomVectors(900, 5, DIMENSION);
const [QUERY, OTHER] = randomVectors(2, 6, DIMENSION) as [Float32Array, Float32Array];
const NAMES = [undefined, 'acme', 'größe/2'] as const;

/** What can be asked; efforts are all there is, so that both sides must find the same. */
const QUESTIONS: Readonly<Record<string, (calls: Calls) => Promise<unknown>>> = {
  'near a vector': (calls) => calls.search({ vector: QUERY, k: 20, exact: true }),
  'with a filter': (calls) => calls.search({ vector: QUERY, k: 500, exact: true, filter: { tenth: 3 } }),
  'with a filter that excludes': (calls) =>
    calls.search({ vector: QUERY, k: 500, exact: true, filter: { $not: { half: true } } }),
  'near a record': (calls) => calls.search({ id: 'r0', k: 7, exact: true }),
  'like and unlike': (calls) =>
    calls.search({ like: [{ id: 'r0' }, { vector: OTHER }], unlike: [{ id: 'r9' }], k: 9, exact: true }),
  'like the nearest of several': (calls) =>
    calls.search({ like: [{ id: 'r0' }, { id: 'r9' }], strategy: 'bestScore', k: 9, exact: true }),
  'in groups': (calls) => calls.search({ vector: QUERY, k: 4, groupBy: 'tenth', exact: true }),
  'with counts': async (calls) =>
    (await calls.search({ vector: QUERY, facets: ['half'], exact: true })).facets,
  'that differ': (calls) => calls.search({ vector: QUERY, k: 6, diversify: true, exact: true }),
  'page by page': async (calls) => {
    const query = { vector: QUERY, k: 30, exact: true } as const;
    const first = await calls.search({ ...query, page: true });
    return [[...first], [...(await calls.search({ ...query, page: first.next ?? true }))]];
  },
  'one by one': async (calls) => {
    const ids: string[] = [];
    for await (const { id } of calls.nearest({ vector: QUERY, exact: true })) {
      if (ids.push(id) === 50) break;
    }
    return ids;
  },
  'many at once': (calls) =>
    calls.searchMany([QUERY, OTHER].map((vector) => ({ vector, k: 5, exact: true }))),
  'by words': async (calls) => {
    const hits = await calls.search({ fullText: 'seven', k: 500 });
    // How rare a word is the whole collection says, so that only the scores differ.
    return hits.map(({ id }) => id).sort();
  },
  counts: (calls) => Promise.all([calls.count(), calls.count({ tenth: 4 })]),
  lists: (calls) => idsOf(calls.list({ orderBy: 'ordinal', order: 'desc', limit: 40 })),
  'lists by id': (calls) => idsOf(calls.list({ orderBy: 'id', limit: 10_000 })),
  gets: (calls) => calls.get(['r0', 'r1', 'nobody'], ['vector', 'metadata']).then((all) => all.map(bare)),
  duplicates: (calls) => calls.duplicates({ minScore: 0.97, exact: true }),
  clusters: async (calls) => (await calls.clusters({ k: 3 })).reduce((sum, { size }) => sum + size, 0),
  anomalies: (calls) => calls.anomalies({ limit: 5, neighbours: 5, exact: true }),
};

async function idsOf(page: ReturnType<Calls['list']>): Promise<string[]> {
  return (await page).records.map(({ id }) => id);
}

function bare(record: StoredRecord<Shelf> | undefined): object | undefined {
  return record && { ...record, seq: 0 };
}

/** A third of the records each, all with the same ids. */
function recordsIn(place: number) {
  return VECTORS.filter((_, i) => i % NAMES.length === place).map((vector, i) => ({
    id: `r${i}`,
    vector,
    document: i % 7 === 0 ? `number ${i}, by seven` : `number ${i}`,
    metadata: shelfOf(i),
  }));
}

async function fill(calls: Calls, place: number): Promise<void> {
  const records = recordsIn(place);
  await calls.add(records);
  await calls.remove(['r5', 'r250']);
  await calls.update([{ id: 'r3', vector: Array.from(QUERY), metadata: { tenth: 4 } }]);
  await calls.remove({ filter: { ordinal: { $gt: 280 } } });
}

const FAMILIES = (['flat', 'hnsw'] as const).map((family) => ({ family }));

describe.each(FAMILIES)('a namespace answers as a collection of its own would: $family', ({ family }) => {
  const options = { dimension: DIMENSION, index: INDEXES[family], fullText: true } as const;

  async function opened(location: string): Promise<Database> {
    return openDatabase({ place: 'folder' }, location);
  }

  async function withTwins(): Promise<{ location: string; database: Database }> {
    const location = temporaryFolder();
    const database = await opened(location);
    const shared = await database.collection<Shelf>('shared', options);
    for (const [place, name] of NAMES.entries()) {
      await fill(name === undefined ? shared : shared.namespace(name), place);
      await fill(await database.collection<Shelf>(`twin${place}`, options), place);
    }
    return { location, database };
  }

  async function compare(database: Database): Promise<void> {
    const shared = await database.collection<Shelf>('shared');
    for (const [place, name] of NAMES.entries()) {
      const calls: Calls = name === undefined ? shared : shared.namespace(name);
      const twin = await database.collection<Shelf>(`twin${place}`);
      for (const [what, ask] of Object.entries(QUESTIONS)) {
        expect(await ask(calls), `${what}, in ${name}`).toEqual(await ask(twin));
      }
    }
  }

  it('whatever is asked', { timeout: 60_000 }, async () => {
    const { database } = await withTwins();
    await compare(database);
    const shared = await database.collection<Shelf>('shared');
    expect((await shared.check()).problems).toEqual([]);
    expect((await shared.describe()).records).toBe(3 * (await shared.count()));
  });

  it('also after opening anew, and after others were dropped and began again', {
    timeout: 60_000,
  }, async () => {
    const { location, database } = await withTwins();
    await database.close();
    const again = await opened(location);
    await compare(again);
    const shared = await again.collection<Shelf>('shared');
    const before = await shared.namespace('acme').count();
    expect(await shared.dropNamespace('acme')).toBe(before);
    expect(await shared.namespace('acme').count()).toBe(0);
    expect(await shared.namespace('acme').search({ vector: QUERY })).toEqual([]);
    await expect(shared.dropNamespace('acme')).rejects.toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });
    await fill(shared.namespace('acme'), 1);
    await compare(again);
    expect((await shared.check()).problems).toEqual([]);
  });
});

it('a namespace is read from the store while it is written to', { timeout: 60_000 }, async () => {
  const location = temporaryFolder();
  const first = await openDatabase({ place: 'folder' }, location);
  const records = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `r${from + i}`, vector: [1, from + i] }));
  // More than a page of slots, so that writes get in between.
  await (await first.collection('shelf', { dimension: 2, index: 'flat' }))
    .namespace('acme')
    .add(records(0, 20_000));
  await first.close();

  const database = await openDatabase({ place: 'folder' }, location);
  const shelf = await database.openCollection('shelf');
  const [acme, globex] = [shelf.namespace('acme'), shelf.namespace('globex')];
  const asked = { vector: [1, 20_000], k: 10_000, include: [] } as const;
  const searches = [acme.search(asked)];
  for (let round = 0; round < 8; round++) {
    await acme.remove(records(round * 1_000, 500).map(({ id }) => id));
    // In slots that were another namespace's.
    await globex.upsert(records(round * 10, 30));
    await acme.upsert(records(20_000 + round * 10, 10));
    searches.push(acme.search(asked));
  }
  const sizes = (await Promise.all(searches)).map(({ length }) => length);
  expect(sizes).toEqual(sizes.map(() => 10_000));
  expect(await acme.count({})).toBe(20_000 - 8 * 500 + 8 * 10);
  expect(await globex.count({})).toBe(100);
  expect((await globex.search({ ...asked, exact: true })).map(({ id }) => Number(id.slice(1)))).toHaveLength(
    100,
  );
  expect(await shelf.count({})).toBe(0);
  expect((await shelf.check()).problems).toEqual([]);
});

it('a process that reads sees what its namespace gets, loses, and that it was dropped', async () => {
  const location = temporaryFolder();
  const database = await openDatabase({ place: 'folder' }, location);
  const shelf: Collection<Shelf> = await database.collection<Shelf>('shelf', { dimension: DIMENSION });
  await shelf.add(recordsIn(0).slice(0, 10));
  const reader = await Reader.start(location);
  const found = async (namespace?: string) => {
    const args = [{ vector: Array.from(QUERY), k: 100 }];
    const asked = { target: 'shelf', method: 'search', args, namespace } as const;
    const hits = await reader.call<{ id: string }[]>(asked);
    return hits.map(({ id }) => id).sort();
  };
  expect(await found('acme')).toEqual([]);
  const acme = shelf.namespace('acme');
  await acme.add(recordsIn(1).slice(0, 3));
  expect(await found('acme')).toEqual(['r0', 'r1', 'r2']);
  expect(await found()).toHaveLength(10);
  await acme.remove('r1');
  await acme.upsert(recordsIn(2).slice(2, 4));
  expect(await found('acme')).toEqual(['r0', 'r2', 'r3']);
  await shelf.dropNamespace('acme');
  expect(await found('acme')).toEqual([]);
  await acme.add(recordsIn(1).slice(7, 8));
  expect(await found('acme')).toEqual(['r7']);
  expect(await found()).toHaveLength(10);
});

it('docs/namespaces.md says what its example prints', () => {
  const root = new URL('../../../..', import.meta.url);
  const page = readFileSync(new URL('docs/namespaces.md', root), 'utf8');
  const [code = '', output] = [...page.matchAll(/^```(?:ts)?\n(.*?)^```$/gms)].map(([, text]) => text);
  const source = fileURLToPath(new URL('packages/vecino/src/index.ts', root));
  const here = code.replace("'vecino'", JSON.stringify(source));
  const flags = ['--input-type=module-typescript', '--eval', here];
  expect(execFileSync(process.execPath, flags, { encoding: 'utf8' })).toBe(output);
});
