import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { StatusError } from './failures.ts';
import { Requests } from './requests.ts';

const SECRET = 'rosebud';
const USUAL = { connectionsMax: 2, retries: 1, timeoutMs: 60_000 };

function requests(options: Partial<ConstructorParameters<typeof Requests>[2]> = {}): Requests {
  return new Requests('chroma://host/', [SECRET], { ...USUAL, ...options });
}

/** An error as the client throws it. */
function clientError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** A request that fails as it is told, and then succeeds. */
function failing(...failures: readonly Error[]) {
  const left = [...failures];
  const send = async () => {
    send.count += 1;
    const failure = left.shift();
    if (failure) throw failure;
    return 42;
  };
  send.count = 0;
  return send;
}

const LOST = new TypeError('fetch failed', {
  cause: Object.assign(new Error('read'), { code: 'ECONNRESET' }),
});

describe('requests to Chroma', () => {
  it('are sent again after a lost connection, where that is safe', async () => {
    const again = failing(LOST);
    expect([await requests().run(again), again.count]).toEqual([42, 2]);
    const once = failing(LOST);
    await expect(requests().run(once, { isRepeatable: false })).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
    });
    expect(once.count).toBe(1);
    const often = failing(LOST, LOST, LOST);
    await expect(requests().run(often)).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      retryable: true,
    });
    expect(often.count).toBe(2);
  });

  it('wait for each other beyond so many', async () => {
    const some = requests();
    const gates = [0, 1, 2].map(() => Promise.withResolvers<number>());
    const started: number[] = [];
    const running = gates.map(({ promise }, i) =>
      some.run(() => {
        started.push(i);
        return promise;
      }),
    );
    expect(started).toEqual([0, 1]);
    gates[0]?.resolve(0);
    await running[0];
    await Promise.resolve();
    for (const { resolve } of gates) resolve(1);
    expect(await Promise.all(running)).toEqual([0, 1, 1]);
    expect(started).toEqual([0, 1, 2]);
  });

  it.each([
    [LOST, 'REMOTE_UNREACHABLE', 'try again'],
    [clientError('ChromaConnectionError', 'Failed to connect'), 'REMOTE_UNREACHABLE', 'that the server runs'],
    [clientError('ChromaConnectionError', 'failed (status: 503).'), 'REMOTE_UNREACHABLE', 'connectionsMax'],
    [clientError('ChromaConnectionError', 'failed (status: 500).'), 'REMOTE_FAILED', 'status: 500'],
    [clientError('ChromaAuthError', 'Unauthorized'), 'REMOTE_UNAUTHENTICATED', 'check token'],
    [clientError('ChromaForbiddenError', 'no'), 'REMOTE_REFUSED', 'grant'],
    [clientError('ChromaNotFoundError', 'not found'), 'COLLECTION_DROPPED', 'create it again'],
    [clientError('ChromaQuotaExceededError', 'Quota'), 'REMOTE_REFUSED', 'quota'],
    [clientError('ChromaClientError', 'Bad request'), 'REMOTE_FAILED', 'Bad request'],
    [new StatusError(401, 'the server answered 401'), 'REMOTE_UNAUTHENTICATED', 'check token'],
    [new StatusError(429, 'the server answered 429'), 'REMOTE_UNREACHABLE', 'connectionsMax'],
  ] as const)('say what a failure means: %s', async (cause, code, remedy) => {
    const error = await requests({ retries: 0 })
      .run(failing(cause))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(remedy) });
    expect(error).toMatchObject({ message: expect.stringContaining('chroma://host/') });
  });

  it('repeat no secret, wherever the client has put it', async () => {
    const cause = Object.assign(new Error(`bad ${SECRET}`), { request: { headers: { token: SECRET } } });
    const error = await requests()
      .run(failing(cause))
      .catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('end after their time, and when the signal says so', async () => {
    const forever = () => new Promise(() => undefined);
    await expect(requests({ retries: 0, timeoutMs: 5 }).run(forever)).rejects.toMatchObject({
      code: 'REMOTE_TIMED_OUT',
    });
    const ending = new AbortController();
    const some = requests({ signal: ending.signal });
    const asked = some.run(forever);
    ending.abort(new Error('enough'));
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(some.run(forever)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(some.signal.aborted).toBe(true);
  });

  it('are refused when the database is closed, and end when they are under way then', async () => {
    const some = requests();
    const asked = some.run(() => new Promise(() => undefined));
    some.close();
    await expect(asked).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await expect(some.run(failing())).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
  });
});
