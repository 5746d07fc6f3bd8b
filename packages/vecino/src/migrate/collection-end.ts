import type { Collection, CollectionDescription, ListQuery, Namespace } from '../api/collection.ts';
import type { Database } from '../api/database.ts';
import type { JsonObject } from '../api/metadata.ts';
import type { MigrationEndDescription } from '../api/migration.ts';
import type { Part, RecordInput, StoredRecord } from '../api/record.ts';
import type { EndSettings, EndVectors, ReadableEnd, WritableEnd } from './end.ts';
import { CONTENT_PARTS } from './fingerprint.ts';
import type { PageSize } from './page-size.ts';
import type { Persistence } from './persistence.ts';
import { bytesOf, type MigratedRecord, NAMELESS, type Page, type Position } from './record.ts';

/** The calls that a collection and its namespaces have in common. */
type Records = Omit<Namespace, 'collection'>;

/** How the records of a collection are read. */
export type Order = 'seq' | 'id';

/** Behind these records of a namespace; without a cursor behind all of them. */
interface CollectionPosition {
  readonly namespace: string | null;
  readonly cursor: string | null;
}

/** What the feed tells of a namespace: in each batch every id once. */
export interface ChangedRecords {
  readonly namespace: string | undefined;
  readonly puts: readonly MigratedRecord[];
  readonly removes: readonly string[];
  /** Everything up to this number has been told. */
  readonly seq: number;
}

/** Records of a feed's batch. */
const CHANGES_AT_ONCE = 256;

/** A collection of a database as an end: everything goes through the public contract, so every engine is one. */
export class CollectionEnd implements ReadableEnd, WritableEnd {
  readonly description: MigrationEndDescription;
  readonly identity: string;
  readonly parts: ReadableEnd['parts'] = new Set(CONTENT_PARTS);
  readonly database: Database;
  readonly name: string;
  readonly collection: Collection;
  readonly settings: EndSettings;
  private readonly described: CollectionDescription;
  private readonly persistence: Persistence;
  /** In the order of changes what is written meanwhile comes last and is not missed; by id each record comes once. */
  private readonly orderBy: Order;

  static async open(
    database: Database,
    name: string,
    persistence: Persistence,
    orderBy: Order = 'seq',
  ): Promise<CollectionEnd> {
    const collection = await persistence.run(() => database.openCollection(name));
    const described = await persistence.run(() => collection.describe());
    return new CollectionEnd(database, collection, described, persistence, orderBy);
  }

  private constructor(
    database: Database,
    collection: Collection,
    described: CollectionDescription,
    persistence: Persistence,
    orderBy: Order,
  ) {
    this.database = database;
    this.name = described.name;
    this.collection = collection;
    this.described = described;
    this.settings = settingsOf(described);
    this.persistence = persistence;
    this.orderBy = orderBy;
    this.description = describeEnd(database, described.name);
    this.identity = `${database.location}#${described.name}`;
  }

  /** In the order in which the collection has them. */
  get fields(): readonly string[] {
    return [...this.settings.fields.keys()];
  }

  get hasNames(): boolean {
    return this.described.vectors !== undefined;
  }

  private can(capability: 'changes' | 'namespaces' | 'stats'): boolean {
    return this.database.capabilities.unsupported[capability] === undefined;
  }

  async count(): Promise<number> {
    return (await this.persistence.run(() => this.collection.describe())).records;
  }

  /** Of those that were there when the end was opened. */
  recordsWith(field: string): { readonly having: number; readonly lacking: number } {
    const { records, vectors } = this.described;
    const having = vectors?.[field]?.records ?? records;
    return { having, lacking: records - having };
  }

  /** Undefined where the engine does not number its changes, or does not tell of removed records. */
  async latestChange(): Promise<number | undefined> {
    if (!this.can('changes') || !this.can('stats')) return undefined;
    return (await this.persistence.run(() => this.collection.stats())).seq;
  }

  /** Those that have records, and undefined for what is outside of all, in a fixed order. */
  async namespaces(): Promise<(string | undefined)[]> {
    if (!this.can('namespaces')) return [undefined];
    const known = await this.persistence.run(() => this.collection.listNamespaces());
    return [undefined, ...known.map(({ name }) => name).sort()];
  }

  async *pages(from: Position | undefined, size: PageSize): AsyncGenerator<Page> {
    const start = from as unknown as CollectionPosition | undefined;
    for (const namespace of await this.namespaces()) {
      if (start && isBefore(namespace, start.namespace ?? undefined)) continue;
      const isSame = start !== undefined && (namespace ?? null) === start.namespace;
      if (isSame && start.cursor === null) continue;
      yield* this.pagesOf(namespace, isSame ? (start.cursor ?? undefined) : undefined, size);
    }
  }

