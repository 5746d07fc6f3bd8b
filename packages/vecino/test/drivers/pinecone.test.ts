import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database, OpenOptions } from '../../src/api/database.ts';
import type { PineconeModule } from '../../src/driver/pinecone/client.ts';
import { fieldsOf, metadataOf } from '../../src/driver/pinecone/metadata-form.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { open } from '../../src/index.ts';
import { filter, metadata } from '../property/filter-arbitraries.ts';
import { addressOf } from './pinecone-engine.ts';
import { API_KEY, type PineconeServer, startPinecone } from './pinecone-server/server.ts';

let server: PineconeServer;
const opened: Database[] = [];

beforeAll(async () => {
  server = await startPinecone();
});
afterAll(async () => {
  for (const database of opened) await database.close();
  await server.stop();
});

async function opening(options: OpenOptions = {}): Promise<Database> {
  const database = await open(addressOf(server), options);
  opened.push(database);
  return database;
}

const code = (expected: string) => expect.objectContaining({ name: 'VecinoError', code: expected });

describe('metadata as Pinecone keeps them', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(metadata, (given) => {
        // JSON has no negative zero.
        const plain = JSON.parse(JSON.stringify(given)) as typeof given;
        const stored = JSON.parse(JSON.stringify(fieldsOf(plain))) as ReturnType<typeof fieldsOf>;
        expect(metadataOf(stored)).toEqual(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  it('stand under their own names where they can', () => {
    const given = {
      year: 1997,
      tags: ['a'],
      author: { name: 'Rowling', born: null },
      $odd: 1,
      'a.b': 2,
      none: [],
    };
    expect(fieldsOf(given)).toEqual({
      year: 1997,
      tags: ['a'],
      'author.name': 'Rowling',
      'vecino.paths': ['tags', 'author', 'author.born', '$odd', 'a.b', 'none'],
      'vecino.rest': JSON.stringify({ author: { born: null }, $odd: 1, 'a.b': 2, none: [] }),
    });
  });
});

describe('filters in the language of Pinecone', () => {
  const ROWS = fc.sample(metadata, { numRuns: 150, seed: 8 });
  let rows: Collection;

  beforeAll(async () => {
    rows = await (await opening()).collection('rows', { dimension: 2 });
    await rows.add(ROWS.map((one, i) => ({ id: `r${i}`, vector: [1, i], metadata: one as never })));
  });

  it.each([true, false])(
    'let pass what matches() says, whether missing fields differ: %s',
    async (differ) => {
      server.behaviour.missingDiffers = differ;
      let passed = 0;
      await fc.assert(
        fc.asyncProperty(filter, async (asked) => {
          const predicate = parseFilter('list', asked);
          const expected = ROWS.flatMap((one, i) => (matches(predicate, one) ? [`r${i}`] : []));
          const { records } = await rows.list({ filter: asked as never, limit: 1_000, include: [] });
          expect(records.map(({ id }) => id).sort()).toEqual(expected.toSorted());
          expect(await rows.count(asked as never)).toBe(expected.length);
          const hits = await rows.search({ vector: [1, 1], filter: asked as never, k: 7, include: [] });
          expect(hits).toHaveLength(Math.min(7, expected.length));
          expect(expected).toEqual(expect.arrayContaining(hits.map(({ id }) => id)));
          passed += expected.length;
        }),
        { numRuns: 100 },
      );
      // Otherwise the comparison would be one of empty sets; some tens of thousands pass.
      expect(passed).toBeGreaterThan(150);
    },
  );

  it('ask for all that match, however few they are, in more than one request', async () => {
    const many = await (await opening()).collection('many', { dimension: 2 });
    await many.add(
      Array.from({ length: 400 }, (_, i) => ({
        id: `${i}`,
        vector: [1, i / 400],
        metadata: { name: `n${i}` },
      })),
    );
    // Pinecone cannot say it, and the only ones that match are the furthest.
    const hits = await many.search({ vector: [1, 0], k: 2, filter: { name: { $gte: 'n398' } } });
    expect(hits.map(({ id }) => id)).toEqual(['4', '5']);
    const asked = server.requests.length;
    const last = await many.search({ vector: [1, 0], k: 2, filter: { name: { $contains: '39' } } });
    expect(last.map(({ id }) => id)).toEqual(['39', '139']);
    expect(server.requests.slice(asked)).toEqual(Array.from({ length: 5 }, () => 'POST /query'));
  });

  it.each<object>([
    { $gt: 1 },
    { "a' OR 1": 1 },
    { 'a"}]},"$or":[{"b': { $exists: true } },
    { b: { $in: ['"}]}', '$eq', "'; --"] } },
    { 'vecino.seq': { $gt: 0 } },
    { 'vecino.paths': { $contains: 'a' } },
    { constructor: 'x' },
    { 'b\0': { $exists: true } },
  ])('cannot be broken out of: %j', async (asked) => {
    const found = await rows.count(asked as never).catch((error: unknown) => error);
    const own = ROWS.filter((one) => {
      try {
        return matches(parseFilter('count', asked), one);
      } catch {
        return false;
      }
    });
    if (typeof found === 'number') expect(found).toBe(own.length);
    else expect(found).toMatchObject({ name: 'VecinoError', kind: 'InvalidArgument' });
  });
});

describe('records', () => {
  it('may have any id, and the same with any letter changed is another', async () => {
    const one = await (await opening()).collection('ids', { dimension: 1 });
    const ids = [
      'a b',
      'ß',
      '\u{1f600}',
      'a/b?c=d&ids=e#',
      '%20',
      'vecino:x',
      '..',
      '__proto__',
      'x'.repeat(512),
      ',',
    ];
    await one.add(ids.map((id) => ({ id, vector: [1], document: id })));
    expect((await one.get(ids)).map((record) => record?.document)).toEqual(ids);
    expect((await one.list()).records.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    await expect(one.add([{ id: 'ß', vector: [1] }])).rejects.toEqual(code('ID_EXISTS'));
    expect(await one.remove(['vecino:x', 'a', 'a b'])).toBe(2);
  });

  it('of more than Pinecone keeps are refused before anything is written', async () => {
    const one = await (await opening()).collection('large', { dimension: 2 });
    const small = { id: 'small', vector: [1, 0] };
    const refused = async (record: object, expected: string, what: RegExp) => {
      await expect(
        one.upsert([small, { id: 'large', vector: [1, 0], ...record } as never]),
      ).rejects.toMatchObject({
        code: expected,
        message: expect.stringMatching(what),
      });
    };
    await refused(
      { document: 'ß'.repeat(20_480) },
      'DOCUMENT_TOO_LARGE',
      /record "large".* at most 40960.*passages/,
    );
    await refused({ metadata: { a: 'x'.repeat(41_000) } }, 'METADATA_TOO_LARGE', /keep fewer/);
    const flat = await (await opening()).collection('flat', { dimension: 2, metric: 'l2' });
    await expect(flat.add([small, { id: 'zero', vector: [0, 0] }])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect([await one.count(), await flat.count()]).toEqual([0, 0]);
    // As a query it can be answered all the same.
    await flat.add([small, { id: 'far', vector: [3, 4] }]);
    expect((await flat.search({ vector: [0, 0] })).map(({ score }) => score)).toEqual([-1, -5]);
  });

  it('go in requests of the size that Pinecone takes, and answers beyond its own come in pieces', async () => {
    const one = await (await opening()).collection('sizes', { dimension: 2 });
    const before = server.requests.length;
    await one.upsert(
      Array.from({ length: 220 }, (_, i) => ({ id: `${i}`, vector: [1, i], document: 'x'.repeat(30_000) })),
    );
    const upserts = server.requests.slice(before).filter((path) => path.endsWith('/upsert'));
    expect(upserts.length).toBeGreaterThanOrEqual(4);
    const hits = await one.search({ vector: [1, 0], k: 200, include: ['document'] });
    expect(hits.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
    expect(hits[199]?.document).toHaveLength(30_000);
  });

  it('are seen by who wrote them, however far the index is behind', async () => {
    server.behaviour.lag = 3;
    try {
      const one = await (await opening()).collection('late', { dimension: 2 });
      await one.upsert([{ id: 'a', vector: [1, 0] }]);
      expect((await one.search({ vector: [1, 0] })).map(({ id }) => id)).toEqual(['a']);
      await one.remove('a');
      expect(await one.get('a')).toBeUndefined();
      const impatient = await (await opening({ connection: { timeoutMs: 60 } })).openCollection('late');
      server.behaviour.lag = 1_000;
      await impatient.upsert([{ id: 'b', vector: [1, 0] }]);
      await expect(impatient.count()).rejects.toMatchObject({
        code: 'REMOTE_TIMED_OUT',
        message: expect.stringContaining('not indexed'),
      });
    } finally {
      server.behaviour.lag = 0;
    }
  });
});

describe('collections', () => {
  it('of any name are indexes of names that Pinecone takes, and of no others', async () => {
    const [first, second] = [
      await opening({ connection: { schema: 'first' } }),
      await opening({ connection: { schema: 'second' } }),
    ];
    const names = ['Größe', 'größe', 'a_b', 'a-b', 'a.b', 'x'.repeat(128), 'plain', '日本'];
    for (const name of names) {
      const one = await first.createCollection(name, { dimension: 2, metric: 'dot' });
      await one.add([{ id: name, vector: [1, 1] }]);
    }
    expect((await first.listCollections()).map(({ name, records }) => [name, records])).toEqual(
      names.toSorted().map((name) => [name, 1]),
    );
    expect(await second.listCollections()).toEqual([]);
    for (const name of names) await first.dropCollection(name);
  });

  it('that somebody else has made with another dimension or metric are refused', async () => {
    const [mine, theirs] = [await opening(), await opening()];
    await Promise.all([
      mine.collection('shared', { dimension: 3, metric: 'l2' }),
      theirs.collection('shared', { dimension: 3, metric: 'l2' }),
    ]);
    await expect(mine.collection('shared', { dimension: 4 })).rejects.toEqual(code('COLLECTION_MISMATCH'));
    await expect(theirs.collection('shared', { metric: 'dot' })).rejects.toEqual(code('COLLECTION_MISMATCH'));
    await expect(theirs.createCollection('tuned', { dimension: 3, index: 'hnsw' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('leave the index out'),
    });
  });
});

describe('connections', () => {
  it('that fail are tried again, and say what is wrong in the end', async () => {
    const database = await opening({ connection: { retries: 2 } });
    const one = await database.collection('failing', { dimension: 2 });
    server.mishaps.push(503, 'break');
    await one.upsert([{ id: 'a', vector: [1, 0] }]);
    server.mishaps.push(429, 500);
    expect(await one.count()).toBe(1);
    server.mishaps.push(503, 503, 503);
    await expect(one.upsert([{ id: 'a', vector: [1, 0] }])).rejects.toEqual(code('REMOTE_UNREACHABLE'));
    server.mishaps.push('half');
    await expect(one.count()).rejects.toEqual(code('REMOTE_UNREACHABLE'));
    server.mishaps.push(400);
    await expect(one.upsert([{ id: 'a', vector: [1, 0] }])).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      details: { status: 400 },
    });
  });

  it('never repeat a key', async () => {
    const database = await opening({ connection: { retries: 0 } });
    const one = await database.collection('secret', { dimension: 2 });
    expect(database.location).toBe(`pinecone://${server.host}`);
    for (const mishap of [400, 401, 403, 500, 'break'] as const) {
      server.mishaps.push(mishap);
      const error = await one.upsert([{ id: 'a', vector: [1, 0] }]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'VecinoError' });
      expect(everything(error)).not.toContain(API_KEY);
    }
    const wrong = 'pcsk_another_key_that_is_wrong_012345678';
    for (const [address, options] of [
      [`pinecone://:${wrong}@${server.host}?tls=false`, {}],
      [`pinecone://${server.host}?tls=false`, { connection: { apiKey: wrong } }],
      [`pinecone://:${wrong}@${server.host}?${wrong}=1`, {}],
      [`pinecone://:${wrong}@${server.host}?cloud=${wrong}`, {}],
      [`pinecone://${wrong}@${server.host}`, {}],
      [`pinecone://:${wrong}@[${server.host}`, {}],
    ] as const) {
      const error = await open(address, options).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'VecinoError' });
      expect(everything(error)).not.toContain(wrong);
    }
  });

  it.each([
    ['the wrong key', 'pinecone://:wrong@HOST?tls=false', {}, 'REMOTE_UNAUTHENTICATED'],
    ['nobody there', 'pinecone://:key@127.0.0.1:1?tls=false', { retries: 0 }, 'REMOTE_UNREACHABLE'],
    ['another parameter', 'pinecone://:key@HOST?zone=1', {}, 'OPTION_INVALID'],
    ['another cloud', 'pinecone://:key@HOST?cloud=ibm', {}, 'OPTION_INVALID'],
    ['a user', 'pinecone://key@HOST', {}, 'OPTION_INVALID'],
    ['a schema that cannot be', 'pinecone://:key@HOST', { schema: 'Größe' }, 'OPTION_INVALID'],
    ['a time that means nothing', 'pinecone://:key@HOST', { connectTimeoutMs: 5 }, 'UNSUPPORTED'],
    ['a key that is none', 'pinecone://HOST', { apiKey: 'a b' }, 'OPTION_INVALID'],
  ])('are refused with a reason: %s', async (_, address, connection, expected) => {
    await expect(open(address.replace('HOST', server.host), { connection })).rejects.toEqual(code(expected));
  });

  it('end in time, by the signal, and when they are closed', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await (await opening()).collection('slow', { dimension: 2 });
    const database = await opening({ connection: { timeoutMs: 100, retries: 0, signal } });
    const one = await database.openCollection('slow');
    server.mishaps.push('silence');
    await expect(one.upsert([{ id: 'a', vector: [1, 0] }])).rejects.toEqual(code('REMOTE_TIMED_OUT'));
    server.mishaps.push('silence');
    const waiting = one.upsert([{ id: 'a', vector: [1, 0] }]);
    // Until it is under way.
    while (server.mishaps.length > 0) await new Promise(setImmediate);
    controller.abort();
    await expect(waiting).rejects.toEqual(code('CANCELLED'));
    await expect(one.count()).rejects.toEqual(code('CANCELLED'));
    const other = await opening();
    await other.close();
    await expect(other.listCollections()).rejects.toEqual(code('DATABASE_CLOSED'));
  });

  it('are no more than were asked for', async () => {
    const database = await opening({ connection: { connectionsMax: 1 } });
    const one = await database.collection('narrow', { dimension: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, i) => one.upsert([{ id: `${i}`, vector: [1, i] }])));
    expect(await one.count()).toBe(20);
  });
});

it('the client is what we take it for', async () => {
  // Compared by the compiler: what of the client we use is in its own types.
  const module: PineconeModule = await import('@pinecone-database/pinecone');
  expect(module.Pinecone).toBeTypeOf('function');
});

/** Whatever of an error somebody could print. */
function everything(error: unknown): string {
  const seen: unknown[] = [];
  for (let cause: unknown = error; cause !== undefined && seen.length < 10; ) {
    seen.push(cause instanceof Error ? [cause.message, cause.stack, { ...cause }] : cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return JSON.stringify(seen);
}
