import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A PostgreSQL with pgvector, and what it is. */
export interface PostgresServer extends AsyncDisposable {
  readonly address: string;
  readonly name: string;
}

const ADDRESS = 'VECINO_BENCH_POSTGRES';

/** The server whose address is in the environment, or PGlite in a process of its own. */
export async function startPostgres(folder: string): Promise<PostgresServer> {
  const given = process.env[ADDRESS];
  if (given) return { address: given, name: 'PostgreSQL', async [Symbol.asyncDispose]() {} };
  const child = fork(fileURLToPath(new URL('./process/pglite-main.ts', import.meta.url)), [folder], {
    execArgv: [],
  });
  const ended = once(child, 'exit');
  const [address] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('PGlite ended before it said its address'))),
  ])) as [string];
  return {
    address,
    name: 'PGlite',
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await ended;
    },
  };
}
