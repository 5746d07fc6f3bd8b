import type { Workshop } from '../advisor/advise.ts';
import type { Advice, AdviseOptions } from '../api/advice.ts';
import type { AnomaliesQuery, Anomaly, AnomalyQuery, AnomalyScore } from '../api/anomaly.ts';
import type { ChangesQuery, RecordChange } from '../api/changes.ts';
import type { Cluster, ClustersQuery } from '../api/cluster.ts';
import type {
  CheckReport,
  Collection,
  CollectionDescription,
  ListPage,
  ListQuery,
  Namespace,
  NamespaceDescription,
  RemoveTarget,
} from '../api/collection.ts';
import type { CollectionStats } from '../api/collection-stats.ts';
import type { Duplicates, DuplicatesQuery } from '../api/duplicate.ts';
import type { Filter } from '../api/filter.ts';
import type { IndexChoice } from '../api/index-options.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import type { RecallWatchOptions } from '../api/recall.ts';
import type { Part, RecordInput, RecordUpdate, StoredRecord } from '../api/record.ts';
import type { ReembedEstimate, ReembedOptions, ReembedTarget } from '../api/reembed.ts';
import type { ReindexOptions } from '../api/reindex.ts';
import type { Hit, Metric, NearestQuery, SearchQuery, SearchResult } from '../api/search.ts';
import { present } from '../base/assert.ts';
import { adviseCollection } from './advise-collection.ts';
import { AnomalyDetector } from './analysis/anomaly-detector.ts';
import { findClusters } from './analysis/find-clusters.ts';
import { findDuplicates } from './analysis/find-duplicates.ts';
import { tellChanges } from './changes/tell-changes.ts';
import { checkCollection } from './check.ts';
import { chooseField } from './choose-fields.ts';
import type { CollectionState } from './collection-state.ts';
import { statsOf } from './collection-stats.ts';
import { describeCollection } from './describe-collection.ts';
import { ExpiredRemoval } from './expiry/removal.ts';
import { isThere, slotsOf } from './find-slots.ts';
import { followerOf } from './follow.ts';
import { listRecords } from './listing.ts';
import { readNamespaceName } from './namespace-names.ts';
import { dropNamespace, listNamespaces } from './namespaces.ts';
import { readId } from './read-records.ts';
import { watchRecall } from './recall/watch-collection.ts';
import { getRecords, readParts } from './record-view.ts';
import { estimateReembed } from './reembed/estimate.ts';
import { clearLeftSets } from './reembed/pending-set.ts';
import { readReembedding, readReembedTarget } from './reembed/read-target.ts';
import { Reembedder } from './reembed/reembedder.ts';
import { Reindexer, readReindexOptions } from './reindexer.ts';
import { readTarget } from './remove-target.ts';
import { nearestRecords } from './search/nearest.ts';
import { searchManyRecords, searchRecords } from './search/search-records.ts';
import { updateRecords } from './update.ts';
import type { VectorField } from './vector-field.ts';
import { readWhole } from './whole-read.ts';
import { addRecords, removeSlots, upsertRecords } from './write.ts';

/** The public face of an open collection: every call checks that it is open, then goes to its own room. */
export class EmbeddedCollection implements Collection<Metadata>, Namespace<Metadata> {
  private readonly state: CollectionState;
  /** Brings a reading process up to what has been committed; nothing to do for the writing one. */
  private readonly follow: (() => Promise<void>) | undefined;

  /** Of each of its vectors. */
  private readonly reindexers: ReadonlyMap<VectorField, Reindexer>;
  private readonly reembedder: Reembedder;
  private readonly anomalyDetector: AnomalyDetector;
  private readonly border: number | undefined;
  private readonly workshop: Workshop;

  /**
   * @param workshop where indexes are tried
   * @param border of the automatic choice of the index, other than the measured one for tests
   * @param whole the collection, where this is one of its namespaces
   */
  constructor(state: CollectionState, workshop: Workshop, border?: number, whole?: EmbeddedCollection) {
    this.state = state;
    this.workshop = workshop;
    this.border = border;
    this.reindexers =
      whole?.reindexers ??
      new Map(state.fields.map((field) => [field, new Reindexer(state.of(field), border)]));
    this.reembedder = whole?.reembedder ?? new Reembedder(state, (field) => this.reindexerOf(field), border);
    this.anomalyDetector = new AnomalyDetector(state);
    this.follow = whole ? whole.follow : state.store.writer ? undefined : followerOf(state);
    if (whole) return;
    if (state.store.writer) beginRemoval(state);
    this.review();
  }

  get name(): string {
    return this.state.namespaceName ?? this.collection;
  }

  get collection(): string {
    return this.state.collectionName;
  }

