/**
 * Redis vector sets through `@redis/client`: a server or a cluster whose address the environment names. Both ask the
 * same vector sets with the same effort, and read documents and metadata of what they found.
 */
import { createClient, createCluster, RESP_TYPES } from '@redis/client';
import { open } from 'vecino';
import type { DrivenEngine, RawClient } from './driven-engine.ts';

const ADDRESS = 'VECINO_BENCH_REDIS';
const SCHEMA = 'vecino_bench_drivers';
/** What the driver searches with where nothing is said. */
const EF_SEARCH = 100;
const AS_BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

export const drivenRedis: DrivenEngine = {
  name: 'Redis (vector sets)',
  absence: async ({ metric }) => {
    if (process.env[ADDRESS] === undefined) return `name a server of Redis 8 in ${ADDRESS}`;
    return metric === 'cosine' ? undefined : `vector sets know cosine only, not ${metric}`;
  },
  start: async () => {
    const address = process.env[ADDRESS] ?? '';
    const options = { connection: { schema: SCHEMA } };
    const empty = async () => {
      await using database = await open(address, options);
      for (const { name } of await database.listCollections()) await database.dropCollection(name);
    };
    await empty();
    const { shards, close } = await connect(address);
    await close();
    return {
      address,
      options,
      about: shards === 1 ? 'a server' : `a cluster of ${shards} masters`,
      raw: () => rawClient(address),
      stop: empty,
    };
  },
};

interface Connected {
  readonly shards: number;
  send(key: string, ...args: (string | Buffer)[]): Promise<unknown>;
  /** The keys of all nodes that match. */
  keys(pattern: string): Promise<string[]>;
  close(): Promise<void>;
}

async function connect(address: string): Promise<Connected> {
  const client = createClient({ url: address, RESP: 2 });
  await client.connect();
  const isClustered = String(await client.sendCommand(['INFO', 'cluster'])).includes('cluster_enabled:1');
  if (!isClustered) {
    return {
      shards: 1,
      send: (_, ...args) => client.sendCommand(args, AS_BYTES),
      keys: async (pattern) => client.sendCommand<string[]>(['KEYS', pattern]),
      close: async () => client.destroy(),
    };
  }
  client.destroy();
  const { username, password } = new URL(address);
  const defaults = { ...(username !== '' && { username }), ...(password !== '' && { password }) };
  const cluster = createCluster({ RESP: 2, rootNodes: [{ url: address }], defaults });
  await cluster.connect();
  return {
    shards: cluster.masters.length,
    send: (key, ...args) => cluster.sendCommand(key, true, args, AS_BYTES),
    keys: async (pattern) => {
      const nodes = await Promise.all(cluster.masters.map((node) => cluster.nodeClient(node)));
      return (await Promise.all(nodes.map((node) => node.sendCommand<string[]>(['KEYS', pattern])))).flat();
    },
    close: async () => cluster.destroy(),
  };
}

/** Asks each vector set, merges, and reads the rest of the nearest: what a program without a driver does. */
async function rawClient(address: string): Promise<RawClient> {
  const { send, keys, close } = await connect(address);
  const indexes = await keys(`vecino:{${SCHEMA}/*:index:0`);
  return {
    search: async (vector, k) => {
      const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
      const answers = await Promise.all(
        indexes.map((key) =>
          send(key, 'VSIM', key, 'FP32', bytes, 'WITHSCORES', 'COUNT', `${k}`, 'EF', `${EF_SEARCH}`),
        ),
      );
      const found = answers.flatMap((answer, shard) => hitsIn(answer as Buffer[], shard));
      const best = found.sort((a, b) => b.score - a.score).slice(0, k);
      await Promise.all(
        indexes.flatMap((index, shard) => {
          const ids = best.filter((hit) => hit.shard === shard).map(({ id }) => id);
          const hashes = ['documents', 'metadata'].map((name) => index.replace(/index:0$/, name));
          return ids.length === 0 ? [] : hashes.map((key) => textsOf(send(key, 'HMGET', key, ...ids)));
        }),
      );
      return best.map(({ id }) => id);
    },
    close,
  };
}

/** Elements, whose names end with the record's id, and scores in turn. */
function hitsIn(answer: readonly Buffer[], shard: number) {
  return Array.from({ length: answer.length / 2 }, (_, i) => ({
    id: String(answer[2 * i])
      .split(',')
      .slice(2)
      .join(),
    score: Number(answer[2 * i + 1]),
    shard,
  }));
}

async function textsOf(answer: Promise<unknown>): Promise<unknown[]> {
  const texts = ((await answer) as Buffer[]).map(String);
  return texts.map((text) => (text.startsWith('{') ? JSON.parse(text) : text));
}
