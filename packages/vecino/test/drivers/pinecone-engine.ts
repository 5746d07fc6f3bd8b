import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import type { Engine } from './engine.ts';
import { API_KEY, type PineconeServer, startPinecone } from './pinecone-server/server.ts';

/** The address of a project of Pinecone's; its key is PINECONE_API_KEY. */
const REAL = process.env['VECINO_PINECONE_URL'];

/**
 * A project of Pinecone's to be found in the environment, or a stand-in in this process that is spoken to by the same
 * client over TCP. Its index lags behind its writes.
 */
export const pinecone: Engine = {
  name: 'Pinecone',
  start: async () => {
    const server = REAL === undefined ? await startPinecone() : undefined;
    if (server) server.behaviour.lag = 1;
    const address = REAL ?? addressOf(server);
    const opened: Database[] = [];
    return {
      address,
      open: async (part, options = {}) => {
        // A real project keeps what tests leave there, and several test files may run at the same time.
        const schema = `t${process.pid}-${part.slice(0, 6)}`;
        const database = await open(address, { ...options, connection: { schema, ...options.connection } });
        opened.push(database);
        return database;
      },
      stop: async () => {
        for (const database of opened) {
          if (!server) await dropAll(database);
          await database.close();
        }
        await server?.stop();
      },
    };
  },
};

/** How a stand-in is opened. */
export function addressOf(server: Pick<PineconeServer, 'host'> | undefined): string {
  return `pinecone://:${API_KEY}@${server?.host}?tls=false`;
}

async function dropAll(database: Database): Promise<void> {
  for (const { name } of await database.listCollections().catch(() => []))
    await database.dropCollection(name);
}
