import { isDeepStrictEqual } from 'node:util';
import type { Capability } from '../../api/capabilities.ts';
import type {
  Collection,
  CollectionDescription,
  ListPage,
  ListQuery,
  Namespace,
  NamespaceDescription,
  RemoveTarget,
} from '../../api/collection.ts';
import type { CollectionStats } from '../../api/collection-stats.ts';
import type { Filter } from '../../api/filter.ts';
import type { IndexChoice } from '../../api/index-options.ts';
import type { AnyMetadata, Metadata } from '../../api/metadata.ts';
import type { Part, RecordInput, RecordUpdate, StoredRecord } from '../../api/record.ts';
import type { ReindexOptions } from '../../api/reindex.ts';
import type { Hit, Metric, NearestQuery, SearchQuery, SearchResult } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import type { VecinoError } from '../../base/errors.ts';
import { chooseField } from '../../engine/choose-fields.ts';
import { namespaceNotFound, readNamespaceName } from '../../engine/namespace-names.ts';
import { cursorOf, readList } from '../../engine/read-list.ts';
import { readId } from '../../engine/read-records.ts';
import { readParts } from '../../engine/record-view.ts';
import { readReindexOptions } from '../../engine/reindexer.ts';
import { ENGINE_ORDER } from './backend.ts';
import { describeRemote } from './describe-remote.ts';
import { nearestRemote } from './nearest-remote.ts';
import type { RemoteState } from './remote-state.ts';
import { remoteStats } from './remote-stats.ts';
import { recordOf } from './remote-view.ts';
import { searchManyRemote, searchRemote } from './search-remote.ts';
import { requireCapability, unsupported } from './unsupported.ts';
import { addRemote, removeRemote, updateRemote, upsertRemote } from './write-remote.ts';

/** The public face of a collection that an engine elsewhere keeps. */
export class RemoteCollection implements Collection<Metadata>, Namespace<Metadata> {
  private readonly state: RemoteState;

  constructor(state: RemoteState) {
    this.state = state;
  }

  get name(): string {
    return this.state.namespaceName ?? this.collection;
  }

  get collection(): string {
    return this.state.stored.name;
  }

  get dimension(): number {
    return this.state.first.dimension;
  }

  get metric(): Metric {
    return this.state.first.metric;
  }

  async add(records: readonly RecordInput<Metadata>[]): Promise<string[]> {
    this.state.requireWritable();
    return addRemote(this.state, records);
  }

  async upsert(records: readonly RecordInput<Metadata>[]): Promise<string[]> {
    this.state.requireWritable();
    return upsertRemote(this.state, records);
  }

  async update(changes: readonly RecordUpdate<Metadata>[]): Promise<void> {
    this.state.requireWritable();
    return updateRemote(this.state, changes);
  }

  async remove(target: RemoveTarget<Metadata>): Promise<number> {
    this.state.requireWritable();
    return removeRemote(this.state, target);
  }

  get(id: string, include?: readonly Part[]): Promise<StoredRecord<Metadata> | undefined>;
  get(ids: readonly string[], include?: readonly Part[]): Promise<(StoredRecord<Metadata> | undefined)[]>;
  async get(
    idOrIds: string | readonly string[],
    include?: readonly Part[],
  ): Promise<StoredRecord<Metadata> | undefined | (StoredRecord<Metadata> | undefined)[]> {
    const { state } = this;
    state.requireOpen();
    const where = `get from ${state.thing}`;
    const parts = readParts(state, where, include);
    const ids = Array.from(Array.isArray(idOrIds) ? idOrIds : [idOrIds], (id) => readId(where, id));
    const rows = await state.records.rows(ids, parts, state.expiry.now());
    const records = rows.map((row) => row && recordOf(state, row));
    return Array.isArray(idOrIds) ? records : records[0];
  }

  async count(filter?: Filter<AnyMetadata>): Promise<number> {
    const { state } = this;
    state.requireOpen();
    const predicate = filter === undefined ? undefined : state.filter.parse(`count ${state.thing}`, filter);
    return state.records.count({ now: state.expiry.now(), predicate });
  }

  async list(query?: ListQuery<Metadata>): Promise<ListPage<Metadata>> {
    const { state } = this;
    state.requireOpen();
    const thing = `list ${state.thing}`;
    const { capabilities } = state.backend;
    const read = readList(
      state,
      thing,
      query,
      capabilities.weaker.listOrder === undefined ? 'seq' : ENGINE_ORDER,
    );
    if (read.orderBy !== ENGINE_ORDER && (query?.orderBy ?? query?.order) !== undefined)
      requireCapability(thing, capabilities, 'order');
    const rows = await state.records.list({ ...read, limit: read.limit + 1, now: state.expiry.now() });
    const records = rows.slice(0, read.limit).map(({ row }) => recordOf(state, row));
    const last = rows[read.limit - 1];
    if (rows.length <= read.limit || !last) return { records };
    const { row, key } = last;
    return {
      records,
      cursor: cursorOf({ query: read.identity, id: row.id, ...(key !== undefined && { key }) }),
    };
  }

