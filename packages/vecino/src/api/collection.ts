import type { OptionSpecs } from '../base/options.ts';
import type { Advice, AdviseOptions } from './advice.ts';
import type { AnomaliesQuery, Anomaly, AnomalyQuery, AnomalyScore } from './anomaly.ts';
import type { ChangesQuery, RecordChange } from './changes.ts';
import type { Cluster, ClustersQuery } from './cluster.ts';
import type { CollectionStats } from './collection-stats.ts';
import type { Duplicates, DuplicatesQuery } from './duplicate.ts';
import type { Filter, PathOf } from './filter.ts';
import type { FullTextLanguage, FullTextOptions } from './full-text.ts';
import type { Embedding } from './image.ts';
import {
  type CompleteIndexChoice,
  type IndexChoice,
  type IndexOptions,
  RECALL_OPTION,
} from './index-options.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { RecallWatchOptions } from './recall.ts';
import type { Part, RecordInput, RecordUpdate, StoredRecord } from './record.ts';
import type { ReembedDescription, ReembedEstimate, ReembedOptions, ReembedTarget } from './reembed.ts';
import type { ReindexOptions } from './reindex.ts';
import type { Hit, Metric, NearestQuery, SearchQuery, SearchResult } from './search.ts';
import type { VectorFieldDescription, VectorFieldOptions } from './vector-field.ts';

/** What a collection is made of, and what opening it again is checked against. */
export interface CollectionOptions {
  /** Length of every vector, 1 to 8,192; taken from `embedding` where that is given. */
  readonly dimension?: number;
  /** Default `cosine`. */
  readonly metric?: Metric;
  /** Turns documents and query texts, or pictures, into vectors; its identity is recorded. */
  readonly embedding?: Embedding;
  /**
   * Several vectors a record, by name, in the place of `dimension`, `metric`, `embedding`, `index` and `recall`, which are then
   * each vector's own: 1 to 16. Names begin with a letter and go on with letters, digits, `_` and `-`, up to 64
   * characters; `vector` and `fullText` are taken. They are fixed when the collection is created; opened again, it
   * may be given those whose embeddings are needed.
   */
  readonly vectors?: { readonly [name: string]: VectorFieldOptions };
  /** Default `auto`: exact search for a small collection, an approximate index for a large one. */
  readonly index?: IndexChoice;
  /**
   * The share of the true nearest neighbours that answers should have, as a mean over queries: 0.5 to 0.999, default
   * 0.95. The same as `recall` among the options of `index`, for who names nothing else: efforts are then calibrated on
   * the collection's own vectors, kept with the index, and measured anew as they change.
   */
  readonly recall?: number;
  /**
   * Indexes the words of documents, or of fields of metadata, so that `search` can look for them; `true` for English
   * documents. A collection that was created without gets it when it is opened with it, which takes a second for
   * some 20,000 short documents; from then on it has it.
   */
  readonly fullText?: true | FullTextOptions;
}

export const COLLECTION_OPTIONS = {
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'Length of every vector.' },
  metric: { kind: 'choice', values: ['cosine', 'dot', 'l2'], about: 'How nearness is measured.' },
  embedding: { kind: 'opaque', about: 'Turns documents and query texts into vectors.' },
  index: { kind: 'opaque', about: 'Family of the index, or its options.' },
  ...RECALL_OPTION,
  vectors: { kind: 'opaque', about: 'Several vectors a record, by name.' },
  fullText: { kind: 'opaque', about: 'Whether and how words are indexed.' },
} as const satisfies OptionSpecs;

/**
 * A collection's fixed properties. Of one whose vectors have names, `dimension`, `metric`, `embedding`, `index` and
 * `serving` are those of the first of them.
 */
export interface CollectionDescription {
  readonly name: string;
  readonly dimension: number;
  readonly metric: Metric;
  /** The recorded embedder, or null where vectors come from the caller. */
  readonly embedding: { readonly name: string; readonly dimension: number } | null;
  /** What was asked for. */
  readonly index: CompleteIndexChoice;
  /** How words are indexed, or null where they are not. */
  readonly fullText: { readonly language: FullTextLanguage; readonly fields: readonly string[] } | null;
  /** What answers searches at this moment, and why in one sentence. */
  readonly serving: { readonly options: Required<IndexOptions>; readonly reason: string };
  readonly records: number;
  /** The change of the model that was begun; absent where none was, and where vectors have names. */
  readonly reembedding?: ReembedDescription;
  /** By name, in the order in which they were named; absent where there is one vector without a name. */
  readonly vectors?: Readonly<Record<string, VectorFieldDescription>>;
}

