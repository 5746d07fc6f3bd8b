import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { refusalOf, SECRET } from './refusal.ts';

const untypedOpen = open as unknown as (...args: readonly unknown[]) => Promise<unknown>;
const ADDRESS = `redis://me:${SECRET}@localhost:1`;

describe('open an address of Redis', () => {
  it.each([
    ['connections', { connection: { connectionsMax: 5 } }, 'UNSUPPORTED', 'the option connectionsMax'],
    ['a key', { connection: { apiKey: 'key' } }, 'UNSUPPORTED', 'the option apiKey'],
    ['an empty schema', { connection: { schema: '' } }, 'OPTION_INVALID', 'an empty string'],
    ['a long schema', { connection: { schema: 'x'.repeat(64) } }, 'OPTION_INVALID', 'a name of 64 bytes'],
    ['a schema that is no text', { connection: { schema: {} } }, 'OPTION_INVALID', 'an object (Object)'],
    ['what belongs to folders', { removalsKept: 5 }, 'UNSUPPORTED', 'the option removalsKept; leave it out'],
  ] as const)('refuses as options: %s', async (_, options, code, problem) => {
    await refusalOf(() => untypedOpen(ADDRESS, options), { code, says: ['open', problem] });
  });

  it('refuses what is no URL, without repeating it', async () => {
    await refusalOf(() => open(`redis://me:${SECRET}@host:port`), {
      code: 'OPTION_INVALID',
      says: ['the address is no URL', 'percent-encode'],
    });
  });

  it('says where nobody listens, and repeats no secret of the address', async () => {
    const error = await open(ADDRESS, { connection: { retries: 0 } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    expect(String(error)).toContain('redis://me@localhost:1');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it.each([
    ['7.2.4', 'REMOTE_VERSION_OLD', 'version 7.2.4, expected 8 or newer'],
    ['8.1.0', 'REMOTE_EXTENSION_MISSING', 'knows no VADD'],
  ] as const)('refuses a server without vector sets: %s', async (version, code, says) => {
    const port = await listening((command) => {
      if (/\bINFO\b.*\bVADD\b/s.test(command)) return '*1\r\n*-1\r\n';
      const info = `redis_version:${version}\r\n`;
      return command.includes('INFO') ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n';
    });
    await refusalOf(() => open(`redis://127.0.0.1:${port}`), { code, says: [says] });
  });

  it('gives up where nobody answers', async () => {
    const port = await listening(() => '');
    const connection = { connectTimeoutMs: 50, timeoutMs: 50, retries: 0 };
    await expect(open(`redis://127.0.0.1:${port}`, { connection })).rejects.toMatchObject({
      code: 'REMOTE_TIMED_OUT',
    });
  });
});

/** A server that answers each command that it is sent, as far as commands come one by one. */
async function listening(answer: (command: string) => string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      // Commands begin with an array's length; several may come at once.
      for (const command of bytes.toString('latin1').split(/(?=\*\d+\r\n)/)) socket.write(answer(command));
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { readonly port: number }).port;
}
