import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Argument, Connections, type Link } from './connections.ts';
import { READ } from './scripts.ts';

const SECRET = 'hunter2secret';

/** A server that answers, or fails, as it was told. */
class Server implements Link {
  readonly said: (readonly Argument[])[] = [];
  readonly slots = undefined;
  isClosed = false;
  private readonly answers: unknown[];

  constructor(...answers: unknown[]) {
    this.answers = answers;
  }

  async send(_: unknown, args: readonly Argument[]): Promise<unknown> {
    this.said.push(args);
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }

  nodeOf(slot: number | undefined): string | undefined {
    return slot === undefined ? undefined : `node-${slot}:6379`;
  }

  close(): void {
    this.isClosed = true;
  }
}

function connect(link: Link, options: { retries?: number; timeoutMs?: number; signal?: AbortSignal } = {}) {
  return new Connections(link, 'redis://me@host', [SECRET], { retries: 2, timeoutMs: 60_000, ...options });
}

const failure = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {});
const LOST = failure('Socket closed unexpectedly');
const PLACE = { key: 'a', slot: 7 };

describe('connections to Redis', () => {
  it('ask again after a lost connection, and give up after so many retries', async () => {
    const server = new Server(LOST, 42);
    expect(await connect(server).read(PLACE, 'GET', 'a')).toBe(42);
    expect(server.said).toHaveLength(2);
    const dead = new Server(LOST, LOST, LOST, LOST);
    await expect(connect(dead, { retries: 1 }).write(PLACE, 'SET', 'a', 'b')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      message: expect.stringContaining('redis://me@host: node node-7:6379'),
    });
    expect(dead.said).toHaveLength(2);
  });

  it('send a script as a whole where a node does not know it', async () => {
    const server = new Server(failure('NOSCRIPT No matching script'), []);
    await connect(server).run(PLACE, READ, ['a', 'b'], ['these']);
    expect(server.said).toEqual([
      ['EVALSHA_RO', READ.sha, '2', 'a', 'b', 'these'],
      ['EVAL_RO', READ.text, '2', 'a', 'b', 'these'],
    ]);
  });

  it.each([
    [failure('connect ECONNREFUSED', 'ECONNREFUSED'), 'REMOTE_UNREACHABLE', 'check host and port'],
    [new AggregateError([failure('connect', 'ECONNREFUSED')]), 'REMOTE_UNREACHABLE', 'check host and port'],
    [failure('WRONGPASS invalid username-password pair'), 'REMOTE_UNAUTHENTICATED', 'user and password'],
    [failure('NOAUTH Authentication required.'), 'REMOTE_UNAUTHENTICATED', 'user and password'],
    [failure("NOPERM this user has no permissions to run 'vadd'"), 'REMOTE_REFUSED', 'grant'],
    [failure('OOM command not allowed'), 'REMOTE_REFUSED', 'maxmemory'],
    [failure('READONLY You can not write'), 'REMOTE_REFUSED', 'name a master'],
    [failure('MISCONF Errors writing to the AOF file'), 'DISK_FULL', 'its disk'],
    [failure('CLUSTERDOWN The cluster is down'), 'REMOTE_UNREACHABLE', 'a node of the cluster is missing'],
    [failure('LOADING Redis is loading the dataset'), 'REMOTE_UNREACHABLE', 'starting'],
    [failure('Connection timeout'), 'REMOTE_TIMED_OUT', 'connectTimeoutMs'],
    [failure('The client is offline'), 'REMOTE_UNREACHABLE', 'try again'],
    [failure('DROPPED the collection is not here'), 'COLLECTION_DROPPED', 'create it again'],
    [failure('ERR something else'), 'REMOTE_FAILED', 'refused a command'],
  ] as const)('say what a failure means: %s', async (cause, code, remedy) => {
    const asked = connect(new Server(cause), { retries: 0 }).read(PLACE, 'PING');
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining(remedy) });
  });

  it('repeat no secret, wherever the client has put it', async () => {
    const cause = Object.assign(failure(`bad ${SECRET}`), { options: { password: SECRET } });
    const error = await connect(new Server(cause), { retries: 0 })
      .read(PLACE, 'PING')
      .catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('give up what is not answered in time, or when the signal says so', async () => {
    const silent = Object.assign(new Server(), { send: () => new Promise(() => undefined) });
    await expect(connect(silent, { retries: 0, timeoutMs: 5 }).read(PLACE, 'PING')).rejects.toMatchObject({
      code: 'REMOTE_TIMED_OUT',
      message: expect.stringContaining('within 5 ms'),
    });
    const ending = new AbortController();
    const connections = connect(silent, { signal: ending.signal });
    const asked = connections.read(PLACE, 'PING');
    ending.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(connections.read(PLACE, 'PING')).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('let end what is under way when they are closed, and refuse what comes later', async () => {
    const answer = Promise.withResolvers<unknown>();
    const server = Object.assign(new Server(), { send: () => answer.promise });
    const connections = connect(server);
    const asked = connections.read(PLACE, 'PING');
    const closed = connections.close();
    expect(server.isClosed).toBe(false);
    answer.resolve(1);
    expect(await asked).toBe(1);
    await closed;
    expect(server.isClosed).toBe(true);
    await expect(connections.read(PLACE, 'PING')).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
  });
});
