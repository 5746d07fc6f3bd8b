import type { FullTextLanguage, FullTextProgress } from '../api/full-text.ts';
import type { JsonObject } from '../api/metadata.ts';
import type { Part } from '../api/record.ts';
import type { Term } from '../text/parse-query.ts';
import type { KeptEmbeddings, NewEmbeddings } from './kept-embeddings.ts';
import type { StoredVectorSet, VectorSetChange } from './vector-set-changes.ts';

/** How the texts of a collection are indexed. */
export interface FullTextSettings {
  readonly language: FullTextLanguage;
  /** `document`, and paths of metadata. */
  readonly fields: readonly string[];
  /** The version of the analysis that the index was made with; see `text/analyzer.ts`. */
  readonly analysis: number;
}

/** One vector of each record, as the store knows it. Numbers and texts only: what they mean is the engine's affair. */
export interface StoredVectors {
  /**
   * A random text, given at creation. What is derived from the vectors carries it, so that it is not taken for that
   * of others with the same number: files can be copied from one folder into another.
   */
  readonly identity: string;
  readonly dimension: number;
  readonly metric: string;
  readonly embedding: { readonly name: string; readonly dimension: number } | null;
  /** Options of the index, as given to the engine. */
  readonly index: JsonObject;
  /** The set of vectors that counts: see `vector-sets.ts`. */
  readonly vectorSet: number;
}

/** One of several vectors that records may have. */
export interface StoredField extends StoredVectors {
  /** From 1, in the order in which the fields were named. */
  readonly number: number;
  readonly name: string;
  /** What is embedded: `document`, or a path of metadata; null where vectors come from the caller. */
  readonly text: string | null;
}

/** A collection as the store knows it. */
export interface StoredCollection extends StoredVectors {
  readonly id: number;
  readonly name: string;
  /** Undefined where texts are not indexed. */
  readonly fullText?: FullTextSettings | undefined;
  /** Its vectors where these have names; what the collection says of vectors itself then means nothing. */
  readonly fields?: readonly StoredField[] | undefined;
  /** The sequence number of the collection's latest change. */
  readonly seq: number;
}

export type NewField = Omit<StoredField, 'number' | 'identity' | 'vectorSet'>;

export interface NewCollection
  extends Omit<StoredCollection, 'id' | 'identity' | 'seq' | 'fields' | 'vectorSet'> {
  readonly fields?: readonly NewField[] | undefined;
}

/** The number of the vector that has no name. */
export const UNNAMED_FIELD = 0;

/** The part of a collection that no name was given to, and whose records belong to no namespace. */
export const UNNAMED = 0;

/** A namespace of a collection. */
export interface StoredNamespace {
  readonly name: string;
  readonly records: number;
}

/**
 * Changes of one transaction, applied in the order removals, moved, puts, patches; each changed record takes the
 * next sequence number in that order. The arrays must stay as they are until the write has ended: a large
 * batch is copied piece by piece while it is written. A slot that should be free and is not, or the other way
 * round, is a mistake of ours: `INTERNAL`, and nothing is written.
 */
export interface WriteBatch {
  readonly collection: number;
  /** The namespace that the puts belong to, made where it is missing; absent where they belong to none. */
  readonly namespace?: string | undefined;
  /** Whether the namespace ends with this batch, which removes all that it holds. */
  readonly dropsNamespace?: true;
  /** Slots whose records go. */
  readonly removals: Uint32Array;
  /** Slots whose records are put again by this batch, into other slots. Absent for none. */
  readonly moved?: Uint32Array;
  /** New records; their slots are free once the removals are done. */
  readonly puts: {
    readonly slots: Uint32Array;
    /** Well-formed Unicode: a lone surrogate would not survive the way through UTF-8. */
    readonly ids: readonly string[];
    /** `slots.length` rows of `dimension` floats, as the caller gave them; none where vectors have names. */
    readonly vectors: Float32Array;
    /** Of each named field the vectors of those records that have one. */
    readonly named?: readonly NamedVectors[];
    readonly documents: readonly (string | null)[];
    /** JSON texts. */
    readonly metadata: readonly string[];
    /** When each expires, in milliseconds since 1970; absent where none of them does. */
    readonly expiries?: Expiries;
  };
  /** Records whose vector stays and whose document, metadata and expiry are replaced. */
  readonly patches: {
    readonly slots: Uint32Array;
    readonly documents: readonly (string | null)[];
    readonly metadata: readonly string[];
    readonly expiries?: Expiries;
  };
}

