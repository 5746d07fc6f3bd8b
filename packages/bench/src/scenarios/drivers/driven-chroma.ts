/**
 * Chroma through its official client: a server whose address the environment names. Both ask the same collection; the
 * effort is one of the collection.
 */
import { ChromaClient } from 'chromadb';
import { open } from 'vecino';
import type { DrivenEngine, RawClient } from './driven-engine.ts';

const ADDRESS = 'VECINO_BENCH_CHROMA';
const OPTIONS = { connection: { schema: 'vecino-bench-drivers' } };

/** Without one the client prints warnings, for it would embed texts by itself. */
const embeddingFunction = {
  generate: () => Promise.reject(new Error('there are no texts to embed')),
};

export const drivenChroma: DrivenEngine = {
  name: 'Chroma',
  absence: async () =>
    process.env[ADDRESS] === undefined ? `name one in ${ADDRESS}: http://localhost:8000` : undefined,
  start: async () => {
    const { hostname, port, protocol } = new URL(process.env[ADDRESS] ?? '');
    const ssl = protocol === 'https:';
    const address = `chroma://${hostname}:${port || (ssl ? 443 : 80)}/?ssl=${ssl}`;
    const client = new ChromaClient({ host: hostname, port: Number(port) || (ssl ? 443 : 80), ssl });
    await dropAll(address);
    return {
      address,
      about: `a server, ${await client.version()}`,
      options: OPTIONS,
      raw: (collection) => rawClient(client, collection),
      stop: () => dropAll(address),
    };
  },
};

async function dropAll(address: string): Promise<void> {
  await using db = await open(address, OPTIONS);
  for (const { name } of await db.listCollections()) await db.dropCollection(name);
}

async function rawClient(client: ChromaClient, collection: string): Promise<RawClient> {
  const listed = await client.listCollections({ limit: 1_000 });
  const { schema } = OPTIONS.connection;
  const found = listed.find(
    ({ metadata }) => metadata?.['vecino:schema'] === schema && metadata['vecino:name'] === collection,
  );
  const own = await client.getCollection({ name: found?.name ?? '', embeddingFunction });
  return {
    search: async (vector, k) => {
      const { ids } = await own.query({
        queryEmbeddings: [Array.from(vector)],
        nResults: k,
        include: ['documents', 'metadatas', 'distances'],
      });
      return ids[0] ?? [];
    },
    close: async () => undefined,
  };
}
