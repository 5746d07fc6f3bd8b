import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { VecinoError } from '../../base/errors.ts';
import { failureOf } from './failures.ts';

const SECRET = 'rosebud';

/** An answer as the client throws it. */
function answer(status: number, error: string): Error {
  return Object.assign(new Error('Error'), {
    status,
    statusText: 'Error',
    data: { status: { error }, time: 0 },
  });
}

/** A failure of the connection as `fetch` throws it. */
function lost(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}

it.each([
  [answer(401, 'Must provide an API key'), 'REMOTE_UNAUTHENTICATED'],
  [answer(403, 'Invalid api-key'), 'REMOTE_UNAUTHENTICATED'],
  [answer(403, 'Global access is required'), 'REMOTE_REFUSED'],
  [answer(404, "Not found: Collection `x` doesn't exist!"), 'COLLECTION_DROPPED'],
  [answer(404, 'nothing here'), 'REMOTE_REFUSED'],
  [answer(400, `Wrong input: ${SECRET}`), 'REMOTE_FAILED'],
  [answer(413, 'too large'), 'REMOTE_REFUSED'],
  [answer(429, 'too many'), 'REMOTE_UNREACHABLE'],
  [answer(500, 'Service internal error: No space left on device'), 'DISK_FULL'],
  [answer(503, 'not ready'), 'REMOTE_UNREACHABLE'],
  [answer(504, 'late'), 'REMOTE_TIMED_OUT'],
  [lost('ECONNREFUSED'), 'REMOTE_UNREACHABLE'],
  [lost('UND_ERR_SOCKET'), 'REMOTE_UNREACHABLE'],
  [lost('ENOTFOUND'), 'REMOTE_UNREACHABLE'],
  [lost('UND_ERR_CONNECT_TIMEOUT'), 'REMOTE_TIMED_OUT'],
  [lost('DEPTH_ZERO_SELF_SIGNED_CERT'), 'REMOTE_REFUSED'],
  [new TypeError('fetch failed'), 'REMOTE_UNREACHABLE'],
  [
    new TypeError('fetch failed', { cause: new AggregateError([lost('ECONNREFUSED').cause]) }),
    'REMOTE_UNREACHABLE',
  ],
  [Object.assign(new Error('aborted'), { name: 'QdrantClientTimeoutError' }), 'REMOTE_TIMED_OUT'],
  [new Error(SECRET), 'REMOTE_FAILED'],
  [SECRET, 'REMOTE_FAILED'],
])('knows what %s is', (cause, code) => {
  const error = failureOf('qdrant://host', cause, [SECRET]);
  expect(error).toMatchObject({ code });
  expect(error.message).toMatch(/^qdrant:\/\/host: /);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
});

it('leaves alone what is known already', () => {
  const known = new VecinoError('CANCELLED', 'cancelled');
  expect(failureOf('qdrant://host', known, [])).toBe(known);
});
