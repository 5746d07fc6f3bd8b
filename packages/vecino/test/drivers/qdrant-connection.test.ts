import { inspect } from 'node:util';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/api/connection.ts';
import { open } from '../../src/index.ts';
import { StandIn, type StandInOptions } from './qdrant/stand-in.ts';

/* How the driver speaks to a server that fails, asked of the stand-in alone. */

const SECRET = 'rosebud-1234567';

const running: StandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) {
    await standIn.stop();
    expect(standIn.undescribed).toEqual([]);
  }
});

async function start(options?: StandInOptions): Promise<StandIn> {
  const standIn = await StandIn.start(options);
  running.push(standIn);
  return standIn;
}

/** The official client, without a driver. */
function clientOf({ host }: StandIn): QdrantClient {
  return new QdrantClient({ url: `http://${host}`, checkCompatibility: false });
}

async function stocked(connection: ConnectionOptions = {}) {
  const standIn = await start();
  const database = await open(`qdrant://${standIn.host}`, { connection });
  const one = await database.collection('one', { dimension: 2 });
  await one.add([
    { id: 'a', vector: [1, 0] },
    { id: 'b', vector: [0, 1] },
  ]);
  return { standIn, one };
}

/** What a call ends with, which must not name the key. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => 'nothing',
    (thrown: unknown) => thrown,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  return error;
}

describe('a key', () => {
  it.each([
    ['in the address', `${SECRET}@`, '', {}],
    ['as a password', `:${SECRET}@`, '', {}],
    ['in the query', '', `?apiKey=${SECRET}`, {}],
    ['as an option', '', '', { apiKey: SECRET }],
    ['as an option, before the address', 'wrong@', '', { apiKey: SECRET }],
  ])('is taken %s, and shown nowhere', async (_, before, behind, connection) => {
    const standIn = await start({ apiKey: SECRET });
    await using database = await open(`qdrant://${before}${standIn.host}${behind}`, { connection });
    expect(database.location).toBe(`qdrant://${standIn.host}`);
    const code = 'COLLECTION_NOT_FOUND';
    expect(await failureOf(database.openCollection('none'))).toMatchObject({ code });
    standIn.fail(/scroll/, { status: 500, error: `no luck with ${SECRET}` });
    expect(await failureOf(database.listCollections())).toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringContaining('no luck with [redacted]'),
    });
  });

  it('that is wrong is said to be', async () => {
    const standIn = await start({ apiKey: 'another' });
    expect(await failureOf(open(`qdrant://${SECRET}@${standIn.host}`))).toMatchObject({
      code: 'REMOTE_UNAUTHENTICATED',
      message: expect.stringContaining('connection.apiKey'),
    });
  });
});

describe('a server', () => {
  it('that is too old is refused', async () => {
    const standIn = await start({ version: '1.16.3' });
    await expect(open(`qdrant://${standIn.host}`)).rejects.toMatchObject({
      code: 'REMOTE_VERSION_OLD',
      details: { received: '1.16.3' },
    });
  });

  it('that does not listen is said not to', async () => {
    const standIn = await start();
    const { host } = standIn;
    await standIn.stop();
    running.pop();
    const error = await failureOf(open(`qdrant://${SECRET}@${host}`, { connection: { retries: 0 } }));
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
  });

  it('that does not answer is given up', async () => {
    const standIn = await start();
    standIn.fail(/^\/$/, 'silence');
    const connection = { connectTimeoutMs: 50, retries: 0 };
    await expect(open(`qdrant://${standIn.host}`, { connection })).rejects.toMatchObject({
      code: 'REMOTE_TIMED_OUT',
    });
  });

  it('whose collection is no registry is left alone', async () => {
    const standIn = await start();
    const client = clientOf(standIn);
    await client.createCollection('theirs', { vectors: { size: 1, distance: 'Dot' } });
    await client.upsert('theirs', {
      wait: true,
      points: [{ id: 1, vector: [1], payload: { kind: 'theirs' } }],
    });
    const connection = { schema: 'theirs' };
    await expect(open(`qdrant://${standIn.host}`, { connection })).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      message: expect.stringContaining('1 points of others'),
    });
    expect(await client.retrieve('theirs', { ids: [1] })).toMatchObject([{ payload: { kind: 'theirs' } }]);
  });

  it('that holds a store of a newer version says so', async () => {
    const standIn = await start();
    await open(`qdrant://${standIn.host}`);
    const client = clientOf(standIn);
    const { points } = await client.scroll('vecino', { with_vector: true });
    const about = points.map(({ id }) => ({ id, vector: [1], payload: { kind: 'about', version: 2 } }));
    await client.upsert('vecino', { wait: true, points: about });
    await expect(open(`qdrant://${standIn.host}`)).rejects.toMatchObject({ code: 'STORE_VERSION_NEWER' });
  });
});

describe('a request', () => {
  it.each(['disconnect', { status: 503, error: 'not ready' }, { status: 429, error: 'too many' }] as const)(
    'is made again after %j, and has its effect once',
    async (fault) => {
      const { standIn, one } = await stocked();
      standIn.fail(/query/, fault);
      expect(await one.search({ vector: [1, 0], k: 2 })).toHaveLength(2);
      standIn.fail(/points$/, fault);
      await one.add([{ id: 'c', vector: [1, 1] }]);
      standIn.fail(/points$/, fault);
      await one.update([{ id: 'c', metadata: { year: 1 } }]);
      standIn.fail(/delete/, fault);
      expect(await one.remove(['c'])).toBe(1);
      expect(await one.count()).toBe(2);
    },
  );

  it('is not made again where that cannot help, nor more often than allowed', async () => {
    const { standIn, one } = await stocked({ retries: 1 });
    standIn.fail(/count/, { status: 400, error: 'bad' });
    await expect(one.count()).rejects.toMatchObject({ code: 'REMOTE_FAILED', details: { status: 400 } });
    standIn.fail(/count/, 'disconnect');
    standIn.fail(/count/, 'disconnect');
    await expect(one.count()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    expect(await one.count()).toBe(2);
  });

  it('takes so long at most', async () => {
    const { standIn, one } = await stocked({ timeoutMs: 100, retries: 0 });
    standIn.fail(/query/, 'silence');
    await expect(one.search({ vector: [1, 0] })).rejects.toMatchObject({ code: 'REMOTE_TIMED_OUT' });
  });

  it('ends when the signal says so', async () => {
    const controller = new AbortController();
    const { standIn, one } = await stocked({ signal: controller.signal });
    standIn.fail(/query/, 'silence');
    const search = one.search({ vector: [1, 0] });
    controller.abort();
    await expect(search).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(one.count()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('near a vector is one, and waits for no other', async () => {
    const { standIn, one } = await stocked();
    standIn.seen.length = 0;
    await one.search({ vector: [1, 0], k: 2, exact: true, filter: { year: { $ne: 1 } } });
    expect(standIn.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['query']);
  });

  it('that is large is made in pieces that Qdrant takes', async () => {
    const { standIn, one } = await stocked();
    const document = 'ß'.repeat(400_000);
    standIn.seen.length = 0;
    await one.upsert(Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, vector: [1, i], document })));
    expect(standIn.seen.filter(({ method }) => method === 'PUT')).toHaveLength(2);
    await one.upsert(Array.from({ length: 2_500 }, (_, i) => ({ id: `m${i}`, vector: [1, i] })));
    expect(await one.count()).toBe(2_522);
  });
});

describe('what somebody else does meanwhile', () => {
  it('wins where it adds first, and nothing stays written', async () => {
    const { standIn, one } = await stocked();
    const other = await open(`qdrant://${standIn.host}`);
    const theirs = await other.openCollection('one');
    standIn.before(/points$/, 'PUT', () => theirs.upsert([{ id: 'd', vector: [5, 5] }]));
    const added = one.add([
      { id: 'c', vector: [1, 1] },
      { id: 'd', vector: [1, 1] },
    ]);
    await expect(added).rejects.toMatchObject({ code: 'ID_EXISTS' });
    expect(await one.get('c')).toBeUndefined();
    expect((await one.get('d', ['vector']))?.vector).toEqual(Float32Array.of(5, 5));
  });

  it('is not undone by an update', async () => {
    const { standIn, one } = await stocked();
    const other = await open(`qdrant://${standIn.host}`);
    const theirs = await other.openCollection('one');
    standIn.before(/points$/, 'PUT', () => theirs.update([{ id: 'a', metadata: { theirs: 1 } }]));
    await one.update([{ id: 'a', metadata: { ours: 1 } }]);
    expect((await one.get('a'))?.metadata).toEqual({ theirs: 1, ours: 1 });
    standIn.before(/points$/, 'PUT', () => theirs.remove('a'));
    await expect(one.update([{ id: 'a', metadata: { ours: 2 } }])).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
    expect(await one.get('a')).toBeUndefined();
  });

  it('is told from what is done here even where it has the same number', async () => {
    const clock = Date.now;
    Date.now = () => Date.UTC(2026, 0, 1);
    try {
      const { standIn, one } = await stocked();
      const other = await open(`qdrant://${standIn.host}`);
      const theirs = await other.openCollection('one');
      // So that the next number is that of a change here.
      await theirs.upsert(['x', 'y'].map((id) => ({ id, vector: [1, 1] })));
      standIn.before(/points$/, 'PUT', () => theirs.update([{ id: 'a', metadata: { theirs: 1 } }]));
      await one.update([{ id: 'a', metadata: { ours: 1 } }]);
      expect((await one.get('a'))?.metadata).toEqual({ theirs: 1, ours: 1 });
    } finally {
      Date.now = clock;
    }
  });

  it('takes the same number for a change, and lists lose nothing', async () => {
    const standIn = await start();
    const clock = Date.now;
    Date.now = () => Date.UTC(2026, 0, 1);
    try {
      const databases = await Promise.all([1, 2, 3].map(() => open(`qdrant://${standIn.host}`)));
      for (const [i, database] of databases.entries()) {
        const one = await database.collection('one', { dimension: 1 });
        await one.add(Array.from({ length: 5 }, (_, j) => ({ id: `${i}${j}`, vector: [1] })));
      }
      const one = await databases[0]?.openCollection('one');
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await one?.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
        found.push(...(page?.records ?? []).map(({ id }) => id));
        cursor = page?.cursor;
      } while (cursor !== undefined);
      const expected = Array.from({ length: 5 }, (_, j) => [0, 1, 2].map((i) => `${i}${j}`)).flat();
      expect(found).toEqual(expected);
    } finally {
      Date.now = clock;
    }
  });
});
