import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import { type Command, debianRoot } from './debian-root.ts';
import type { Engine } from './engine.ts';

/*
 * A real Chroma server: the one that the package `chromadb` brings as a native module, run by a process of its own. The
 * module wants a newer C library than Debian 12 has; there, Node is run with that of Debian 13.
 */

const require = createRequire(import.meta.url);

const GIVEN = process.env['VECINO_CHROMA_URL'];

/** The C library that the native module was linked with. */
const GLIBC_MIN = [2, 39] as const;

/** A server to be found in the environment, or one that is started. */
export const chroma: Engine = {
  name: 'Chroma',
  absent: GIVEN === undefined ? await reasonOf(() => commandOf([])) : undefined,
  start: async () => {
    const { address, stop } = await chromaAt(GIVEN);
    const opened: Database[] = [];
    // A real server keeps what tests leave there, and several test files may run at the same time.
    const run = `vecino-test-${process.pid}`;
    const schemas = new Set<string>();
    return {
      address,
      open: async (part, options = {}) => {
        const connection = { schema: `${run}-${part}`, ...options.connection };
        const database = await open(address, { ...options, connection });
        opened.push(database);
        schemas.add(connection.schema);
        return database;
      },
      stop: async () => {
        for (const database of opened) await database.close();
        for (const schema of GIVEN === undefined ? [] : schemas) await clear(address, schema);
        await stop();
      },
    };
  },
};

/** Starts a server that keeps its records in a folder of its own, or takes the one that is given. */
export async function chromaAt(
  given: string | undefined,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  if (given !== undefined) return { address: given, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'vecino-chroma-'));
  const port = await freePort();
  const own = ['run', '--path', folder, '--host', '127.0.0.1', '--port', String(port)];
  const { file, args } = await commandOf([programOfChroma(), ...own]);
  const server = spawn(file, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  await listening(server);
  return {
    address: `chroma://127.0.0.1:${port}/`,
    stop: async () => {
      const ended = once(server, 'exit');
      // Asked to end, it waits for ever.
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The command line that the package brings. */
function programOfChroma(): string {
  return join(dirname(require.resolve('chromadb')), '..', 'cli.mjs');
}

/** How Node is run so that it can load the native module. */
async function commandOf(args: readonly string[]): Promise<Command> {
  const { header } = process.report.getReport() as unknown as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  const [major = 0, minor = 0] = (header.glibcVersionRuntime ?? '').split('.').map(Number);
  const isNew = major > GLIBC_MIN[0] || (major === GLIBC_MIN[0] && minor >= GLIBC_MIN[1]);
  if (isNew || process.platform !== 'linux') return { file: process.execPath, args };
  const root = await debianRoot(['libc6', 'libgcc-s1', 'libstdc++6']);
  return root.command(process.execPath, args);
}

/** Why something cannot be had here; undefined where it can. */
async function reasonOf(have: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await have();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Somebody else may take it before the server does, which then says so. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Resolves when the server says that it takes requests. */
function listening(server: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/listening on/i.test(said)) resolve();
    });
  }
  server.on('error', reject);
  server.on('exit', (code) => reject(new Error(`the server has ended with ${code}: ${said}`)));
  return promise;
}

async function clear(address: string, schema: string): Promise<void> {
  await using database = await open(address, { connection: { schema } });
  for (const { name } of await database.listCollections()) await database.dropCollection(name);
}