  get dimension(): number {
    return this.first.dimension;
  }

  get metric(): Metric {
    return this.first.metric;
  }

  private get first(): VectorField {
    return present(this.state.fields[0], 'the first of the vectors');
  }

  async add(records: readonly RecordInput<Metadata>[]): Promise<string[]> {
    return this.writing(() => addRecords(this.state, records));
  }

  async upsert(records: readonly RecordInput<Metadata>[]): Promise<string[]> {
    return this.writing(() => upsertRecords(this.state, records));
  }

  async update(changes: readonly RecordUpdate<Metadata>[]): Promise<void> {
    return this.writing(() => updateRecords(this.state, changes));
  }

  async remove(target: RemoveTarget<Metadata>): Promise<number> {
    return this.writing(() => this.removeTarget(target));
  }

  private async removeTarget(target: RemoveTarget<Metadata>): Promise<number> {
    const { state } = this;
    const where = `remove from ${state.thing}`;
    const ids = readTarget(where, target);
    if (ids) {
      return state.writes.run(async () => {
        state.requireOpen();
        const slots = await slotsOf(state, [...new Set(ids)]);
        return removeSlots(state, Uint32Array.from(slots.filter((slot) => isThere(state, slot))));
      });
    }
    const predicate = state.filter.parse(where, (target as { filter: unknown }).filter);
    await state.prepare(predicate);
    return state.writes.run(async () => {
      await state.whole();
      return removeSlots(state, (state.allowed(predicate)?.slots ?? state.slots.live).toArray());
    });
  }

  get(id: string, include?: readonly Part[]): Promise<StoredRecord<Metadata> | undefined>;
  get(ids: readonly string[], include?: readonly Part[]): Promise<(StoredRecord<Metadata> | undefined)[]>;
  async get(
    idOrIds: string | readonly string[],
    include?: readonly Part[],
  ): Promise<StoredRecord<Metadata> | undefined | (StoredRecord<Metadata> | undefined)[]> {
    return this.reading(async () => {
      const where = `get from ${this.state.thing}`;
      const parts = readParts(this.state, where, include);
      const ids = Array.from(Array.isArray(idOrIds) ? idOrIds : [idOrIds], (id) => readId(where, id));
      const records = await getRecords(this.state, ids, parts);
      return Array.isArray(idOrIds) ? records : records[0];
    });
  }

  async count(filter?: Filter<AnyMetadata>): Promise<number> {
    const { state } = this;
    return this.reading(async () => {
      if (filter === undefined) return state.count;
      const predicate = state.filter.parse(`count ${state.thing}`, filter);
      await state.prepare(predicate);
      const { count } = await readWhole(state, async () => {
        await state.whole();
        return { whole: true, count: state.allowed(predicate)?.count ?? state.count };
      });
      return count;
    });
  }

  async list(query?: ListQuery<Metadata>): Promise<ListPage<Metadata>> {
    return this.reading(() => listRecords(this.state, query));
  }

  async search(query: SearchQuery<Metadata>): Promise<SearchResult<Metadata>> {
    return this.reading(() => searchRecords(this.state, query));
  }

  async searchMany(queries: readonly SearchQuery<Metadata>[]): Promise<SearchResult<Metadata>[]> {
    return this.reading(() => searchManyRecords(this.state, queries));
  }

  async anomalies(query?: AnomaliesQuery<Metadata>): Promise<Anomaly<Metadata>[]> {
    return this.reading(() => this.anomalyDetector.anomalies(query));
  }

  async anomaly(query: AnomalyQuery<Metadata>): Promise<AnomalyScore> {
    return this.reading(() => this.anomalyDetector.anomaly(query));
  }

  async duplicates(query: DuplicatesQuery<Metadata>): Promise<Duplicates> {
    return this.reading(() => findDuplicates(this.state, query));
  }

  async clusters(query: ClustersQuery<Metadata>): Promise<Cluster<Metadata>[]> {
    return this.reading(() => findClusters(this.state, query));
  }

  nearest(query: NearestQuery<Metadata>): AsyncIterableIterator<Hit<Metadata>> {
    return nearestRecords(this.state, query, (read) => this.reading(read));
  }

  changes(query?: ChangesQuery): AsyncIterableIterator<RecordChange<Metadata>> {
    return tellChanges(this.state, query, (read) => this.reading(read));
  }

  namespace(name: string): Namespace<Metadata> {
    const thing = `namespace of ${this.state.thing}`;
    return new EmbeddedCollection(
      this.state.within(readNamespaceName(thing, name)),
      this.workshop,
      this.border,
      this,
    );
  }

  async listNamespaces(): Promise<NamespaceDescription[]> {
    return this.reading(() => listNamespaces(this.state));
  }

