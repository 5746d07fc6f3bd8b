import { randomUUID } from 'node:crypto';
import type { NamespaceDescription } from '../../api/collection.ts';
import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import type { Backend } from '../front/backend.ts';
import type { ChangeClock } from '../front/change-clock.ts';
import { collectionDropped } from '../front/connection-failures.ts';
import type { Cloud, IndexModel, PineconeClient } from './client.ts';
import { CAPABILITIES } from './engine.ts';
import { statusOf } from './failures.ts';
import { Freshness } from './freshness.ts';
import {
  collectionOf,
  indexNameOf,
  nameOfNamespace,
  namespaceOf,
  pineconeMetricOf,
  tagsOf,
} from './index-names.ts';
import { IndexRecords } from './index-records.ts';
import type { Requests } from './requests.ts';
import { Space } from './space.ts';

/** The first pause before an index is asked again whether it is ready, or gone; each is twice as long. */
const READY_MS = 100;
const READY_MS_MAX = 2_000;

/** Namespaces of one answer: "List namespaces" of Pinecone's documentation. */
const NAMESPACES_PAGE = 100;

export interface BackendSettings {
  readonly location: string;
  readonly schema: string;
  readonly requests: Requests;
  /** A client whose answers about records tell how fresh they are. */
  readonly clientFor: (freshness?: Freshness) => PineconeClient;
  /** The scheme of the hosts of indexes. */
  readonly protocol: 'https:' | 'http:';
  readonly cloud: Cloud;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: ChangeClock;
}

/** Collections in a project of Pinecone's: each is an index. */
export class PineconeBackend implements Backend {
  readonly capabilities = CAPABILITIES;
  readonly location: string;
  private readonly settings: BackendSettings;
  private readonly client: PineconeClient;
  /** Where the index of a collection is served, by the collection's identity. */
  private readonly hosts = new Map<string, string>();
  /** By identity and namespace: who has written waits for itself, whichever handle it reads from. */
  private readonly spaces = new Map<string, Space>();

  constructor(settings: BackendSettings) {
    this.settings = settings;
    this.location = settings.location;
    this.client = settings.clientFor();
  }

  /** Pinecone says only which version of its interface is spoken. */
  async version(): Promise<string> {
    const { requests } = this.settings;
    await requests.ask(() => this.client.listIndexes());
    return `API ${requests.version ?? 'unknown'}`;
  }

  async collections(): Promise<StoredCollection[]> {
    const { indexes = [] } = await this.settings.requests.ask(() => this.client.listIndexes());
    return indexes.flatMap((index) => {
      const collection = index.status.state === 'Terminating' ? undefined : this.known(index);
      return collection ? [collection] : [];
    });
  }

  async createCollection(collection: NewCollection): Promise<StoredCollection | undefined> {
    const { schema, cloud, region, requests } = this.settings;
    const name = indexNameOf(schema, collection.name);
    const { dimension } = collection;
    const metric = pineconeMetricOf(collection.metric);
    const tags = tagsOf(schema, randomUUID(), collection);
    try {
      await requests.ask(() =>
        this.client.createIndex({ name, dimension, metric, spec: { serverless: { cloud, region } }, tags }),
      );
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      const present = await this.describe(name);
      // Somebody was quicker, or it is no collection of ours.
      if (!present || this.known(present)?.name === collection.name) return undefined;
      throw error;
    }
    const index = await this.until(`collection "${collection.name}" to be ready`, async () => {
      const described = await this.describe(name);
      return described?.status.ready ? described : undefined;
    });
    return this.known(index);
  }

  async dropCollection(collection: StoredCollection): Promise<void> {
    const name = this.indexName(collection);
    await this.settings.requests
      .ask(() => this.client.deleteIndex(name))
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
    await this.until(`collection "${collection.name}" to be gone`, async () => !(await this.describe(name)));
  }

  records(collection: StoredCollection, namespace: string | undefined): IndexRecords {
    const space = this.spaceOf(collection, namespace);
    const thing = `collection "${collection.name}"`;
    const { clock } = this.settings;
    return new IndexRecords(space, { metric: collection.metric as Metric, thing, clock }, async () => {
      const { namespaces = {} } = await space.ask(({ index }) => index.describeIndexStats());
      const found = namespaces[namespaceOf(namespace)] ?? namespaces[namespace ?? ''];
      return found?.recordCount ?? 0;
    });
  }

  async namespaces(collection: StoredCollection, now: number): Promise<NamespaceDescription[]> {
    const described: NamespaceDescription[] = [];
    for (const name of await this.namespaceNames(collection)) {
      described.push({
        name,
        records: await this.records(collection, name).count({ now, predicate: undefined }),
      });
    }
    return described;
  }

