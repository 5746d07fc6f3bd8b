import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { open } from '../../src/index.ts';
import { filter, metadata } from '../property/filter-arbitraries.ts';
import type { Running } from './engine.ts';
import { postgres } from './postgres-engine.ts';

let running: Running;
let database: Database;

beforeAll(async () => {
  running = await postgres.start();
  database = await running.open('postgres');
});
afterAll(async () => {
  await running.stop();
});

describe('filters as SQL', () => {
  const ROWS = fc.sample(metadata, { numRuns: 150, seed: 8 });
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
        passed += expected.length;
      }),
      { numRuns: 150 },
    );
    // Otherwise the comparison would be one of empty sets; some tens of thousands pass.
    expect(passed).toBeGreaterThan(150);
  });

  it('keep metadata as they are', async () => {
    const { records } = await rows.list({ limit: 1_000 });
    // JSON has no negative zero.
    expect(records.map((one) => one.metadata)).toEqual(ROWS.map((one) => JSON.parse(JSON.stringify(one))));
  });

  it('order records by any values as a folder does', async () => {
    await using folder = await open(':memory:');
    const same = await folder.collection('rows', { dimension: 2 });
    // Arrays and objects have an order of their own in each engine.
    const scalars = ROWS.map((one) =>
      Object.fromEntries(
        Object.entries(one).filter(([, value]) => typeof value !== 'object' || value === null),
      ),
    );
    const records = scalars.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never }));
    const here = await database.collection('scalars', { dimension: 2 });
    for (const collection of [same, here]) await collection.add(records);
    for (const orderBy of ['a', 'b', 'a.b', 'constructor', 'id']) {
      for (const order of ['asc', 'desc'] as const) {
        const [theirs, ours] = await Promise.all([same, here].map((one) => pagesOf(one, { orderBy, order })));
        expect(ours, `${orderBy} ${order}`).toEqual(theirs);
      }
    }
  });

  it.each([
    { b: 'x\0' },
    { b: { $in: ['x\0y'] } },
    { 'b\0': 'x' },
    { 'b\0': { $exists: true } },
    { b: { $contains: '\0' } },
  ])('find nothing by what no record can have: %j', async (asked) => {
    expect(await rows.count(asked as never)).toBe(0);
    expect(await rows.count({ $not: asked } as never)).toBe(ROWS.length);
  });

  it('compare texts with one that has a NUL character', async () => {
    const texts = await database.collection('texts', { dimension: 1 });
    await texts.add(['a', 'ab', 'b'].map((text) => ({ id: text, vector: [1], metadata: { text } })));
    const found = async (condition: object) =>
      (await texts.list({ filter: { text: condition } })).records.map(({ id }) => id);
    expect(await found({ $gt: 'a\0' })).toEqual(['ab', 'b']);
    expect(await found({ $gte: 'a\0z' })).toEqual(['ab', 'b']);
    expect(await found({ $lt: 'a\0z' })).toEqual(['a']);
    expect(await found({ $lte: 'ab\0' })).toEqual(['a', 'ab']);
  });
});

/** What makes statements of others' do what they should not. */
const ATTACKS = [
  `'; DROP SCHEMA vecino CASCADE; --`,
  `" OR TRUE; --`,
  `') OR ('1'='1`,
  'a $1',
  `\\'; SELECT 1; --`,
  'a $$ $x$ {drop}',
  `{"a":1}`,
  `a' -> 'b`,
  '%s %I',
  `E'\\x27'`,
];

describe('what callers give', () => {
  it.each(ATTACKS)('stays a value: %s', async (attack) => {
    const one = await database.collection(`attacked${ATTACKS.indexOf(attack)}`, {
      dimension: 2,
      fullText: true,
    });
    const inside = one.namespace(attack);
    const record = { id: attack, vector: [1, 2], document: attack, metadata: { [attack]: attack, plain: 1 } };
    for (const place of [one, inside]) {
      await place.add([record, { id: 'other', vector: [2, 1], metadata: { plain: 1 } }]);
      expect((await place.get(attack))?.document).toBe(attack);
      const conditions = [attack, { $in: [attack] }, { $contains: attack }, { $gte: attack, $lte: attack }];
      for (const condition of conditions) {
        expect(await place.count({ [attack]: condition } as never)).toBe(1);
        expect(
          await place.count({ [attack]: { $not: condition } } as never).catch(({ code }) => code),
        ).toMatch(/^FILTER/);
      }
      const { records } = await place.list({
        orderBy: attack as never,
        filter: { [attack]: { $exists: true } } as never,
      });
      expect(records).toHaveLength(1);
      expect(await place.search({ fullText: attack, filter: { plain: 1 } })).not.toContainEqual(
        expect.objectContaining({ id: 'other' }),
      );
      await place.update([{ id: attack, metadata: { [attack]: `${attack}!` } as never }]);
      expect(await place.remove([attack])).toBe(1);
      expect(await place.count()).toBe(1);
    }
    expect((await one.listNamespaces()).map(({ name }) => name)).toEqual([attack]);
  });

  it('names schemas, whatever it is', async () => {
    const odd = await running.open('x', { connection: { schema: `odd "'; DROP` } });
    const one = await odd.collection('a', { dimension: 1 });
    await one.add([{ id: 'a', vector: [1] }]);
    expect(await one.count()).toBe(1);
    await odd.dropCollection('a');
  });

  it('is refused where PostgreSQL has no such text', async () => {
    const one = await database.collection('nul', { dimension: 1 });
    for (const bad of [
      { id: 'a\0' },
      { document: 'a\0' },
      { metadata: { a: ['\0'] } },
      { metadata: { '\0': 1 } },
    ]) {
      await expect(
        one.add([{ id: 'ok', vector: [1] }, { id: 'bad', vector: [1], ...bad } as never]),
      ).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('NUL'),
      });
    }
    // The same letters without the character.
    await one.add([{ id: '\\u0000', vector: [1], metadata: { a: '\\u0000' } }]);
    expect(await one.count({ a: '\\u0000' })).toBe(1);
    expect(await one.get('a\0')).toBeUndefined();
  });
});