  async search(query: SearchQuery<Metadata>): Promise<SearchResult<Metadata>> {
    this.state.requireOpen();
    return searchRemote(this.state, query);
  }

  async searchMany(queries: readonly SearchQuery<Metadata>[]): Promise<SearchResult<Metadata>[]> {
    this.state.requireOpen();
    return searchManyRemote(this.state, queries);
  }

  namespace(name: string): Namespace<Metadata> {
    const thing = `namespace of ${this.state.thing}`;
    requireCapability(thing, this.state.backend.capabilities, 'namespaces');
    return new RemoteCollection(this.state.within(readNamespaceName(thing, name)));
  }

  async listNamespaces(): Promise<NamespaceDescription[]> {
    const { state } = this;
    state.requireOpen();
    requireCapability(`namespaces of ${state.thing}`, state.backend.capabilities, 'namespaces');
    return this.namespaces();
  }

  async dropNamespace(name: string): Promise<number> {
    const { state } = this;
    state.requireWritable();
    const thing = `drop a namespace of ${state.thing}`;
    requireCapability(thing, state.backend.capabilities, 'namespaces');
    const within = state.within(readNamespaceName(thing, name));
    const now = state.expiry.now();
    const count = await state.backend.dropNamespace?.(state.stored, name, now);
    if (count !== undefined) return count;
    const known = await this.namespaces();
    throw namespaceNotFound(
      within.thing,
      name,
      known.map((one) => one.name),
    );
  }

  async describe(): Promise<CollectionDescription> {
    const { stored, backend, settings, expiry } = this.state;
    this.state.requireOpen();
    return describeRemote(stored, await backend.counts(stored, expiry.now()), settings.serving);
  }

  async stats(): Promise<CollectionStats> {
    this.state.requireOpen();
    requireCapability(`stats of ${this.state.thing}`, this.state.backend.capabilities, 'stats');
    return remoteStats(this.state);
  }

  /** Where the index is the one that is asked for there is nothing to do, whatever the engine can. */
  async reindex(index: IndexChoice, options?: ReindexOptions): Promise<boolean> {
    const { state } = this;
    state.requireWritable();
    const thing = `reindex ${state.thing}`;
    const field = chooseField(state, thing, readReindexOptions(thing, options).field);
    if (isDeepStrictEqual(state.settings.serving(field.stored).index, index)) return false;
    throw this.lack('reindex', 'reindex');
  }

  /** Nothing is linked later: an engine elsewhere indexes with each write. */
  async flush(): Promise<void> {
    this.state.requireOpen();
  }

  async compact(): Promise<void> {
    this.state.requireWritable();
    await this.state.backend.compact(this.state.stored, this.state.expiry.now());
  }

  readonly anomalies = this.lacking('anomalies', 'analysis');
  readonly anomaly = this.lacking('anomaly', 'analysis');
  readonly duplicates = this.lacking('duplicates', 'analysis');
  readonly clusters = this.lacking('clusters', 'analysis');
  readonly advise = this.lacking('advise', 'analysis');
  readonly check = this.lacking('check', 'check');
  readonly reembed = this.lacking('reembed', 'reembed');
  readonly estimateReembed = this.lacking('estimateReembed', 'reembed');
  readonly watchRecall = this.lacking('watchRecall', 'recall');

  nearest(query: NearestQuery<Metadata>): AsyncIterableIterator<Hit<Metadata>> {
    return this.lacks('nearest') ? this.lackingLoop('nearest') : nearestRemote(this.state, query);
  }

  changes(): AsyncIterableIterator<never> {
    return this.lackingLoop('changes');
  }

  private async namespaces(): Promise<NamespaceDescription[]> {
    const { stored, backend, expiry } = this.state;
    return present(await backend.namespaces?.(stored, expiry.now()), 'the namespaces');
  }

  private lacks(capability: Capability): boolean {
    return this.state.backend.capabilities.unsupported[capability] !== undefined;
  }

  private lacking(what: string, capability: Capability): () => Promise<never> {
    return async () => {
      this.state.requireOpen();
      throw this.lack(what, capability);
    };
  }

  /** As the engine's own loops do, it fails when the loop begins. */
  private lackingLoop(capability: Capability): AsyncIterableIterator<never> {
    const next = this.lacking(capability, capability);
    return {
      next,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  private lack(what: string, capability: Capability): VecinoError {
    const { engine, unsupported: lacks } = this.state.backend.capabilities;
    const thing = `${what} of ${this.state.thing}`;
    return unsupported(
      thing,
      engine,
      capability,
      lacks[capability] ?? 'keep the collection in a folder for it',
    );
  }
}