  private async *pagesOf(
    namespace: string | undefined,
    from: string | undefined,
    size: PageSize,
  ): AsyncGenerator<Page> {
    let cursor = from;
    do {
      const query = {
        ...{ limit: size.records, include: this.include, ...this.order },
        ...(cursor !== undefined && { cursor }),
      };
      const page = await this.persistence.run(() => this.within(namespace).list(query));
      const records = page.records.map((record) => this.migrated(record));
      size.saw(
        records.length,
        records.reduce((sum, record) => sum + bytesOf(record), 0),
      );
      cursor = page.cursor;
      const position = { namespace: namespace ?? null, cursor: cursor ?? null };
      yield { namespace, records, position };
    } while (cursor !== undefined);
  }

  readonly lookUp = async (
    namespace: string | undefined,
    ids: readonly string[],
  ): Promise<readonly (MigratedRecord | undefined)[]> => {
    if (ids.length === 0) return [];
    const found = await this.persistence.run(() => this.within(namespace).get(ids, this.include));
    return found.map((record) => record && this.migrated(record));
  };

  async write(namespace: string | undefined, records: readonly MigratedRecord[]): Promise<void> {
    if (records.length === 0) return;
    const inputs = records.map((record) => this.inputOf(record));
    await this.persistence.run(() => this.within(namespace).upsert(inputs));
  }

  async remove(namespace: string | undefined, ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return this.persistence.run(() => this.within(namespace).remove(ids));
  }

  /** What has changed after a number, namespace by namespace. */
  async *changes(since: number, signal: AbortSignal | undefined): AsyncGenerator<ChangedRecords> {
    for (const namespace of await this.namespaces()) {
      let puts: MigratedRecord[] = [];
      let removes: string[] = [];
      let seq = since;
      const query = { since, include: this.include, ...(signal && { signal }) };
      for await (const change of this.within(namespace).changes(query)) {
        seq = change.seq;
        if (change.kind === 'put') puts.push(this.migrated(change));
        else removes.push(change.id);
        if (puts.length + removes.length < CHANGES_AT_ONCE) continue;
        yield { namespace, puts, removes, seq };
        [puts, removes] = [[], []];
      }
      if (puts.length + removes.length > 0) yield { namespace, puts, removes, seq };
    }
  }

  /** Waits until searches answer as they will from then on: an index that chooses itself may just have grown out of one. */
  async settle(
    onProgress: (records: number, total: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const [field, { index }] of this.settings.fields) {
      // One that was chosen by name is what it is to be.
      if (index === undefined || (typeof index === 'object' ? index.family : index) !== 'auto') continue;
      await this.collection.reindex(index, {
        ...(field !== NAMELESS && { field }),
        ...(signal && { signal }),
        onProgress: ({ records, total }) => onProgress(records, total),
      });
    }
    await this.collection.flush();
  }

  /** The records of a namespace, or those outside of all. */
  within(namespace: string | undefined): Records {
    return namespace === undefined ? this.collection : this.collection.namespace(namespace);
  }

  /** Who has opened the database closes it: see `OpenEnds`. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** An engine that would go through all records for each page gives them in an order of its own. */
  private get order(): Pick<ListQuery, 'orderBy'> {
    const { unsupported, weaker } = this.database.capabilities;
    return (unsupported.order ?? weaker.listOrder) ? {} : { orderBy: this.orderBy };
  }

  private get include(): readonly Part[] {
    return ['document', 'metadata', this.hasNames ? 'vectors' : 'vector', 'expiresAt'];
  }

  private migrated({ id, vector, vectors, document, metadata, expiresAt }: StoredRecord): MigratedRecord {
    return {
      id,
      vectors: new Map(vectors ? Object.entries(vectors) : vector ? [[NAMELESS, vector]] : []),
      document,
      metadata: (metadata ?? {}) as JsonObject,
      expiresAt: expiresAt?.getTime(),
    };
  }

  private inputOf({ id, vectors, document, metadata, expiresAt }: MigratedRecord): RecordInput {
    const rest = {
      id,
      metadata,
      ...(document !== undefined && { document }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    const nameless = vectors.get(NAMELESS);
    if (!this.hasNames) return { ...rest, ...(nameless && { vector: nameless }) };
    // Null for those that the record lacks: else the collection's model would make them.
    return {
      ...rest,
      vectors: Object.fromEntries(this.fields.map((name) => [name, vectors.get(name) ?? null])),
    };
  }
}

export function describeEnd(database: Database, collection: string): MigrationEndDescription {
  return { location: database.location, collection, engine: database.capabilities.engine };
}

/** Of a whole collection, whatever its vectors are called. */
export function settingsOf(described: CollectionDescription): EndSettings {
  const { vectors, fullText } = described;
  const fields: [string, EndVectors][] = vectors
    ? Object.entries(vectors).map(([name, one]) => [name, one])
    : [[NAMELESS, { ...described, text: null }]];
  return {
    fields: new Map(
      fields.map(([name, { dimension, metric, index, embedding, text }]) => [
        name,
        { dimension, metric, index, embedding, text },
      ]),
    ),
    fullText: fullText ?? undefined,
  };
}

/** Outside of all comes before every name. */
function isBefore(one: string | undefined, other: string | undefined): boolean {
  if (other === undefined) return false;
  return one === undefined || one < other;
}