  async dropNamespace(
    collection: StoredCollection,
    namespace: string,
    now: number,
  ): Promise<number | undefined> {
    if (!(await this.namespaceNames(collection)).includes(namespace)) return undefined;
    const count = await this.records(collection, namespace).count({ now, predicate: undefined });
    await this.spaceOf(collection, namespace).ask(({ index }) =>
      index.deleteNamespace(namespaceOf(namespace)),
    );
    // Its numbers of writes may begin anew.
    this.spaces.delete(keyOf(collection, namespaceOf(namespace)));
    return count;
  }

  async counts(collection: StoredCollection, now: number): ReturnType<Backend['counts']> {
    const outside = await this.records(collection, undefined).count({ now, predicate: undefined });
    const inside = await this.namespaces(collection, now);
    return { records: inside.reduce((sum, { records }) => sum + records, outside), ofFields: [] };
  }

  /** Whatever is written later has a later time. */
  async latestChange(): Promise<number> {
    const [number = 0] = this.settings.clock.next(1);
    return number;
  }

  async compact(collection: StoredCollection, now: number): Promise<void> {
    for (const name of [undefined, ...(await this.namespaceNames(collection))]) {
      await this.records(collection, name).removeExpired(now);
    }
  }

  async close(): Promise<void> {
    this.settings.requests.close();
  }

  private async namespaceNames(collection: StoredCollection): Promise<string[]> {
    const space = this.spaceOf(collection, undefined);
    const own = [...this.spaces].filter(([key]) => key.startsWith(keyOf(collection)));
    // A namespace begins with its first record, and that may not be seen yet.
    for (const [, one] of own) await one.settle();
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await space.ask(({ index }) =>
        index.listNamespaces({
          limit: NAMESPACES_PAGE,
          ...(token !== undefined && { paginationToken: token }),
        }),
      );
      for (const { name = '' } of page.namespaces ?? []) {
        const known = nameOfNamespace(name);
        if (known !== undefined) names.push(known);
      }
      token = page.pagination?.next || undefined;
    } while (token !== undefined);
    return names.sort();
  }

  private spaceOf(collection: StoredCollection, namespace: string | undefined): Space {
    const key = keyOf(collection, namespaceOf(namespace));
    const known = this.spaces.get(key);
    if (known) return known;
    const { requests, timeoutMs, clientFor } = this.settings;
    const freshness = new Freshness();
    const host = this.hosts.get(collection.identity) ?? '';
    const space = new Space({
      index: clientFor(freshness).index({ host, namespace: namespaceOf(namespace) }),
      requests,
      freshness,
      dimension: collection.dimension,
      timeoutMs,
      thing: `collection "${collection.name}"`,
      explain: (error) => this.explain(collection, error),
    });
    this.spaces.set(key, space);
    return space;
  }

  /** Whether it failed because the index is gone: then nobody answers at its host, or something else does. */
  private async explain(collection: StoredCollection, error: unknown): Promise<unknown> {
    const isSuspect =
      statusOf(error) === 404 || (error instanceof VecinoError && error.code === 'REMOTE_UNREACHABLE');
    if (!isSuspect) return error;
    const present = await this.describe(this.indexName(collection)).catch(() => 'unknown' as const);
    if (present === 'unknown') return error;
    if (present && this.known(present)?.identity === collection.identity) return error;
    return collectionDropped(collection.name, error);
  }

  /** Undefined where there is no such index. */
  private async describe(name: string): Promise<IndexModel | undefined> {
    try {
      return await this.settings.requests.ask(() => this.client.describeIndex(name));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** The collection that an index keeps, whose host is remembered; undefined for indexes of others. */
  private known(index: IndexModel): StoredCollection | undefined {
    const { schema, protocol } = this.settings;
    const collection = collectionOf(schema, index);
    if (!collection) return undefined;
    const host = /^https?:\/\//.test(index.host) ? index.host : `${protocol}//${index.host}`;
    this.hosts.set(collection.identity, host);
    return collection;
  }

  private async until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    const { requests, timeoutMs, location } = this.settings;
    const end = performance.now() + timeoutMs;
    for (let pause = READY_MS; ; pause = Math.min(READY_MS_MAX, pause * 2)) {
      const seen = await look();
      if (seen) return seen;
      if (performance.now() + pause > end) {
        throw new VecinoError(
          'REMOTE_TIMED_OUT',
          `${location}: waited ${timeoutMs} ms for ${what}; look again, or raise connection.timeoutMs`,
          { details: { expected: timeoutMs } },
        );
      }
      await requests.rest(pause);
    }
  }

  private indexName({ name }: StoredCollection): string {
    return indexNameOf(this.settings.schema, name);
  }
}

/** What the keys of all spaces of a collection begin with, or that of one. */
function keyOf({ identity }: StoredCollection, namespace = ''): string {
  return `${identity} ${namespace}`;
}
