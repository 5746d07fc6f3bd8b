import { QdrantClient } from '@qdrant/js-client-rest';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { QdrantClient as OurQdrantClient } from '../../src/driver/qdrant/client.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { open } from '../../src/index.ts';
import { filter, metadata } from '../property/filter-arbitraries.ts';
import type { Running } from './engine.ts';
import { qdrant } from './qdrant-engine.ts';

let running: Running;
let database: Database;

beforeAll(async () => {
  running = await qdrant.start();
  database = await running.open('qdrant');
});
afterAll(async () => {
  await running.stop();
});

const ids = (records: Iterable<{ readonly id: string }>) => Array.from(records, ({ id }) => id);

/** Compiles only while the client takes what we say, and answers what we read. */
it('speaks to the client as its types say', () => {
  const client: OurQdrantClient = new QdrantClient({ host: 'localhost', checkCompatibility: false });
  expect(client).toHaveProperty('query');
});

describe("filters in Qdrant's language", () => {
  const ROWS = fc.sample(metadata, { numRuns: 120, seed: 8 });
  let rows: Collection;

  beforeAll(async () => {
    rows = await database.collection('rows', { dimension: 2, metric: 'l2' });
    await rows.add(ROWS.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never })));
  });

  it('let pass what matches() says, in lists, counts and searches', { timeout: 60_000 }, async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(filter, async (asked) => {
        const predicate = parseFilter('list', asked);
        const expected = ROWS.flatMap((one, i) => (matches(predicate, one) ? [`r${i}`] : []));
        const [{ records }, count, near] = await Promise.all([
          rows.list({ filter: asked as never, limit: 1_000, include: [] }),
          rows.count(asked as never),
          rows.search({ vector: [1, 0], k: 7, filter: asked as never, include: [] }),
        ]);
        expect(ids(records)).toEqual(expected);
        expect(count).toBe(expected.length);
        expect(ids(near)).toEqual(expected.slice(0, 7));
        passed += expected.length;
      }),
      { numRuns: 100 },
    );
    // Otherwise the comparison would be one of empty sets; some tens of thousands pass.
    expect(passed).toBeGreaterThan(100);
  });

  it('remove what they let pass, whoever decides it', async () => {
    const some = await database.collection('removed', { dimension: 1 });
    const texts = ['a', 'ab', 'b', 'bc'];
    await some.add(texts.map((text, i) => ({ id: text, vector: [1], metadata: { text, i } })));
    expect(await some.remove({ filter: { text: { $contains: 'b' }, i: { $gt: 1 } } })).toBe(2);
    expect(await some.remove({ filter: { i: { $lt: 1 } } })).toBe(1);
    expect(ids((await some.list()).records)).toEqual(['ab']);
  });

  it('keep metadata as they are', async () => {
    const { records } = await rows.list({ limit: 1_000 });
    // JSON has no negative zero.
    expect(records.map((one) => one.metadata)).toEqual(ROWS.map((one) => JSON.parse(JSON.stringify(one))));
  });

  it('order records by any values as a folder does, and count values as it does', async () => {
    await using folder = await open(':memory:');
    const same = await folder.collection('rows', { dimension: 2 });
    await same.add(ROWS.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never })));
    for (const orderBy of ['a', 'a.b', 'constructor', 'id', 'seq']) {
      for (const order of ['asc', 'desc'] as const) {
        const query = { orderBy, order, limit: 40 } as never;
        const [theirs, ours] = await Promise.all([same, rows].map((one) => pagesOf(one, query)));
        expect(ours, `${orderBy} ${order}`).toEqual(theirs);
      }
    }
    const query = { vector: [1, 0], k: 1, facets: ['a', 'b', 'a.b'] as never };
    expect((await rows.search(query)).facets).toEqual((await same.search(query)).facets);
  });
});

/** What makes requests of others' do what they should not. */
const ATTACKS = [
  `"}], "must_not": [{"key": "seq"`,
  `' OR '1'='1`,
  'a[].b',
  '"quoted"."path"',
  'namespace',
  '../../collections/vecino',
  '?wait=false&x=',
  `\\u0000 \\ "`,
  'terms',
  '__proto__',
  'a-2e-b',
  '\u{1f600}\0',
];

describe('what callers give', () => {
  it.each(ATTACKS)('stays a value: %s', async (attack) => {
    const one = await database.collection(`attacked${ATTACKS.indexOf(attack)}`, { dimension: 2 });
    const inside = one.namespace(attack.replace('\0', ''));
    const own = Object.fromEntries([[attack, attack]]);
    const record = { id: attack, vector: [1, 2], document: attack, metadata: { ...own, plain: 1 } };
    Object.defineProperty(record.metadata, attack, { value: attack, enumerable: true });
    for (const place of [one, inside]) {
      await place.add([record, { id: 'other', vector: [2, 1], metadata: { plain: 1 } }]);
      expect((await place.get(attack))?.document).toBe(attack);
      const conditions = [attack, { $in: [attack] }, { $contains: attack }, { $gte: attack, $lte: attack }];
      for (const condition of conditions) {
        const asked = Object.fromEntries([[attack, condition]]);
        const expected = await place.count(asked as never).catch(({ code }) => code);
        // A path of a filter has no empty steps.
        expect(expected).toBe(attack.split('.').includes('') ? 'FILTER_INVALID' : 1);
      }
      expect(ids((await place.list({ filter: { plain: 1 } })).records)).toEqual([attack, 'other']);
      await place.update([{ id: attack, metadata: { plain: 2 } }]);
      expect(await place.remove([attack])).toBe(1);
      expect(await place.count()).toBe(1);
    }
    expect(await one.listNamespaces()).toEqual([{ name: inside.name, records: 1 }]);
  });

  it('comes back bit by bit, whatever the metric', async () => {
    const vectors = [
      [0.1, -1e-30, 3e8],
      [0.6, 0.8, 0],
      [1 / 3, 2 / 3, 2 / 3],
      [1e-20, 0, 1e-20],
    ];
    for (const metric of ['cosine', 'dot', 'l2'] as const) {
      const exact = await database.collection(`exact_${metric}`, { dimension: 3, metric });
      await exact.add(vectors.map((vector, i) => ({ id: `${i}`, vector })));
      const { records } = await exact.list({ include: ['vector'] });
      expect(records.map(({ vector }) => vector)).toEqual(vectors.map((one) => Float32Array.from(one)));
    }
  });
});

