import { randomUUID } from 'node:crypto';
import type { Capabilities } from '../../api/capabilities.ts';
import type { NamespaceDescription } from '../../api/collection.ts';
import { present } from '../../base/assert.ts';
import type { NewCollection, StoredCollection, StoredField } from '../../storage/store.ts';
import type { Backend, RecordStore } from '../front/backend.ts';
import type { Connections } from './connections.ts';
import { ENGINE } from './index-plan.ts';
import type { Keys, Shard } from './keys.ts';
import { placeShards } from './placement.ts';
import { textOf } from './record-rows.ts';
import { RecordShard } from './record-shard.ts';
import { RecordShards } from './record-shards.ts';
import { versionOf } from './server-info.ts';

const CAPABILITIES: Capabilities = {
  engine: ENGINE,
  unsupported: {
    analysis: 'copy the collection into a folder and ask there',
    changes: 'list by seq, which finds what was put, and keep the last number',
    check: 'run redis-check-aof on the log of each node',
    dot: 'normalise the vectors and use cosine, which orders them alike',
    explain: 'ask VINFO for the figures of the vector set',
    fullText: 'keep the texts in a folder or in PostgreSQL',
    l2: 'normalise the vectors and use cosine, which orders them alike',
    measureRecall: 'compare with an answer to exact: true',
    recall: 'compare with an answer to exact: true, and set efSearch',
    reembed: 'embed into a new collection, and drop the old one',
    reindex: 'copy into a new collection',
  },
  weaker: {
    atomicBatches:
      'each record is written as a whole; a batch that fails midway may be there in part, and can be upserted again',
  },
  wordScores: null,
};

/** What the registry has of a collection, as JSON. */
interface Registered extends Omit<NewCollection, 'name'> {
  readonly id: number;
  readonly identity: string;
  readonly shards: readonly Shard[];
}

interface Latest {
  readonly namespace: string | undefined;
  readonly records: RecordStore;
}

/** Collections in a Redis server, or spread over the nodes of a cluster. */
export class RedisBackend implements Backend {
  readonly capabilities = CAPABILITIES;
  readonly location: string;
  private readonly connections: Connections;
  private readonly keys: Keys;
  /** Of the collections that were met, by identity; they never change. */
  private readonly shards = new Map<string, readonly Shard[]>();
  /** What was asked for last of each collection, for searches come one after the other. */
  private readonly latest = new WeakMap<StoredCollection, Latest>();

  constructor(location: string, connections: Connections, keys: Keys) {
    this.location = location;
    this.connections = connections;
    this.keys = keys;
  }

  version(): Promise<string> {
    return versionOf(this.connections, this.keys.home);
  }

  async collections(): Promise<StoredCollection[]> {
    const { collections } = this.keys;
    const entries = (await this.connections.read(
      this.keys.at(collections),
      'HGETALL',
      collections,
    )) as Buffer[];
    const stored: StoredCollection[] = [];
    for (let i = 0; i + 1 < entries.length; i += 2) {
      stored.push(this.met(textOf(present(entries[i], 'a name')), present(entries[i + 1], 'settings')));
    }
    return stored;
  }

  async createCollection({ name, ...settings }: NewCollection): Promise<StoredCollection | undefined> {
    const { connections, keys } = this;
    const { lastCollection, collections } = keys;
    const id = Number(await connections.write(keys.at(lastCollection), 'INCR', lastCollection));
    const shards = await placeShards(connections, keys.home, (shard) => keys.here({ id }, shard));
    const identity = randomUUID();
    const registered: Registered = { ...settings, id, identity, shards };
    // Shards are there before anybody can know of them.
    for (const shard of shards) {
      const here = keys.here({ id }, shard);
      await connections.write({ key: here, slot: shard.slot }, 'SET', here, '1');
    }
    const place = keys.at(collections);
    await connections.write(place, 'HSETNX', collections, name, JSON.stringify(registered));
    const kept = (await connections.read(place, 'HGET', collections, name)) as Buffer | null;
    const stored = kept ? this.met(name, kept) : undefined;
    if (stored?.identity === identity) return stored;
    for (const shard of shards) {
      const here = keys.here({ id }, shard);
      await connections.write({ key: here, slot: shard.slot }, 'UNLINK', here);
    }
    return undefined;
  }

