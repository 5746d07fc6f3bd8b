/**
 * Qdrant through its official client: a server whose address the environment names. Both ask the same collection with
 * the same effort; the client asks without the conditions by which the driver tells namespaces and what has expired.
 */
import { QdrantClient } from '@qdrant/js-client-rest';
import type { Data } from '../data.ts';
import type { DrivenEngine, RawClient } from './driven-engine.ts';

const ADDRESS = 'VECINO_BENCH_QDRANT';
const SCHEMA = 'vecino_bench_drivers';
/** What the driver searches with where nothing is said. */
const EF_SEARCH = 100;

export const drivenQdrant: DrivenEngine = {
  name: 'Qdrant',
  absence: async () =>
    process.env[ADDRESS] === undefined ? `name one in ${ADDRESS}: qdrant://host:6333` : undefined,
  start: async () => {
    const address = process.env[ADDRESS] ?? '';
    const client = clientOf(new URL(address));
    await dropSchema(client);
    const { version } = await client.versionInfo();
    return {
      address,
      about: `a server, ${version}`,
      options: { connection: { schema: SCHEMA } },
      raw: (collection, data) => rawClient(client, collection, data),
      stop: () => dropSchema(client),
    };
  },
};

function clientOf(url: URL): QdrantClient {
  const apiKey =
    url.searchParams.get('apiKey') || url.password || url.username || process.env['QDRANT_API_KEY'];
  return new QdrantClient({
    host: url.hostname,
    port: Number(url.port || 6333),
    https: url.protocol === 'qdrants:' || url.searchParams.has('tls'),
    checkCompatibility: false,
    ...(apiKey && { headers: { 'api-key': apiKey } }),
  });
}

/** The registry of the driver, and every collection whose name begins with its name. */
async function dropSchema(client: QdrantClient): Promise<void> {
  const { collections } = await client.getCollections();
  for (const { name } of collections) {
    if (name === SCHEMA || name.startsWith(`${SCHEMA}.`)) await client.deleteCollection(name);
  }
}

async function rawClient(client: QdrantClient, collection: string, { metric }: Data): Promise<RawClient> {
  const { collections } = await client.getCollections();
  const place = collections.find(({ name }) => name.startsWith(`${SCHEMA}.${collection}.`))?.name ?? '';
  return {
    search: async (vector, k) => {
      // Under cosine the driver keeps vectors of length one, whose dot products are compared.
      const length = metric === 'cosine' ? Math.hypot(...vector) : 1;
      const { points } = await client.query(place, {
        query: Array.from(vector, (x) => x / length),
        limit: k,
        params: { hnsw_ef: EF_SEARCH },
        with_payload: ['id', 'document', 'metadata'],
      });
      return points.map(({ payload }) => String(payload?.['id']));
    },
    close: async () => undefined,
  };
}
