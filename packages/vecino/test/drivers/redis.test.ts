import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { open } from '../../src/index.ts';
import { filter, metadata } from '../property/filter-arbitraries.ts';
import type { Running } from './engine.ts';
import { redis } from './redis-engine.ts';

const why = redis.absent === undefined ? '' : `, skipped: ${redis.absent}`;

describe.skipIf(redis.absent !== undefined)(`Redis${why}`, () => {
  let running: Running;
  let database: Database;

  beforeAll(async () => {
    running = await redis.start();
    database = await running.open('redis');
  });
  afterAll(async () => {
    await running?.stop();
  });

  describe('filters as expressions', () => {
    const ROWS = fc.sample(metadata, { numRuns: 150, seed: 8 });
    let rows: Collection;

    beforeAll(async () => {
      rows = await database.collection('rows', { dimension: 2 });
      await rows.add(ROWS.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never })));
    });

    it('let a search find what matches() says, and a list too', { timeout: 60_000 }, async () => {
      let passed = 0;
      await fc.assert(
        fc.asyncProperty(filter, fc.boolean(), async (asked, exact) => {
          const predicate = parseFilter('search', asked);
          const expected = ROWS.flatMap((one, i) => (matches(predicate, one) ? [`r${i}`] : [])).sort();
          const query = { filter: asked as never, include: [] } as const;
          const hits = await rows.search({ ...query, vector: [1, 1], k: ROWS.length, exact });
          expect(hits.map(({ id }) => id).sort()).toEqual(expected);
          const { records } = await rows.list({ ...query, limit: 1_000, orderBy: 'id' });
          expect(records.map(({ id }) => id)).toEqual(expected);
          passed += expected.length;
        }),
        { numRuns: 120 },
      );
      // Otherwise the comparison would be one of empty sets; some ten thousands pass.
      expect(passed).toBeGreaterThan(120);
    });

    it('keep metadata as they are', async () => {
      const { records } = await rows.list({ limit: 1_000 });
      // JSON has no negative zero.
      expect(records.map((one) => one.metadata)).toEqual(ROWS.map((one) => JSON.parse(JSON.stringify(one))));
    });

    it('find enough where few match and most are nearer', async () => {
      const many = await database.collection('many', { dimension: 2 });
      await many.add(
        Array.from({ length: 1_200 }, (_, i) => ({
          id: `${i}`,
          vector: [1, i],
          metadata: { text: `n${i}`, i },
        })),
      );
      const found = async (asked: object) =>
        (await many.search({ vector: [1, 0], k: 4, filter: asked as never })).map(({ id }) => id);
      expect(await found({ i: { $gte: 1_190 } })).toHaveLength(4);
      expect(await found({ text: { $gt: 'n998' } })).toEqual(['999']);
      expect((await found({ text: { $contains: '99' } })).length).toBe(4);
    });
  });

  const ATTACKS = [
    '"',
    `' or 1 == 1`,
    '") or (1 == 1',
    '{tag}',
    'FLUSHALL\\r\\n',
    '}{',
    't',
    '*',
    '\\"',
    '\u{1f600}',
  ];

  it.each(ATTACKS)('takes what callers give as it is: %j', async (attack) => {
    const one = await database.collection(`attacked${ATTACKS.indexOf(attack)}`, { dimension: 2 });
    for (const place of [one, one.namespace(attack)]) {
      const record = {
        id: attack,
        vector: [1, 2],
        document: attack,
        metadata: { [attack]: attack, plain: 1 },
      };
      await place.add([record, { id: 'other', vector: [2, 1], metadata: { plain: 1 } }] as never);
      expect((await place.get(attack))?.document).toBe(attack);
      for (const condition of [
        attack,
        { $in: [attack] },
        { $contains: attack },
        { $gte: attack, $lte: attack },
      ]) {
        const asked = { [attack]: condition } as never;
        expect(await place.count(asked)).toBe(1);
        const hits = await place.search({ vector: [1, 1], filter: asked });
        expect(hits.map(({ id }) => id)).toEqual([attack]);
      }
      expect((await place.search({ id: attack })).map(({ id }) => id)).toEqual(['other']);
      expect(await place.remove([attack])).toBe(1);
      expect(await place.count()).toBe(1);
    }
    expect((await one.listNamespaces()).map(({ name }) => name)).toEqual([attack]);
  });

  it('keeps texts with any character, and bytes that end commands', async () => {
    const one = await database.collection('texts', { dimension: 1 });
    const text = 'a\0b\r\n$3\r\nDEL\r\n';
    await one.add([{ id: text, vector: [1], document: text, metadata: { [text]: text } } as never]);
    expect(await one.get(text)).toMatchObject({ id: text, document: text, metadata: { [text]: text } });
    expect(await one.search({ vector: [1], filter: { [text]: text } as never })).toHaveLength(1);
    expect(await one.remove(text)).toBe(1);
  });

  it('keeps what lies under another schema apart, whatever its name', async () => {
    const odd = await running.open('x', { connection: { schema: '{odd}:*' } });
    await (await odd.collection('rows', { dimension: 1 })).add([{ id: 'a', vector: [1] }]);
    expect((await odd.listCollections()).map(({ records }) => records)).toEqual([1]);
    await odd.dropCollection('rows');
  });

  it('lists by any path as a folder does', async () => {
    await using folder = await open(':memory:');
    const records = Array.from({ length: 40 }, (_, i) => ({
      id: `${(i * 7) % 40}`,
      vector: [1, i],
      metadata: i % 3 === 0 ? {} : { a: i % 2 === 0 ? i % 5 : `${i % 4}` },
    }));
    const [here, same] = await Promise.all(
      [database, folder].map((one) => one.collection('ordered', { dimension: 2 })),
    );
    for (const one of [here, same]) await one?.add(records as never);
    for (const orderBy of ['a', 'id', 'seq']) {
      for (const order of ['asc', 'desc'] as const) {
        const [ours, theirs] = await Promise.all(
          [here, same].map((one) => one && pagesOf(one, { orderBy, order })),
        );
        expect(ours, `${orderBy} ${order}`).toEqual(theirs);
      }
    }
  });

  it('has vectors of any length compared by their direction', async () => {
    const one = await database.collection('lengths', { dimension: 2 });
    await one.add([
      { id: 'long', vector: [3e18, 0] },
      { id: 'short', vector: [1e-44, 1e-44] },
    ]);
    const hits = await one.search({ vector: [2e-42, 0], include: ['vector'] });
    expect(hits.map(({ id }) => id)).toEqual(['long', 'short']);
    expect(hits.map(({ score }) => Math.round(score * 100))).toEqual([100, 71]);
    expect(hits[1]?.vector).toEqual(Float32Array.of(1e-44, 1e-44));
  });

  it.each([
    [{ family: 'pq' }, 'the family pq'],
    [{ family: 'hnsw', seed: 1 }, 'the option seed'],
    [{ family: 'hnsw', quantizer: 'sq8' }, 'the quantizer sq8'],
    [{ family: 'hnsw', originals: 'disk' }, 'originals: disk'],
  ] as const)('refuses an index that vector sets are not: %j', async (index, what) => {
    await expect(
      database.createCollection('refused', { dimension: 3, index: index as never }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(what) });
    expect((await database.listCollections()).map(({ name }) => name)).not.toContain('refused');
  });

  it.each(['flat', { family: 'hnsw', M: 8, efConstruction: 50, efSearch: 20 }] as const)(
    'serves an index that was asked for: %j',
    async (index) => {
      const one = await database.collection(`index ${JSON.stringify(index)}`.replace(/\W/g, '_'), {
        dimension: 2,
        index,
      });
      await one.add(
        Array.from({ length: 90 }, (_, i) => ({ id: `${i}`, vector: [Math.cos(i / 60), Math.sin(i / 60)] })),
      );
      const hits = await one.search({ vector: [1, 0], k: 3 });
      expect(hits.map(({ id }) => id)).toEqual(['0', '1', '2']);
      expect((await one.describe()).serving.options.family).toBe(
        typeof index === 'string' ? index : index.family,
      );
    },
  );

  it('loses nothing when two databases write the same records', async () => {
    const other = await running.open('redis');
    const [mine, theirs] = await Promise.all(
      [database, other].map((one) =>
        one.collection<{ n: number; a?: number; b?: number }>('shared', { dimension: 2 }),
      ),
    );
    if (!mine || !theirs) throw new Error('two collections were opened');
    const added = await Promise.allSettled(
      [mine, theirs].map((one) => one.add([{ id: 'x', vector: [1, 1], metadata: { n: 0 } }])),
    );
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const rounds = Array.from({ length: 20 }, (_, i) => i);
    // Each changes a field of its own, so that a change that is lost shows.
    await Promise.all([
      ...rounds.map((a) => mine.update([{ id: 'x', metadata: { a } }])),
      ...rounds.map((b) => theirs.update([{ id: 'x', metadata: { b } }])),
    ]);
    expect(Object.keys((await mine.get('x'))?.metadata ?? {}).sort()).toEqual(['a', 'b', 'n']);
    expect(await theirs.count()).toBe(1);
  });

  it('refuses writes where one reads only, and a store that is not there', async () => {
    const reader = await running.open('redis', { readOnly: true });
    const rows = await reader.openCollection('rows');
    expect(await rows.count()).toBeGreaterThan(0);
    await expect(rows.remove('x')).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    await expect(running.open('nowhere', { readOnly: true })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
  });

  it('ends what is under way when the signal says so', async () => {
    const ending = new AbortController();
    const mine = await running.open('redis', { connection: { signal: ending.signal } });
    const rows = await mine.openCollection('rows');
    const asked = rows.count();
    ending.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(rows.count()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('names a wrong password without repeating it', async () => {
    const url = new URL(String(running.address));
    url.password = 'hunter2secret';
    const error = await open(url.href).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'REMOTE_UNAUTHENTICATED',
      message: expect.stringContaining('password'),
    });
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('hunter2secret');
  });
});

async function pagesOf(collection: Collection, query: object): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.list({ ...query, limit: 7, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found;
}
