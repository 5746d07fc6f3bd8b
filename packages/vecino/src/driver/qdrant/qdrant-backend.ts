import type { Capabilities } from '../../api/capabilities.ts';
import type { NamespaceDescription } from '../../api/collection.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import type { Backend, RecordStore } from '../front/backend.ts';
import type { ChangeClock } from '../front/change-clock.ts';
import type { Condition, Filter } from './client.ts';
import { ENGINE } from './index-plan.ts';
import { NumberIndexes } from './number-indexes.ts';
import { expiredBy, type Place, PointReader } from './point-reader.ts';
import { fieldsOf, vectorNameOf } from './points.ts';
import { RecordPoints } from './record-points.ts';
import { RecordWriter } from './record-writer.ts';
import type { Registry } from './registry.ts';
import type { Requests } from './requests.ts';

const CAPABILITIES: Capabilities = {
  engine: ENGINE,
  unsupported: {
    analysis: 'copy the collection into a folder and ask there',
    changes: 'list by seq, which finds what was put, and keep the last number',
    check: "watch the status of the collection in Qdrant's own console",
    explain: 'compare with an answer to exact: true',
    fullText: 'keep a copy in a folder with fullText, and look there for words',
    measureRecall: 'compare with an answer to exact: true',
    recall: 'compare with an answer to exact: true, and set efSearch',
    reembed: 'embed into a new collection, and drop the old one',
    reindex: 'copy into a new collection with another index',
    stats: "describe() counts records, and Qdrant's own telemetry tells what they take",
  },
  weaker: {
    atomicBatches:
      'each record is written whole or not at all; where a batch fails half-way, its first records may be there',
    changeOrder: 'several processes number their changes by their own clocks',
    readYourWrites: 'in a cluster with replicas, one that is behind may answer',
  },
  wordScores: null,
};

interface Known {
  readonly indexes: NumberIndexes;
  /** Those that are remembered. */
  readonly namespaces: Set<string>;
}

/** Collections in a Qdrant. */
export class QdrantBackend implements Backend {
  readonly capabilities = CAPABILITIES;
  readonly location: string;
  private readonly requests: Requests;
  private readonly registry: Registry;
  private readonly clock: ChangeClock;
  private readonly readOnly: boolean;
  /** What this process knows of collections, by their identity. */
  private readonly known = new Map<string, Known>();

  constructor(
    location: string,
    requests: Requests,
    registry: Registry,
    { clock, readOnly }: { readonly clock: ChangeClock; readonly readOnly: boolean },
  ) {
    this.location = location;
    this.requests = requests;
    this.registry = registry;
    this.clock = clock;
    this.readOnly = readOnly;
  }

  async version(): Promise<string> {
    return (await this.requests.ask((client) => client.versionInfo())).version;
  }

  collections(): Promise<StoredCollection[]> {
    return this.registry.collections();
  }

  createCollection(collection: NewCollection): Promise<StoredCollection | undefined> {
    return this.registry.createCollection(collection);
  }

  dropCollection(collection: StoredCollection): Promise<void> {
    return this.registry.dropCollection(collection);
  }

  records(collection: StoredCollection, namespace: string | undefined): RecordStore {
    const place: Place = {
      collection,
      name: this.registry.placeOf(collection),
      namespace: namespace ?? OUTSIDE,
    };
    const { indexes, namespaces } = this.knownOf(collection);
    const reader = new PointReader(this.requests, place, indexes);
    const writer = new RecordWriter(this.requests, reader, place, this.clock, indexes);
    return new RecordPoints(this.requests, place, reader, writer, async () => {
      if (namespace === undefined || namespaces.has(namespace)) return;
      await this.registry.putNamespace(collection, namespace);
      namespaces.add(namespace);
    });
  }

  /** Those that are remembered, and those that have records: another process may have forgotten one meanwhile. */
  async namespaces(collection: StoredCollection, now: number): Promise<NamespaceDescription[]> {
    const names = await this.registry.namespaces(collection);
    const { hits } = await this.requests.ask((client) =>
      client.facet(this.registry.placeOf(collection), {
        key: 'namespace',
        filter: { must_not: [expiredBy(now), isIn(OUTSIDE)] },
        limit: NAMESPACES_MAX,
        exact: true,
      }),
    );
    const counts = new Map(names.map((name) => [name, 0]));
    for (const { value, count } of hits) counts.set(String(value), count);
    const listed = Array.from(counts, ([name, records]) => ({ name, records }));
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async dropNamespace(
    collection: StoredCollection,
    namespace: string,
    now: number,
  ): Promise<number | undefined> {
    const name = this.registry.placeOf(collection);
    const known = await this.registry.namespaces(collection);
    const count = await this.count(name, { must: [isIn(namespace)], must_not: [expiredBy(now)] });
    if (count === 0 && !known.includes(namespace)) return undefined;
    const filter = { must: [isIn(namespace)] };
    await this.requests.ask((client) => client.delete(name, { wait: true, filter }));
    await this.registry.dropNamespace(collection, namespace);
    this.knownOf(collection).namespaces.delete(namespace);
    return count;
  }

  async counts(collection: StoredCollection, now: number): ReturnType<Backend['counts']> {
    const name = this.registry.placeOf(collection);
    const must_not = [expiredBy(now)];
    const records = await this.count(name, { must_not });
    const ofFields: number[] = [];
    for (const field of collection.fields ? fieldsOf(collection) : []) {
      const must = [{ has_vector: vectorNameOf(field) ?? '' }];
      ofFields.push(await this.count(name, { must, must_not }));
    }
    return { records, ofFields };
  }

  async latestChange(collection: StoredCollection): Promise<number> {
    const { points } = await this.requests.ask((client) =>
      client.scroll(this.registry.placeOf(collection), {
        filter: {},
        limit: 1,
        order_by: { key: 'seq', direction: 'desc' },
        with_payload: ['seq'],
        with_vector: false,
      }),
    );
    return Number(points[0]?.payload?.['seq'] ?? 0);
  }

  /** Qdrant gives back space by itself. */
  async compact(collection: StoredCollection, now: number): Promise<void> {
    const filter = { must: [expiredBy(now)] };
    await this.requests.ask((client) =>
      client.delete(this.registry.placeOf(collection), { wait: true, filter }),
    );
  }

  /** There is nothing to close: connections end when nothing has been asked for some seconds. */
  async close(): Promise<void> {}

  private knownOf(collection: StoredCollection): Known {
    const { identity } = collection;
    let known = this.known.get(identity);
    if (!known) {
      const indexes = new NumberIndexes(this.requests, this.registry.placeOf(collection), !this.readOnly);
      known = { indexes, namespaces: new Set() };
      this.known.set(identity, known);
    }
    return known;
  }

  private async count(name: string, filter: Filter): Promise<number> {
    return (await this.requests.ask((client) => client.count(name, { filter, exact: true }))).count;
  }
}

/** The namespace of records outside of all. */
const OUTSIDE = '';

/** Namespaces that are listed at most. */
const NAMESPACES_MAX = 1_000_000;

function isIn(namespace: string): Condition {
  return { key: 'namespace', match: { value: namespace } };
}