/** Vectors of one field. */
export interface NamedVectors {
  /** The set that they belong to. */
  readonly set: number;
  /** Which of the puts have one, by their place among them, ascending. */
  readonly places: Uint32Array;
  /** `places.length` rows. */
  readonly vectors: Float32Array;
}

/** Milliseconds since 1970 for each record; null where it stays for ever. */
export type Expiries = readonly (number | null)[];

/** What became of a batch; `lastSeq` is the sequence number of its last change. */
export interface Written {
  readonly lastSeq: number;
  /** The number of the namespace that the puts belong to. */
  readonly namespace: number;
}

/** A record as it lies in the store; parts that were not asked for are absent. */
export interface StoredRow {
  readonly slot: number;
  readonly id: string;
  /** Number of the namespace, `UNNAMED` outside of all. */
  readonly namespace: number;
  readonly seq: number;
  readonly vector?: Float32Array;
  /** By number of the set, those that the record has. */
  readonly vectors?: ReadonlyMap<number, Float32Array>;
  readonly document?: string | null;
  /** JSON text. */
  readonly metadata?: string;
  /** In milliseconds since 1970; null where the record stays for ever. */
  readonly expiresAt?: number | null;
}

/** A change that a reader has not seen: a removal, or a record that was put or patched. */
export interface StoredChange {
  readonly seq: number;
  readonly slot: number;
  readonly removed: boolean;
}

/** A change as consumers of the change feed see it: records by their ids, and no moves between slots. */
export interface RecordChange {
  readonly seq: number;
  readonly id: string;
  /** Where the record lies; undefined where it was removed. */
  readonly slot: number | undefined;
}

/** A record that expires. */
export interface ExpiringRow {
  readonly slot: number;
  readonly at: number;
  readonly seq: number;
}

/** Where a page of records starts and how it is ordered. */
export interface PageRequest {
  readonly namespace: number;
  readonly orderBy: 'id' | 'seq';
  readonly descending: boolean;
  /** The id or sequence number of the last record of the page before. */
  readonly after?: string | number;
  readonly limit: number;
  readonly parts: readonly Part[];
  /** Leaves out what has expired by then, in milliseconds since 1970. */
  readonly now?: number;
}

/** Words to look for in a collection's texts. */
export interface FullTextSearch {
  readonly collection: number;
  readonly terms: readonly Term[];
  readonly match: 'any' | 'all';
  readonly limit: number;
  /** The bitmap of the slots that may be found; all where it is absent. */
  readonly allowed?: Uint32Array | undefined;
}

/** The slots that have the words, by falling score; of equal scores the lower slot first. */
export interface FullTextFound {
  readonly slots: Uint32Array;
  /** BM25: larger is better, and more than 0. */
  readonly scores: Float64Array;
  /** The collection's latest change that the search has seen. */
  readonly seq: number;
}

/** Some of a collection's slots, and the latest change among their records. */
export interface OccupiedSlots {
  readonly slots: readonly number[];
  readonly seq: number;
}

/** Some of a namespace's slots, and the last id among their records. */
export interface NamespaceSlotsPage {
  readonly slots: readonly number[];
  readonly id: string | undefined;
}

/** Which records are counted: all of a collection, or those of one namespace, or those that have not expired. */
export interface CountQuestion {
  readonly namespace?: number;
  readonly now?: number;
}

