/**
 * Pinecone through its client. There is no server to be had, so this is for whoever has a key: each run makes an index
 * in the project, asks it, and drops it.
 */
import { Pinecone } from '@pinecone-database/pinecone';
import { open } from 'vecino';
import type { DrivenEngine, RawClient } from './driven-engine.ts';

const ADDRESS = 'VECINO_BENCH_PINECONE';
const KEY = 'PINECONE_API_KEY';
/** What the names of the indexes begin with. */
const SCHEMA = 'vecino-bench';

export const drivenPinecone: DrivenEngine = {
  name: 'Pinecone',
  absence: async () => {
    const missing = [ADDRESS, KEY].filter((name) => process.env[name] === undefined);
    return missing.length === 0 ? undefined : `give ${missing.join(' and ')} (pinecone://api.pinecone.io)`;
  },
  start: async () => {
    const address = process.env[ADDRESS] ?? '';
    const options = { connection: { schema: SCHEMA } };
    const empty = async () => {
      await using database = await open(address, options);
      for (const { name } of await database.listCollections()) await database.dropCollection(name);
    };
    await empty();
    return { address, options, about: 'the service', raw: () => rawClient(address), stop: empty };
  },
};

/** Of the only index that there is of ours. */
async function rawClient(address: string): Promise<RawClient> {
  const { host, searchParams } = new URL(address);
  const protocol = searchParams.get('tls') === 'false' ? 'http:' : 'https:';
  const client = new Pinecone({
    apiKey: process.env[KEY] ?? '',
    controllerHostUrl: `${protocol}//${host || 'api.pinecone.io'}`,
  });
  const { indexes = [] } = await client.listIndexes();
  const own = indexes.find(({ name }) => name.startsWith(`${SCHEMA}-`));
  if (!own) throw new Error(`no index of ${SCHEMA} at ${host}`);
  const index = client.index({ host: `${protocol}//${own.host}`, namespace: '__default__' });
  return {
    search: async (vector, k) => {
      const found = await index.query({ vector: Array.from(vector), topK: k, includeMetadata: true });
      return found.matches.map(({ id }) => id);
    },
    close: async () => undefined,
  };
}