/** What `check` found; `problems` is empty where all is well. */
export interface CheckReport {
  readonly collection: string;
  readonly records: number;
  readonly problems: readonly string[];
}

/** Records asked for page by page. */
export interface ListQuery<M extends Metadata = AnyMetadata> {
  readonly filter?: Filter<M>;
  /** `id`, `seq` (order of change, the default) or a metadata path; records that lack it come last. */
  readonly orderBy?: 'id' | 'seq' | PathOf<M>;
  /** Default `asc`. */
  readonly order?: 'asc' | 'desc';
  /** 1 to 10,000, default 100. */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
  /** Default document and metadata. */
  readonly include?: readonly Part[];
}

export interface ListPage<M extends Metadata = AnyMetadata> {
  readonly records: readonly StoredRecord<M>[];
  /** Asks for the next page; absent on the last. */
  readonly cursor?: string;
}

/** A namespace of a collection, and what it holds. */
export interface NamespaceDescription {
  readonly name: string;
  readonly records: number;
}

/** What to remove: ids, or everything that matches a filter. */
export type RemoveTarget<M extends Metadata = AnyMetadata> =
  | string
  | readonly string[]
  | { readonly filter: Filter<M> };

/**
 * A named set of records that share dimension and metric.
 *
 * Every write is one transaction: it is applied wholly or not at all, and it is durable when the promise
 * resolves. A search that starts after that sees it. `count`, `list` and `search` see a batch wholly or not at all.
 *
 * What a call is given must stay as it is until the promise resolves, but for the array of a batch itself,
 * which may be emptied at once to collect the next one.
 */
export interface Collection<M extends Metadata = AnyMetadata> {
  readonly name: string;
  readonly dimension: number;
  readonly metric: Metric;

  /** Stores new records and answers their ids. `ID_EXISTS` where one is there already. */
  add(records: readonly RecordInput<M>[]): Promise<string[]>;
  /** Stores records, replacing those that are there, and answers their ids. */
  upsert(records: readonly RecordInput<M>[]): Promise<string[]>;
  /** Changes parts of stored records. `RECORD_NOT_FOUND` where one is not there. */
  update(changes: readonly RecordUpdate<M>[]): Promise<void>;
  /** Removes records and answers how many were there. */
  remove(target: RemoveTarget<M>): Promise<number>;

  /** The stored record, or undefined. By default with document and metadata. */
  get(id: string, include?: readonly Part[]): Promise<StoredRecord<M> | undefined>;
  /** The stored records in the order of the ids, undefined where there is none. */
  get(ids: readonly string[], include?: readonly Part[]): Promise<(StoredRecord<M> | undefined)[]>;
  count(filter?: Filter<M>): Promise<number>;
  list(query?: ListQuery<M>): Promise<ListPage<M>>;

  /** The nearest records to a vector, a text or a stored record. */
  search(query: SearchQuery<M>): Promise<SearchResult<M>>;
  /**
   * Answers many queries in one call, each with its own options, in their order: texts are embedded together,
   * and the searches run on the worker threads (`threads` of `open`), several at a time. Every 256 queries
   * are of one state of the collection.
   */
  searchMany(queries: readonly SearchQuery<M>[]): Promise<SearchResult<M>[]>;
  /**
   * Hits best first, as many as a loop takes: each record once, whatever is written meanwhile; records that are
   * written after the first hit are left out. Memory holds a portion of hits and a bit a record. An approximate
   * index may find a record late that belonged before others; `exact: true` keeps the order strictly. What is wrong
   * with the query is thrown when the loop begins; the errors are those of `search`.
   *
   * @example
   * ```ts
   * for await (const hit of books.nearest({ text: 'magic school', filter: { year: { $lt: 2000 } } })) {
   *   if (await isWanted(hit)) break;
   * }
   * ```
   */
  nearest(query: NearestQuery<M>): AsyncIterableIterator<Hit<M>>;