/**
 * Synchronous reads of what is committed; each call sees one consistent state. Records that have expired and are
 * not removed yet are there like others, unless a call is told the time (`now`, milliseconds since 1970).
 */
export interface StoreReader {
  /**
   * Lets all calls until `read` has ended see the same state, one such read after another. Only where the store
   * was opened for reading: elsewhere whoever writes knows what is committed.
   */
  atOneMoment<T>(read: () => Promise<T>): Promise<T>;
  /** Resolves when no call sees a state older than this one because of `atOneMoment`. */
  present(): Promise<void>;
  collections(): StoredCollection[];
  /**
   * A number that differs whenever another connection has committed something since. In a folder the store's
   * own writer counts as another connection; in memory reads see everything at once and the number stays.
   */
  dataVersion(): number;
  /** The number of a namespace, which no other ever has; undefined where there is none of that name. */
  namespaceNumber(collection: number, name: string): number | undefined;
  /** Whether the collection has any namespace. */
  hasNamespaces(collection: number): boolean;
  /** Namespaces by name, from the one after `after` on, at most `limit`. */
  namespaces(collection: number, after: string, limit: number, now?: number): StoredNamespace[];
  /** Slots of a namespace's records, at most `limit`, in the order of their ids from the one after `after` on. */
  slotsInNamespace(
    collection: number,
    namespace: number,
    after: string | undefined,
    limit: number,
  ): NamespaceSlotsPage;
  /** For each id its slot, or undefined. */
  slotsOf(collection: number, namespace: number, ids: readonly string[]): (number | undefined)[];
  /** Occupied slots, at most `limit`, in the order of their records' changes from the one after `after` on. */
  occupiedSlots(collection: number, after: number, limit: number): OccupiedSlots;
  count(collection: number, question?: CountQuestion): number;
  /** The slots that have a vector of a set other than the first, at most `limit`, ascending from `fromSlot` on. */
  slotsOfSet(collection: number, set: number, fromSlot: number, limit: number): number[];
  /** How many records have a vector of such a set; those left out that have expired by then. */
  countOfSet(collection: number, set: number, now?: number): number;
  /** For each slot its vector of a set, or undefined. */
  vectorsOfSet(collection: number, set: number, slots: ArrayLike<number>): (Float32Array | undefined)[];
  /** The sets of vectors that are being made, or were left. */
  vectorSets(collection: number): StoredVectorSet[];
  /** Which of the next records after a change have a vector in one set and none in another. */
  lackingVectors(collection: number, question: LackingQuestion): LackingPage;
  /** For each slot its row, or undefined. */
  rows(collection: number, slots: ArrayLike<number>, parts: readonly Part[]): (StoredRow | undefined)[];
  /** For each id its row, or undefined. */
  rowsOfIds(
    collection: number,
    namespace: number,
    ids: readonly string[],
    parts: readonly Part[],
    now?: number,
  ): (StoredRow | undefined)[];
  /** Rows by ascending slot, from `fromSlot` on, at most `limit`. */
  scan(collection: number, fromSlot: number, limit: number, parts: readonly Part[]): StoredRow[];
  /** Rows by id (in the order of UTF-8 bytes, which is that of code points) or by sequence number. */
  page(collection: number, request: PageRequest): StoredRow[];
  /** Changes after `seq` in ascending order, at most `limit`. */
  changesSince(collection: number, seq: number, limit: number): StoredChange[];
  /** Removals up to this number may have been forgotten: who has seen less must reload everything. */
  removalsForgottenUntil(collection: number): number;
  /**
   * Changes of records after `after` and up to `until` in ascending order, at most `limit`: of each record the
   * latest, and no record that has expired by `now`.
   */
  recordChanges(collection: number, range: ChangeRange): RecordChange[];
  /** The ids of records that were removed up to this number may have been forgotten. */
  removedForgottenUntil(collection: number): number;
  /** Records that expire within these times, the earliest first, at most `limit`; `after` is the last one seen. */
  expiring(collection: number, range: ExpiryRange): ExpiringRow[];
  /** The earliest time later than `after` at which a record expires. */
  nextExpiry(collection: number, after: number): number | undefined;
  /**
   * Searches the texts of a collection that has them indexed. On a thread of its own where the store lies in a
   * folder: many records may have the words, and each is looked at. So it may see a later state than the calls
   * before, which its answer tells.
   */
  searchFullText(search: FullTextSearch): Promise<FullTextFound>;
}

