import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  INDEXES,
  openDatabase,
  randomVectors,
  type Shelf,
  shelfOf,
} from './collection-fixture.ts';
import { type Calls, QUERY, QUESTIONS } from './questions.ts';
import { Reader } from './reader.ts';

/** So many that families learn from them, and that some stay when each third loses its last. */
const VECTORS = randomVectors(1_500, 5);
const NAMES = [undefined, 'acme', 'größe/2'] as const;

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
  await calls.remove({ filter: { ordinal: { $gt: 1_440 } } });
}

const FAMILIES = (Object.keys(INDEXES) as (keyof typeof INDEXES)[]).map((family) => ({ family }));

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

  // What opening brings back of the others, other tests show.
  const opens = family === 'flat' || family === 'hnsw';
  it.runIf(opens)(
    'also after opening anew, and after others were dropped and began again',
    {
      timeout: 60_000,
    },
    async () => {
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
    },
  );
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