  async dropNamespace(name: string): Promise<number> {
    this.forWriting();
    const thing = `drop a namespace of ${this.state.thing}`;
    const within = this.state.within(readNamespaceName(thing, name));
    return this.whileOpen(() => dropNamespace(within));
  }

  async describe(): Promise<CollectionDescription> {
    const { state, border } = this;
    const now = () => state.expiry.now();
    return this.reading(() => describeCollection(state.stored, state.store.reader, now(), border));
  }

  async advise(options?: AdviseOptions<Metadata>): Promise<Advice> {
    return this.reading(() => adviseCollection(this.state, options, this.workshop));
  }

  async watchRecall(options?: RecallWatchOptions | false): Promise<void> {
    await this.reading(() => watchRecall(this.state, options));
  }

  async stats(): Promise<CollectionStats> {
    return this.reading(() => statsOf(this.state, this.name, this.recordCount));
  }

  async check(): Promise<CheckReport> {
    return this.reading(() => checkCollection(this.state));
  }

  async flush(): Promise<void> {
    await this.reading(async () => {
      for (const { index } of this.state.fields) await index.flush();
    });
  }

  async reindex(index: IndexChoice, options?: ReindexOptions): Promise<boolean> {
    this.forWriting();
    return this.whileOpen(async () => {
      const { state } = this;
      const thing = `reindex ${state.thing}`;
      const read = readReindexOptions(thing, options);
      return this.reindexerOf(chooseField(state, thing, read.field)).reindex(index, read);
    });
  }

  async reembed(options: ReembedOptions): Promise<boolean> {
    this.forWriting();
    return this.whileOpen(() => {
      const thing = `reembed ${this.state.thing}`;
      return this.reembedder.reembed(thing, readReembedding(this.state, thing, options));
    });
  }

  async estimateReembed(target: ReembedTarget): Promise<ReembedEstimate> {
    const thing = `estimateReembed of ${this.state.thing}`;
    return this.reading(() =>
      estimateReembed(this.state, thing, readReembedTarget(this.state, thing, target)),
    );
  }

  async compact(): Promise<void> {
    this.forWriting();
    await this.whileOpen(async () => {
      await this.state.removal?.removeAll();
      await this.state.writes.idle();
      for (const { index } of this.state.fields) await index.compact();
      await this.state.writer.optimizeFullText(this.state.id);
      await clearLeftSets(this.state);
      await this.state.writer.reclaim();
    });
  }

  /** Records of all namespaces. */
  private get recordCount(): number {
    const { store, id, expiry } = this.state;
    return store.reader.count(id, { now: expiry.now() });
  }

  /** Answers a question about the collection as it is now. */
  private async reading<T>(read: () => Promise<T> | T): Promise<T> {
    this.state.requireOpen();
    await this.state.turns.pause();
    const question = async () => {
      await this.follow?.();
      this.state.requireOpen();
      const answer = await read();
      // A reading process learns only from the store that vectors were exchanged meanwhile.
      await this.follow?.();
      return answer;
    };
    return this.whileOpen(() => this.state.exchange.steady(question));
  }

  /**
   * Where the collection is closed or dropped meanwhile, the caller is told that rather than what failed because
   * of it, or what of a dropped collection was found before the rest was gone.
   */
  private async whileOpen<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work();
      this.state.requireThere();
      return answer;
    } catch (error) {
      this.state.requireOpen();
      throw error;
    }
  }

  /** After a write the collection may have the size for another index. */
  private async writing<T>(write: () => Promise<T>): Promise<T> {
    this.forWriting();
    const answer = await write();
    this.review();
    return answer;
  }

  private reindexerOf(field: VectorField): Reindexer {
    return present(this.reindexers.get(field), 'the reindexer of a field');
  }

  private review(): void {
    for (const reindexer of this.reindexers.values()) reindexer.review();
  }

  private forWriting(): void {
    this.state.requireOpen();
    void this.state.writer;
  }
}

/** Removes what expires, from now on. */
function beginRemoval(state: CollectionState): void {
  const { reader } = state.store;
  const first = { at: -Number.MAX_SAFE_INTEGER, slot: 0 };
  state.removal = new ExpiredRemoval({
    now: () => state.expiry.now(),
    due: (until, limit) => reader.expiring(state.id, { after: first, until, limit }),
    nextExpiry: () => reader.nextExpiry(state.id, first.at),
    remove: (choose) =>
      state.writes.run(async () => {
        state.requireOpen();
        await removeSlots(state, choose());
      }),
    warn: (code, what, cause) => state.fields[0]?.index.warn(code, what, cause),
  });
  state.removal.begin();
}