describe('indexes', () => {
  it.each([
    ['hnsw', { family: 'hnsw', M: 8, efConstruction: 32, efSearch: 50 }],
    ['halfvec', { family: 'hnsw', originals: 'f16' }],
    ['ivf', { family: 'ivf', nlist: 4, nprobe: 4 }],
    ['flat', 'flat'],
  ] as const)('of %s find what they should, with filters that leave few', async (name, index) => {
    const one = await database.collection(`index_${name}`, { dimension: 3, metric: 'l2', index });
    await one.add(
      Array.from({ length: 400 }, (_, i) => ({ id: `${i}`, vector: [i, 0, 0], metadata: { i } })),
    );
    await one.compact();
    const near = async (query: object) =>
      (await one.search({ vector: [100.2, 0, 0], ...query })).map(({ id }) => id);
    expect(await near({ k: 3 })).toEqual(['100', '101', '99']);
    expect(await near({ k: 5, filter: { i: { $gte: 397 } } })).toEqual(['397', '398', '399']);
    expect(await near({ k: 400 })).toHaveLength(400);
  });

  it.each([
    [{ family: 'pq' }, 'the family pq'],
    [{ family: 'hnsw', seed: 1 }, 'the option seed'],
    [{ family: 'hnsw', quantizer: 'sq8' }, 'the quantizer sq8'],
    [{ family: 'hnsw', originals: 'disk' }, 'originals: disk'],
    [{ family: 'hnsw', recall: 0.9 }, 'the option recall'],
    [{ family: 'hnsw', efSearch: 2_000 }, 'efforts beyond 1,000'],
  ] as const)('that pgvector has not are refused: %j', async (index, what) => {
    await expect(
      database.createCollection('refused', { dimension: 3, index: index as never }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(what),
    });
    expect((await database.listCollections()).map(({ name }) => name)).not.toContain('refused');
  });

  it('of too many dimensions are refused, unless the choice is left to us', async () => {
    const dimension = 2_001;
    await expect(database.createCollection('wide', { dimension, index: 'hnsw' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    const wide = await database.createCollection('wide', { dimension });
    expect((await wide.describe()).serving).toMatchObject({ options: { family: 'flat' } });
    expect((await wide.describe()).serving.reason).toContain('at most 2000 dimensions');
  });
});

describe('two databases in one schema', () => {
  it('see each other, and lose nothing when both write', async () => {
    const other = await running.open('postgres');
    const [mine, theirs] = await Promise.all([
      database.collection('shared', { dimension: 2 }),
      other.collection('shared', { dimension: 2 }),
    ]);
    const batch = (from: number) =>
      Array.from({ length: 40 }, (_, i) => ({ id: `${from + i}`, vector: [1, i] }));
    await Promise.all([mine.upsert(batch(0)), theirs.upsert(batch(20).toReversed()), mine.upsert(batch(40))]);
    expect([await mine.count(), await theirs.count()]).toEqual([80, 80]);
    await Promise.allSettled([
      mine.add([{ id: 'x', vector: [1, 1] }]),
      theirs.add([{ id: 'x', vector: [2, 2] }]),
    ]).then((results) => expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1));
  });

  it('are refused writes where one reads only', async () => {
    const reader = await running.open('postgres', { readOnly: true });
    const shared = await reader.openCollection('shared');
    expect(await shared.count()).toBeGreaterThan(0);
    await expect(shared.remove('x')).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    await expect(reader.createCollection('new', { dimension: 1 })).rejects.toMatchObject({
      code: 'STORE_READ_ONLY',
    });
    await expect(running.open('nowhere', { readOnly: true })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    await expect(running.open('nowhere', { create: false })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
  });
});

async function pagesOf(collection: Collection, query: object): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.list({ ...query, limit: 40, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found;
}
