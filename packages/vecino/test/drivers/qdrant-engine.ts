import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import type { Engine } from './engine.ts';
import { StandIn } from './qdrant/stand-in.ts';

/** What the stand-in asks for. */
const KEY = 'rosebud';

/** A Qdrant to be found in the environment, or the stand-in. */
export const qdrant: Engine = {
  name: 'Qdrant',
  start: async () => {
    const { address, stop } = await qdrantAt(process.env['VECINO_QDRANT_URL']);
    const opened: Database[] = [];
    // A real server keeps what tests leave there, and several test files may run at the same time.
    const run = `vecino-test-${randomUUID().slice(0, 8)}`;
    return {
      address,
      open: async (part, options = {}) => {
        const connection = { schema: `${run}-${part}`, ...options.connection };
        const database = await open(address, { ...options, connection });
        opened.push(database);
        return database;
      },
      stop: async () => {
        for (const database of opened) await database.close();
        await dropSchemas(address, run);
        await stop();
      },
    };
  },
};

async function qdrantAt(
  address: string | undefined,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  if (address !== undefined) return { address, stop: async () => undefined };
  const standIn = await StandIn.start({ apiKey: KEY });
  return {
    address: `qdrant://${KEY}@${standIn.host}`,
    stop: async () => {
      await standIn.stop();
      if (standIn.undescribed.length > 0) throw new Error(standIn.undescribed.join('\n'));
    },
  };
}

/** Removes what tests have left in a real service. */
async function dropSchemas(address: string, run: string): Promise<void> {
  if (process.env['VECINO_QDRANT_URL'] === undefined) return;
  const { QdrantClient } = await import('@qdrant/js-client-rest');
  const url = new URL(address);
  const client = new QdrantClient({
    host: url.hostname,
    port: Number(url.port || 6333),
    https: url.protocol === 'qdrants:' || url.searchParams.has('tls'),
    headers: {
      'api-key':
        url.searchParams.get('apiKey') || url.password || url.username || process.env['QDRANT_API_KEY'],
    },
  });
  const { collections } = await client.getCollections();
  for (const { name } of collections) if (name.startsWith(run)) await client.deleteCollection(name);
}