  /**
   * The most unusual records, each judged by its nearest neighbours; one search for each record, on the worker
   * threads. What was found serves the next call, until something is written.
   *
   * @throws RECORDS_TOO_FEW where there are no more than `neighbours`; METRIC_UNSUITED under `dot`, which has no
   * distances; CANCELLED by `signal`; the errors of the options
   *
   * @example
   * ```ts
   * for (const { id, score, outlierFactor } of await books.anomalies({ limit: 5 })) console.log(score, id, outlierFactor);
   * ```
   */
  anomalies(query?: AnomaliesQuery<M>): Promise<Anomaly<M>[]>;
  /**
   * How unusual a vector, a text or a stored record is among the records. The first call searches around every
   * record, as `anomalies` does, to know what is usual; later ones take a search, until a tenth of the records has
   * changed.
   *
   * @throws as `anomalies`; QUERY_INVALID where there is not exactly one of `vector`, `text` and `id`;
   * RECORD_NOT_FOUND
   */
  anomaly(query: AnomalyQuery<M>): Promise<AnomalyScore>;
  /**
   * Records that are nearly the same: all pairs from a score on, and the groups that pairs connect. Each record is
   * searched for its neighbours, so that not all pairs are compared.
   *
   * @throws DUPLICATES_TOO_MANY where there are more than 1,000,000 pairs, or more than 10,000 with one record;
   * CANCELLED by `signal`; the errors of the options
   *
   * @example
   * ```ts
   * const { clusters } = await books.duplicates({ minScore: 0.95 });
   * for (const { ids: [keep, ...others] } of clusters) await books.remove(others);
   * ```
   */
  duplicates(query: DuplicatesQuery<M>): Promise<Duplicates>;
  /**
   * Divides the records into k clusters by k-means, with the records and the words that stand for each, the largest
   * first; fewer where there are fewer different vectors. Centres are learnt from a sample of 10,000 records at
   * least. Euclidean, under `cosine` spherical.
   *
   * @throws RECORDS_TOO_FEW where there are fewer than k; CANCELLED by `signal`; the errors of the options
   */
  clusters(query: ClustersQuery<M>): Promise<Cluster<M>[]>;

  /**
   * What has changed after `since`, in the order of the changes' numbers: records that were put, removed, or have
   * expired. Of a record that has changed several times the latest change is told, once. Nothing is missed and
   * nothing told twice while writes go on, in other processes too; a loop that is left holds nothing. Who keeps the
   * number of the last change that he has dealt with goes on from there another time.
   *
   * @throws CHANGES_FORGOTTEN where ids of records removed since then are not kept any more (`removalsKept` of
   * `open`, 100,000 by default), or the number is from elsewhere: start over. CANCELLED by `signal`.
   *
   * @example
   * ```ts
   * for await (const change of books.changes({ since: 1_234 })) {
   *   if (change.kind === 'put') console.log(change.seq, change.id, change.metadata);
   *   else console.log(change.seq, change.id, 'is gone');
   * }
   * ```
   */
  changes(query?: ChangesQuery): AsyncIterableIterator<RecordChange<M>>;

  /**
   * A part of the collection that is a world of its own (a tenant, a user, a document's passages): ids are unique
   * within it, and all of its calls see its records only, while those of the collection itself see only the
   * records outside of all namespaces. Dimension, metric, embedding and index are the collection's.
   *
   * Nothing happens yet: a namespace begins with the first write into it, and there may be many thousands.
   *
   * @throws NAME_INVALID where the name is not 1 to 128 characters of well-formed text without control characters
   *
   * @example
   * ```ts
   * const acme = books.namespace('acme');
   * await acme.add([{ id: 'a', vector: [1, 0, 0] }]);
   * const [nearest] = await acme.search({ vector: [1, 0.1, 0], k: 1 });
   * ```
   */
  namespace(name: string): Namespace<M>;
  /** All namespaces, by name. */
  listNamespaces(): Promise<NamespaceDescription[]>;
  /**
   * Removes a namespace with all its records, in one transaction, and answers how many there were.
   * `NAMESPACE_NOT_FOUND` where it is missing.
   */
  dropNamespace(name: string): Promise<number>;

