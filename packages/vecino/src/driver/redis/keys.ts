import type { StoredCollection } from '../../storage/store.ts';
import type { Place } from './connections.ts';

/*
 * Where everything lies (docs/redis.md shows it). What stands in braces decides which node of a cluster has a key: all
 * keys of a shard have the same there, so a record and its vectors change in one step.
 */

/** A part of a collection that lies on one node as a whole. */
export interface Shard {
  readonly number: number;
  /** The hash slot of all its keys; undefined without a cluster. */
  readonly slot?: number | undefined;
}

/** The keys of a shard for one namespace. */
export interface ShardKeys {
  /** Of the shard: there until the collection is dropped. */
  readonly here: string;
  /** Sorted set: the number of its latest change by id. */
  readonly seqs: string;
  /** Sorted set of ids, for their order. */
  readonly ids: string;
  /** Sorted set: when it expires by id. */
  readonly expiries: string;
  /** Hash by id. */
  readonly documents: string;
  /** Hash by id: JSON texts. */
  readonly metadata: string;
  /** A hash of each field: the numbers as they were given, by id. */
  readonly vectors: readonly string[];
  /** The vector set of each field; its elements are named by when a record expires and its id. */
  readonly indexes: readonly string[];
}

/** The keys of the databases of one schema. */
export class Keys {
  private readonly schema: string;
  private readonly slot: number | undefined;

  /** @param slot the hash slot of all keys that belong to no shard, where it is known */
  constructor(schema: string, slot?: number) {
    this.schema = encodeURIComponent(schema);
    this.slot = slot;
  }

  /** Where the registry is. */
  get home(): Place {
    return this.at(this.about);
  }

  /** Where a key is that belongs to no shard. */
  at(key: string): Place {
    return { key, slot: this.slot };
  }

  /** Hash: the version of all this. */
  get about(): string {
    return this.ofSchema('about');
  }

  /** Hash: settings by name. */
  get collections(): string {
    return this.ofSchema('collections');
  }

  /** The number of the latest collection. */
  get lastCollection(): string {
    return this.ofSchema('last');
  }

  /** The number of the latest change. */
  changes({ id }: Pick<StoredCollection, 'id'>): string {
    return this.ofSchema(`changes:${id}`);
  }

  /** Set of the names of a collection's namespaces. */
  namespaces({ id }: Pick<StoredCollection, 'id'>): string {
    return this.ofSchema(`namespaces:${id}`);
  }

  here(collection: Pick<StoredCollection, 'id'>, shard: Pick<Shard, 'number'>): string {
    return `${this.ofShard(collection, shard)}:here`;
  }

  /** @param namespace '' outside of all, which no namespace has as its name */
  shard(collection: StoredCollection, shard: Shard, namespace: string): ShardKeys {
    const prefix = `${this.ofShard(collection, shard)}:${encodeURIComponent(namespace)}`;
    const fields = (collection.fields ?? [collection]).map((_, i) => i);
    return {
      here: this.here(collection, shard),
      seqs: `${prefix}:seqs`,
      ids: `${prefix}:ids`,
      expiries: `${prefix}:expiries`,
      documents: `${prefix}:documents`,
      metadata: `${prefix}:metadata`,
      vectors: fields.map((i) => `${prefix}:vectors:${i}`),
      indexes: fields.map((i) => `${prefix}:index:${i}`),
    };
  }

  private ofSchema(name: string): string {
    return `vecino:{${this.schema}}:${name}`;
  }

  private ofShard({ id }: Pick<StoredCollection, 'id'>, { number }: Pick<Shard, 'number'>): string {
    return `vecino:{${this.schema}/${id}/${number}}`;
  }
}

/** All keys that hold something of a namespace. */
export function keysOfRecords({
  seqs,
  ids,
  expiries,
  documents,
  metadata,
  vectors,
  indexes,
}: ShardKeys): string[] {
  return [seqs, ids, expiries, documents, metadata, ...vectors, ...indexes];
}