export interface LackingQuestion {
  readonly from: number;
  readonly to: number;
  /** The change after which is looked. */
  readonly after: number;
  /** Records that are looked at. */
  readonly limit: number;
  readonly parts: readonly Part[];
  /** Whether only those are told that have no document. */
  readonly withoutDocument?: boolean;
}

export interface LackingPage {
  /** In the order of their changes. */
  readonly rows: StoredRow[];
  /** The last change that was looked at; undefined where there is none any more. */
  readonly last: number | undefined;
}

export interface ChangeRange {
  readonly namespace: number;
  readonly after: number;
  readonly until: number;
  readonly limit: number;
  readonly now: number;
}

export interface ExpiryRange {
  readonly after: Pick<ExpiringRow, 'slot' | 'at'>;
  readonly until: number;
  readonly limit: number;
}

/**
 * What the one writing process does; each call is one durable transaction, and the calls take effect in their
 * order. A call that fails has changed nothing: `DISK_FULL`, `STORE_IO`, `STORE_CORRUPT`, or
 * `COLLECTION_DROPPED` where the collection is gone.
 */
export interface StoreWriter {
  /** Takes a sequence number. Ids are never given twice. `COLLECTION_EXISTS` where the name is taken. */
  createCollection(collection: NewCollection): Promise<StoredCollection>;
  /** Removes the collection, its records and its index snapshot. Its sequence numbers stay taken. */
  dropCollection(collection: number): Promise<void>;
  /** Replaces the options of an index, that of the unnamed vector or of a field. Takes no sequence number: no record changes. */
  setIndexOptions(collection: number, field: number, index: JsonObject): Promise<void>;
  /**
   * Indexes the texts of a collection's records, or indexes them anew with other settings, and keeps them indexed.
   * Other writes wait meanwhile. Takes no sequence number: no record changes.
   */
  setFullText(
    collection: number,
    settings: FullTextSettings,
    onProgress: (progress: FullTextProgress) => void,
  ): Promise<void>;
  /** Brings the index of a collection's texts into its smallest and quickest form, where it has one. */
  optimizeFullText(collection: number): Promise<void>;
  write(batch: WriteBatch): Promise<Written>;
  /** Makes vectors of another model beside the present ones, exchanges them, and removes those that are left. */
  changeVectorSets(change: VectorSetChange): Promise<number>;
  /** Gives the space that removals have left free in the database file back to the file system. */
  reclaim(): Promise<void>;
  /** Keeps vectors of texts that may come again, whatever becomes of records. Takes no sequence number. */
  keepEmbeddings(embeddings: NewEmbeddings): Promise<void>;
  /** Drops the log of removals up to `seq`, once a snapshot holds them. Takes no sequence number. */
  forgetRemovals(collection: number, seq: number): Promise<void>;
}

/** An open folder, or memory. */
export interface Store {
  readonly location: string;
  readonly reader: StoreReader;
  /** Absent where the store was opened for reading only. */
  readonly writer: StoreWriter | undefined;
  /** Vectors of texts that may come again. */
  readonly keptEmbeddings: KeptEmbeddings;
  /** Where a snapshot of a collection's index lies, that of the unnamed vector or of a field; undefined in memory. */
  snapshotPath(collection: number, segment: number, field?: number): string | undefined;
  /** Bytes of database and log. */
  bytes(): number;
  /** Problems that SQLite's own integrity check and the table invariants show; empty where all is well. */
  check(): Promise<string[]>;
  /** Waits for writes that were asked for, empties the log, releases the lock. */
  close(): Promise<void>;
}