  /** Of the whole collection, namespaces included; so are the calls below. */
  describe(): Promise<CollectionDescription>;
  stats(): Promise<CollectionStats>;
  /**
   * Which index is the best for these vectors: builds each family with several options on samples of two sizes, in a
   * temporary folder and on worker threads of its own, measures recall, speed, memory and disk, foretells them for all
   * records, and recommends one. The collection answers and takes writes all the while, and nothing of it changes. It
   * takes `budgetSeconds` and a copy of the sample on the disk.
   *
   * @throws RECORDS_TOO_FEW below 100 records; BUDGET_TOO_SHORT where only exact search was measured; NOTHING_MEETS where
   * no index keeps to `memoryBytes` and `updatesPerSecond`; DIMENSION_MISMATCH of a query; CANCELLED by `signal`; the errors
   * of the options
   *
   * @example
   * ```ts
   * const { recommendation } = await books.advise({ recall: 0.95, budgetSeconds: 60 });
   * console.log(recommendation.reason);
   * await books.reindex(recommendation.index);
   * ```
   */
  advise(options?: AdviseOptions<M>): Promise<Advice>;
  /**
   * Measures the recall of the queries that this process asks, in the background: a random share of them is searched
   * again exactly, on a worker, after the answer was given, and `stats().recall` tells the mean with its confidence
   * interval. A measurement costs as many distances as there are (matching) records; by default at most one query in
   * a hundred is measured, and never more than takes a hundredth of a thread's time. `false` ends it, which is the
   * state of a collection that was just opened; calling it again begins anew. Measurements are forgotten with time,
   * when 30 % of the records have changed, and after a reindexing.
   *
   * @example
   * ```ts
   * await books.watchRecall({ share: 0.05 });
   * const { recall } = await books.stats();
   * for (const { k, recall: mean, low, high } of recall?.estimates ?? []) console.log(k, mean, low, high);
   * ```
   */
  watchRecall(options?: RecallWatchOptions | false): Promise<void>;
  /** Compares index and store record by record and tests the structure of the index. */
  check(): Promise<CheckReport>;
  /** Resolves when the index has linked everything that was written before the call. */
  flush(): Promise<void>;
  /**
   * Gives the collection another index, or the same with other options. The new one is built in the background
   * beside the old one, which answers until the new one takes its place; both see every write, and memory holds
   * both meanwhile (`stats` tells the new one's share). The options are durable before the exchange. Answers whether there was anything to do.
   *
   * @throws REINDEX_RUNNING where another call of it is under way; CANCELLED by `signal`; VECTOR_INVALID where a
   * stored vector does not fit 16-bit floats that are asked for; the errors of the options. The old index stays.
   *
   * @example
   * ```ts
   * await books.reindex({ family: 'hnsw', M: 24 }, {
   *   onProgress: ({ stage, records, total }) => console.log(stage, records, total),
   * });
   * ```
   */
  reindex(index: IndexChoice, options?: ReindexOptions): Promise<boolean>;
  /**
   * Moves the collection, or one of its named vectors, to another model, whose vectors may have another dimension and
   * metric: each record's text is embedded anew, in the background. The old vectors answer until all of the new ones
   * are there and indexed; then they are exchanged at once, and the old ones are removed. Writes go on meanwhile, by
   * the old model, and are followed. What is made lies in the store: after an interruption, be it a crash, the
   * collection is what it was, and another call goes on where the first has ended. No record changes: the change
   * feed tells nothing. Answers whether there was anything to do; asked for the model that it has, it drops what was
   * begun for another.
   *
   * @throws TEXT_MISSING where records have a vector and no text to make another one of; REEMBED_RUNNING where
   * another call of it is under way; CANCELLED by `signal`; EMBEDDING_FAILED; the errors of the options. The old
   * vectors stay.
   *
   * @example
   * ```ts
   * await books.reembed({
   *   embedding: larger,
   *   onProgress: ({ stage, records, total, secondsLeft }) => console.log(stage, records, total, secondsLeft),
   * });
   * ```
   */
  reembed(options: ReembedOptions): Promise<boolean>;
  /**
   * What `reembed` would cost: some texts of all over the collection are embedded and timed, and their vectors kept.
   *
   * @throws TEXT_MISSING as `reembed`, before anything is embedded; EMBEDDING_FAILED; the errors of the options
   */
  estimateReembed(target: ReembedTarget): Promise<ReembedEstimate>;
  /**
   * Reclaims what removed records have left: their places in the index, whose snapshot is written, and their
   * space in the database file, which shrinks. So it does with vectors of another model that nobody needs any more.
   */
  compact(): Promise<void>;
}

/** Calls that concern the collection as a whole. */
type OfTheWhole =
  | 'name'
  | 'namespace'
  | 'listNamespaces'
  | 'dropNamespace'
  | 'describe'
  | 'stats'
  | 'advise'
  | 'check'
  | 'flush'
  | 'reindex'
  | 'reembed'
  | 'estimateReembed'
  | 'compact';

/** The records of a collection that belong to one namespace: see {@link Collection.namespace}. */
export interface Namespace<M extends Metadata = AnyMetadata> extends Omit<Collection<M>, OfTheWhole> {
  /** The name of the namespace. */
  readonly name: string;
  /** The name of the collection. */
  readonly collection: string;
}