  /** Shard by shard and the registry last, so that who is interrupted can drop it once more. */
  async dropCollection(collection: StoredCollection): Promise<void> {
    const { connections, keys } = this;
    const names = ['', ...(await this.namesIn(collection))];
    for (const shard of this.shardsOf(collection)) {
      const here = keys.here(collection, shard);
      await connections.write({ key: here, slot: shard.slot }, 'UNLINK', here);
      for (const name of names) await this.shard(collection, shard, name).drop();
    }
    const [changes, namespaces] = [keys.changes(collection), keys.namespaces(collection)];
    await connections.write(keys.at(changes), 'UNLINK', changes, namespaces);
    await connections.write(keys.at(keys.collections), 'HDEL', keys.collections, collection.name);
  }

  records(collection: StoredCollection, namespace: string | undefined): RecordStore {
    const last = this.latest.get(collection);
    if (last && last.namespace === namespace) return last.records;
    const shards = this.shardsOf(collection);
    const records = new RecordShards(this.connections, this.keys, collection, shards, namespace);
    this.latest.set(collection, { namespace, records });
    return records;
  }

  async namespaces(collection: StoredCollection, now: number): Promise<NamespaceDescription[]> {
    const names = (await this.namesIn(collection)).sort();
    return Promise.all(
      names.map(async (name) => ({ name, records: (await this.countIn(collection, name, now)).records })),
    );
  }

  async dropNamespace(collection: StoredCollection, name: string, now: number): Promise<number | undefined> {
    if (!(await this.namesIn(collection)).includes(name)) return undefined;
    const { records } = await this.countIn(collection, name, now);
    for (const shard of this.shardsOf(collection)) await this.shard(collection, shard, name).drop();
    const namespaces = this.keys.namespaces(collection);
    await this.connections.write(this.keys.at(namespaces), 'SREM', namespaces, name);
    return records;
  }

  async counts(collection: StoredCollection, now: number): ReturnType<Backend['counts']> {
    const names = ['', ...(await this.namesIn(collection))];
    const counts = await Promise.all(names.map((name) => this.countIn(collection, name, now)));
    return added(counts, collection.fields?.length ?? 0);
  }

  async figures(collection: StoredCollection): Promise<{ seq: number; storeBytes: number }> {
    const names = ['', ...(await this.namesIn(collection))];
    const shards = this.shardsOf(collection).flatMap((shard) =>
      names.map((name) => this.shard(collection, shard, name)),
    );
    const [seq, ...bytes] = await Promise.all([
      this.latestChange(collection),
      ...shards.map((shard) => shard.bytes()),
    ]);
    return { seq, storeBytes: bytes.reduce((sum, one) => sum + one, 0) };
  }

  async latestChange(collection: StoredCollection): Promise<number> {
    const changes = this.keys.changes(collection);
    return Number((await this.connections.read(this.keys.at(changes), 'GET', changes)) ?? 0);
  }

  async compact(collection: StoredCollection, now: number): Promise<void> {
    const names = ['', ...(await this.namesIn(collection))];
    for (const shard of this.shardsOf(collection)) {
      for (const name of names) await this.shard(collection, shard, name).removeExpired(now);
    }
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private met(name: string, settings: Buffer): StoredCollection {
    const { shards, ...rest } = JSON.parse(textOf(settings)) as Registered;
    this.shards.set(rest.identity, shards);
    const fields = rest.fields?.map(
      (field, i): StoredField => ({
        ...field,
        number: i + 1,
        vectorSet: i + 1,
        identity: `${rest.identity}-${i + 1}`,
      }),
    );
    return { ...rest, fields, name, vectorSet: 0, seq: 0 };
  }

  private shardsOf({ identity }: StoredCollection): readonly Shard[] {
    return present(this.shards.get(identity), 'the shards of a collection');
  }

  private shard(collection: StoredCollection, shard: Shard, namespace: string): RecordShard {
    return new RecordShard(this.connections, this.keys, collection, shard, namespace);
  }

  private async namesIn(collection: StoredCollection): Promise<string[]> {
    const key = this.keys.namespaces(collection);
    return ((await this.connections.read(this.keys.at(key), 'SMEMBERS', key)) as Buffer[]).map(textOf);
  }

  private async countIn(
    collection: StoredCollection,
    name: string,
    now: number,
  ): ReturnType<Backend['counts']> {
    const shards = this.shardsOf(collection).map((shard) => this.shard(collection, shard, name));
    const counts = await Promise.all(shards.map((shard) => shard.count(now)));
    return added(counts, collection.fields?.length ?? 0);
  }
}

function added(
  counts: readonly Awaited<ReturnType<Backend['counts']>>[],
  fields: number,
): Awaited<ReturnType<Backend['counts']>> {
  return {
    records: counts.reduce((sum, { records }) => sum + records, 0),
    ofFields: Array.from({ length: fields }, (_, i) =>
      counts.reduce((sum, { ofFields }) => sum + (ofFields[i] ?? 0), 0),
    ),
  };
}