describe('indexes', () => {
  it.each([
    ['hnsw', { family: 'hnsw', M: 8, efConstruction: 32, efSearch: 50 }],
    ['codes', { family: 'hnsw', quantizer: 'sq8', originals: 'disk' }],
    ['halves', { family: 'hnsw', originals: 'f16', quantizer: 'sq8' }],
    ['flat', 'flat'],
    ['auto', 'auto'],
  ] as const)('of %s find what they should, with filters that leave few', async (name, index) => {
    const one = await database.collection(`index_${name}`, { dimension: 3, metric: 'l2', index });
    await one.add(
      Array.from({ length: 400 }, (_, i) => ({ id: `${i}`, vector: [i, 0, 0], metadata: { i } })),
    );
    const near = async (query: object) => ids(await one.search({ vector: [100.25, 0, 0], ...query }));
    expect(await near({ k: 3 })).toEqual(['100', '101', '99']);
    expect(await near({ k: 5, filter: { i: { $gte: 397 } } })).toEqual(['397', '398', '399']);
    expect(await near({ k: 400 })).toHaveLength(400);
    expect((await one.describe()).index).toMatchObject(typeof index === 'object' ? index : {});
  });

  it.each([
    [{ family: 'pq' }, 'the family pq'],
    [{ family: 'ivf' }, 'the family ivf'],
    [{ family: 'hnsw', seed: 1 }, 'the option seed'],
    [{ family: 'hnsw', recall: 0.9 }, 'the option recall'],
    [{ family: 'hnsw', originals: 'f16' }, 'originals: f16 under the metric cosine'],
  ] as const)('that Qdrant has not are refused: %j', async (index, what) => {
    await expect(
      database.createCollection('refused', { dimension: 3, index: index as never }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(what) });
    expect((await database.listCollections()).map(({ name }) => name)).not.toContain('refused');
  });
});

describe('two databases in one schema', () => {
  it('see each other, and lose nothing when both write', async () => {
    const other = await running.open('qdrant');
    const [mine, theirs] = await Promise.all([
      database.collection('shared', { dimension: 2 }),
      other.collection('shared', { dimension: 2 }),
    ]);
    const batch = (from: number) =>
      Array.from({ length: 40 }, (_, i) => ({ id: `${from + i}`, vector: [1, i] }));
    await Promise.all([mine.upsert(batch(0)), theirs.upsert(batch(20).toReversed()), mine.upsert(batch(40))]);
    expect([await mine.count(), await theirs.count()]).toEqual([80, 80]);
    const adds = await Promise.allSettled([
      mine.add([{ id: 'x', vector: [1, 1] }]),
      theirs.add([{ id: 'x', vector: [2, 2] }]),
    ]);
    const [failed, ...others] = adds.filter((one) => one.status === 'rejected');
    expect([failed?.reason.code, others]).toEqual(['ID_EXISTS', []]);
    // Of counters that many count up at the same time no step is lost.
    const changes = Array.from({ length: 8 }, (_, i) =>
      (i % 2 ? mine : theirs).update([{ id: '0', metadata: { [`step${i}`]: i } }]),
    );
    await Promise.all(changes);
    expect(Object.keys((await mine.get('0'))?.metadata ?? {})).toHaveLength(8);
    await mine.namespace('gone').upsert([{ id: 'a', vector: [1, 1] }]);
    expect(await theirs.dropNamespace('gone')).toBe(1);
    await mine.namespace('gone').upsert([{ id: 'a', vector: [1, 1] }]);
    expect(await theirs.listNamespaces()).toEqual([{ name: 'gone', records: 1 }]);
    await other.dropCollection('shared');
    await expect(mine.count()).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
  });

  it('are refused writes where one reads only', async () => {
    await database.collection('kept', { dimension: 1 });
    const reader = await running.open('qdrant', { readOnly: true });
    const kept = await reader.openCollection('kept');
    expect(await kept.count({ year: { $exists: true } })).toBe(0);
    await expect(kept.remove('x')).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    for (const options of [{ readOnly: true }, { create: false }]) {
      await expect(running.open('nowhere', options)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    }
  });
});

async function pagesOf(collection: Collection, query: object): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.list({ ...query, ...(cursor !== undefined && { cursor }) });
    found.push(...ids(page.records));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found;
}
