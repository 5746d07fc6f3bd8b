import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import type { DebianRoot } from './debian-root.ts';
import type { Engine } from './engine.ts';
import { type RedisNodes, redisRoot, startRedis } from './redis-nodes.ts';

/** Masters of the cluster that the tests start. */
const MASTERS = 3;

/** Redis as packages of Debian have it, or why it cannot be had. */
export const root: DebianRoot | { readonly absent: string } = await redisRoot().catch((error: unknown) => ({
  absent: `Redis 8 cannot be had here: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`,
}));

/** A Redis to be found in the environment, or a cluster of three masters on this machine. */
export const redis: Engine = {
  name: 'Redis (vector sets)',
  ...(process.env['VECINO_REDIS_URL'] === undefined && 'absent' in root && { absent: root.absent }),
  start: async () => {
    const { address, stop } = await redisAt(process.env['VECINO_REDIS_URL']);
    const opened: Database[] = [];
    const schemas = new Set<string>();
    // A real server keeps what tests leave there, and several test files may run at the same time.
    const run = `vecino-test-${process.pid}`;
    return {
      address,
      open: async (part, options = {}) => {
        const connection = { schema: `${run}-${part}`, ...options.connection };
        schemas.add(connection.schema);
        const database = await open(address, { ...options, connection });
        opened.push(database);
        return database;
      },
      stop: async () => {
        for (const database of opened) await database.close();
        for (const schema of schemas) await empty(address, schema);
        await stop();
      },
    };
  },
};

async function redisAt(address: string | undefined): Promise<Pick<RedisNodes, 'address' | 'stop'>> {
  if (address !== undefined) return { address, stop: async () => undefined };
  if ('absent' in root) throw new Error(root.absent);
  return startRedis(root, MASTERS);
}

async function empty(address: string, schema: string): Promise<void> {
  if (process.env['VECINO_REDIS_URL'] === undefined) return;
  await using database = await open(address, { connection: { schema } });
  for (const { name } of await database.listCollections()) await database.dropCollection(name);
}
