import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { refusalOf, SECRET } from './refusal.ts';

const untypedOpen = open as unknown as (...args: readonly unknown[]) => Promise<unknown>;
const ADDRESS = `postgres://me:${SECRET}@localhost:1/db?sslpassword=${SECRET}`;

describe('open an address', () => {
  it.each([
    ['misspelt', { conection: {} }, 'OPTION_UNKNOWN', 'did you mean "connection"?'],
    ['an unknown option', { connection: { retrie: 1 } }, 'OPTION_UNKNOWN', 'did you mean "retries"?'],
    ['no object', { connection: 5 }, 'OPTION_INVALID', 'options are the number 5'],
    [
      'no connections',
      { connection: { connectionsMax: 0 } },
      'OPTION_OUT_OF_RANGE',
      'an integer from 1 to 1000',
    ],
    ['no time', { connection: { timeoutMs: 0 } }, 'OPTION_OUT_OF_RANGE', 'an integer from 1 to 86400000'],
    ['no time to connect', { connection: { connectTimeoutMs: '1' } }, 'OPTION_INVALID', 'is a string'],
    ['too many retries', { connection: { retries: 101 } }, 'OPTION_OUT_OF_RANGE', 'an integer from 0 to 100'],
    ['a schema of PostgreSQL', { connection: { schema: 'pg_catalog' } }, 'OPTION_INVALID', '"pg_"'],
    ['an empty schema', { connection: { schema: '' } }, 'OPTION_INVALID', 'an empty string'],
    ['a long schema', { connection: { schema: 'x'.repeat(64) } }, 'OPTION_INVALID', 'a name of 64 bytes'],
    ['a schema that is no text', { connection: { schema: {} } }, 'OPTION_INVALID', 'an object (Object)'],
    ['a key', { connection: { apiKey: SECRET } }, 'UNSUPPORTED', 'the option apiKey; leave it out'],
    ['no signal', { connection: { signal: true } }, 'OPTION_INVALID', 'expected an AbortSignal'],
    ['what belongs to folders', { removalsKept: 5 }, 'UNSUPPORTED', 'the option removalsKept; leave it out'],
    ['threads that are none', { threads: 0 }, 'OPTION_OUT_OF_RANGE', '"threads" is 0'],
    ['no clock', { clock: 5 }, 'OPTION_INVALID', 'option "clock" is the number 5'],
    ['no listener', { onWarning: 5 }, 'OPTION_INVALID', 'option "onWarning" is the number 5'],
  ] as const)('refuses as options: %s', async (_, options, code, problem) => {
    await refusalOf(() => untypedOpen(ADDRESS, options), { code, says: ['open', problem] });
  });

  it('refuses what is no URL, without repeating it', async () => {
    await refusalOf(() => open(`postgres://me:${SECRET}@host:port/db`), {
      code: 'OPTION_INVALID',
      says: ['the address is no URL', 'percent-encode'],
    });
  });

  it('refuses a connection for a folder', async () => {
    await refusalOf(() => open(':memory:', { connection: {} }), {
      code: 'OPTION_INVALID',
      says: ['option "connection" is given for a folder'],
    });
  });

  it('says where nobody listens, and repeats no secret of the address', async () => {
    const error = await open(ADDRESS, { connection: { retries: 0 } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    expect(String(error)).toContain('postgres://me@localhost:1/db');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('gives up where nobody answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { readonly port: number };
    const connection = { connectTimeoutMs: 50, retries: 0 };
    await expect(open(`postgres://me:${SECRET}@127.0.0.1:${port}/db`, { connection })).rejects.toMatchObject({
      code: 'REMOTE_TIMED_OUT',
    });
  });

  it('ends when the signal says so', async () => {
    const signal = AbortSignal.abort();
    await expect(open(ADDRESS, { connection: { signal } })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('open the address of a Qdrant', () => {
  const QDRANT = `qdrant://${SECRET}@localhost:1`;

  it.each([
    ['no URL', 'qdrant://host:port', {}, 'the address is no URL'],
    ['an unknown query', `${QDRANT}/?tsl`, {}, 'the query of the address has "tsl", expected tls'],
    ['another tls', `${QDRANT}/?tls=maybe`, {}, 'another value of tls'],
    ['an empty schema', QDRANT, { schema: '' }, 'option "schema" is an empty string'],
    ['a schema with a dot', QDRANT, { schema: 'a.b' }, 'option "schema" is "a.b"'],
    ['a schema that is no text', QDRANT, { schema: 5 }, 'option "schema" is the number 5'],
    ['a key with spaces', QDRANT, { apiKey: `${SECRET} ${SECRET}` }, 'option "apiKey" is another text'],
  ] as const)('refuses %s', async (_, address, connection, problem) => {
    await refusalOf(() => untypedOpen(address, { connection }), {
      code: 'OPTION_INVALID',
      says: ['open', problem],
    });
  });

  it('says where nobody listens, and repeats no secret of the address', async () => {
    const error = await open(QDRANT, { connection: { retries: 0 } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    expect(String(error)).toContain('qdrant://localhost:1');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe('open an address of Chroma', () => {
  it.each([
    ['a long schema', '', { schema: 'x'.repeat(101) }, 'a text of 101 characters'],
    ['a schema that is no text', '', { schema: 5 }, 'the number 5'],
    ['an unknown parameter', '?tenat=a', {}, 'did you mean "tenant"'],
    ['a database in the path', 'books', {}, 'name the database with ?database='],
    ['no switch', '?ssl=yes', {}, 'another ssl than true or false'],
  ] as const)('refuses %s', async (_, rest, connection, problem) => {
    await refusalOf(() => untypedOpen(`chroma://me:${SECRET}@localhost:1/${rest}`, { connection }), {
      code: 'OPTION_INVALID',
      says: ['open', problem],
    });
  });
});
