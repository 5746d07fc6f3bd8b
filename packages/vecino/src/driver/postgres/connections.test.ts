import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Connections, type PgClient, type PgPool } from './connections.ts';
import { sql } from './sql.ts';

const SECRET = 'rosebud';

/** An error as the client throws it. */
function failure(message: string, code?: string, severity = 'ERROR'): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code, severity });
}

/** A server that fails as it is told, one failure a statement; nothing stands for success. */
class Server implements PgPool {
  readonly said: string[] = [];
  readonly released: boolean[] = [];
  connections = 0;
  private readonly failures: (Error | undefined)[];
  private readonly refusals: Error[];

  constructor(failures: readonly (Error | undefined)[], refusals: readonly Error[] = []) {
    this.failures = [...failures];
    this.refusals = [...refusals];
  }

  async connect(): Promise<PgClient> {
    this.connections += 1;
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    return {
      query: async (statement) => {
        this.said.push('text' in statement ? statement.text : 'COPY');
        const error = this.failures.shift();
        if (error) throw error;
        return { rows: [{ answer: 42 }] };
      },
      release: (destroy) => this.released.push(destroy ?? false),
    };
  }

  async end(): Promise<void> {}

  on(): void {}
}

function connect(server: PgPool, retries = 2, signal?: AbortSignal): Connections {
  return new Connections(server, 'postgres://me@host/db', [SECRET], { retries, ...(signal && { signal }) });
}

const SELECT = sql`SELECT ${1}`;
const LOST = failure('Connection terminated unexpectedly');

describe('connections', () => {
  it('ask again after a lost connection, and do not use it again', async () => {
    const server = new Server([LOST, undefined]);
    expect(await connect(server).read(SELECT)).toEqual([{ answer: 42 }]);
    expect([server.said.length, server.released]).toEqual([2, [true, false]]);
  });

  it('give up after so many retries', async () => {
    const server = new Server([LOST, LOST, LOST, LOST]);
    await expect(connect(server, 1).read(SELECT)).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      retryable: true,
    });
    expect(server.said).toHaveLength(2);
  });

  it('repeat what is repeatable, and once what may have been written', async () => {
    const write = (repeatable: 'repeatable' | 'once', server: Server) =>
      connect(server).transaction(repeatable, (run) => run(sql`INSERT`));
    const twice = new Server([undefined, LOST, undefined]);
    await write('repeatable', twice);
    expect(twice.said).toEqual(['BEGIN', 'INSERT', 'ROLLBACK', 'BEGIN', 'INSERT', 'COMMIT']);
    const once = new Server([undefined, LOST]);
    await expect(write('once', once)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    expect(once.said).toEqual(['BEGIN', 'INSERT', 'ROLLBACK']);
    // Before anything was said, nothing can have been written.
    const refused = new Server([], [failure('connect ECONNREFUSED', 'ECONNREFUSED', '')]);
    await write('once', refused);
    expect(refused.connections).toBe(2);
  });

  it('run a transaction again that a deadlock has undone, whatever it does', async () => {
    const server = new Server([undefined, failure('deadlock detected', '40P01')]);
    expect(await connect(server).transaction('once', (run) => run(sql`INSERT`))).toEqual([{ answer: 42 }]);
    expect(server.said).toEqual(['BEGIN', 'INSERT', 'ROLLBACK', 'BEGIN', 'INSERT', 'COMMIT']);
    expect(server.released).toEqual([false, false]);
  });

  it('make settings only where a connection has others', async () => {
    const server = new Server([]);
    const client = await server.connect();
    server.connect = async () => client;
    const connections = connect(server);
    for (const settings of ['SET a = 1', 'SET a = 1', 'SET a = 2'])
      await connections.read(SELECT, { settings });
    expect(server.said).toEqual(['SET a = 1', 'SELECT $1', 'SELECT $1', 'SET a = 2', 'SELECT $1']);
  });

  it('keep what is frequent by a name of its text, and nothing where a proxy loses it', async () => {
    const names: unknown[] = [];
    const server = new Server([undefined, failure('unknown', '26000')]);
    const client = await server.connect();
    server.connect = async () => ({
      ...client,
      query: (statement) => {
        names.push('name' in statement ? statement.name : undefined);
        return client.query(statement);
      },
    });
    const connections = connect(server);
    for (let i = 0; i < 3; i++) {
      expect(await connections.read(SELECT, { isFrequent: true })).toEqual([{ answer: 42 }]);
    }
    const [name] = names;
    expect(name).toMatch(/^vecino_[0-9a-f]{32}$/);
    expect(names).toEqual([name, name, undefined, undefined]);
  });

  it.each([
    [
      failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
      'REMOTE_UNREACHABLE',
      'check host and port',
    ],
    [failure('getaddrinfo ENOTFOUND host', 'ENOTFOUND'), 'REMOTE_UNREACHABLE', 'check the host name'],
    [failure('password authentication failed', '28P01'), 'REMOTE_UNAUTHENTICATED', 'user and password'],
    [failure('SASL: client password must be a string'), 'REMOTE_UNAUTHENTICATED', 'user and password'],
    [failure('database "db" does not exist', '3D000'), 'REMOTE_REFUSED', 'create the database'],
    [failure('permission denied for schema', '42501'), 'REMOTE_REFUSED', 'grant'],
    [failure('timeout expired'), 'REMOTE_TIMED_OUT', 'connectTimeoutMs'],
    [failure('Query read timeout'), 'REMOTE_TIMED_OUT', 'timeoutMs'],
    [failure('canceling statement due to statement timeout', '57014'), 'REMOTE_TIMED_OUT', 'timeoutMs'],
    [failure('relation does not exist', '42P01'), 'COLLECTION_DROPPED', 'create it again'],
    [failure('could not extend file', '53100'), 'DISK_FULL', 'make room'],
    [failure('something else', '22012'), 'REMOTE_FAILED', 'SQLSTATE 22012'],
  ] as const)('say what a failure means: %s', async (cause, code, remedy) => {
    const error = await connect(new Server([cause]), 0)
      .read(SELECT)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(remedy) });
    expect(error).toMatchObject({ message: expect.stringContaining('postgres://me@host/db') });
  });

  it('repeat no secret, wherever the client has put it', async () => {
    const cause = Object.assign(failure(`bad ${SECRET}`, '08006'), { client: { password: SECRET } });
    const error = await connect(new Server([cause]), 0)
      .read(SELECT)
      .catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('end what is under way when the signal says so', async () => {
    const ending = new AbortController();
    const server = new Server([]);
    const forever: PgClient = {
      query: () => new Promise(() => undefined),
      release: (destroy) => server.released.push(destroy ?? false),
    };
    server.connect = async () => forever;
    const connections = connect(server, 2, ending.signal);
    const asked = connections.read(SELECT);
    ending.abort(new Error('enough'));
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(connections.read(SELECT)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(server.released).toEqual([true]);
  });

  it('give back a connection that comes when nobody waits for it any more', async () => {
    const ending = new AbortController();
    const server = new Server([]);
    const connected = Promise.withResolvers<PgClient>();
    server.connect = () => connected.promise;
    const asked = connect(server, 2, ending.signal).read(SELECT);
    ending.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    const released = Promise.withResolvers<boolean | undefined>();
    connected.resolve({ query: async () => ({ rows: [] }), release: released.resolve });
    expect(await released.promise).toBe(true);
  });

  it('are refused when the database is closed', async () => {
    const connections = connect(new Server([]));
    await connections.close();
    await expect(connections.read(SELECT)).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
  });
});
