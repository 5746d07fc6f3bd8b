import type { Capabilities } from '../../api/capabilities.ts';
import type { NamespaceDescription } from '../../api/collection.ts';
import type { Facet, FacetRequest } from '../../api/facets.ts';
import type { JsonValue } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { FullTextSettings, NewCollection, StoredCollection } from '../../storage/store.ts';
import type { ParsedQuery } from '../../text/parse-query.ts';

/*
 * What a driver does: everything that it is given has been validated, embedded and completed by the front, and
 * everything that it answers is made into hits and records there.
 *
 * What an engine cannot do its capabilities say, and the front never asks for it: a call with a question mark may be
 * missing where the capability beside it is. What can be made of an engine's primitives a driver makes: records are
 * listed in an order by `listByScan`, filters that the engine cannot say are finished by `nearMatching`, changes are
 * numbered by a `ChangeClock`. Where calls say that nobody comes in between or that nothing is written in part, an
 * engine without transactions does what it can, and says in `weaker` what that is.
 */

/** An engine elsewhere, connected. */
export interface Backend {
  readonly capabilities: Capabilities;
  /** The address without secrets. */
  readonly location: string;
  /** The engine's version, asked for now. */
  version(): Promise<string>;
  collections(): Promise<StoredCollection[]>;
  /** Undefined where somebody else was quicker. */
  createCollection(collection: NewCollection): Promise<StoredCollection | undefined>;
  /** Indexes the texts that are stored, and those that will be. `fullText` */
  setFullText?(collection: StoredCollection, fullText: FullTextSettings): Promise<void>;
  dropCollection(collection: StoredCollection): Promise<void>;
  /** The records of a collection outside of all namespaces, or in one. */
  records(collection: StoredCollection, namespace: string | undefined): RecordStore;
  /** `namespaces` */
  namespaces?(collection: StoredCollection, now: number): Promise<NamespaceDescription[]>;
  /** Removes a namespace with its records and answers how many there were; undefined where it is missing. `namespaces` */
  dropNamespace?(collection: StoredCollection, namespace: string, now: number): Promise<number | undefined>;
  /** Records of the collection, and of each of its fields those that have it. */
  counts(
    collection: StoredCollection,
    now: number,
  ): Promise<{ readonly records: number; readonly ofFields: readonly number[] }>;
  /** The number of the latest change of the collection, and the bytes that it takes in the engine. `stats` */
  figures?(collection: StoredCollection): Promise<{ readonly seq: number; readonly storeBytes: number }>;
  /** The number of the latest change there is, of this collection or any: later ones are larger. `pages`, `nearest` */
  latestChange?(collection: StoredCollection): Promise<number>;
  /** Removes what has expired, and gives back its space. */
  compact(collection: StoredCollection, now: number): Promise<void>;
  close(): Promise<void>;
}

/** A record as the engine has it; parts that were not asked for are absent. */
export interface RemoteRow {
  readonly id: string;
  readonly seq: number;
  /** In the order of the fields; undefined where it has none. */
  readonly vectors?: readonly (Float32Array | undefined)[];
  readonly document?: string | null;
  /** JSON text. */
  readonly metadata?: string;
  readonly expiresAt?: number | null;
}

export interface ScoredRow extends RemoteRow {
  /** Larger is better; see `Metric`. */
  readonly score: number;
}

/** Records that a question is about: none that has expired by then, and only those whose metadata match. */
export interface Scope {
  readonly now: number;
  readonly predicate: Predicate | undefined;
}

/** The nearest to a vector. */
export interface NearQuestion extends Scope {
  /** By its place among the fields. */
  readonly field: number;
  readonly vector: Float32Array;
  readonly depth: number;
  readonly except: readonly string[];
  readonly parts: readonly Part[];
  readonly exact: boolean;
  /** In the option of the index that serves the field. */
  readonly effort: number | undefined;
}

export interface WordQuestion extends Scope {
  readonly words: ParsedQuery;
  readonly depth: number;
  readonly except: readonly string[];
  readonly parts: readonly Part[];
}

/** The order that an engine lists in by itself: that of `orderBy` where none is asked for and `listOrder` is weaker. */
export const ENGINE_ORDER = '';

export interface ListQuestion extends Scope {
  /** `id`, `seq`, a path of metadata, or {@link ENGINE_ORDER}. */
  readonly orderBy: string;
  readonly descending: boolean;
  readonly limit: number;
  readonly after: { readonly id: string; readonly key?: JsonValue } | undefined;
  readonly parts: readonly Part[];
}

/**
 * A row of a list, and the value that it was ordered by; undefined where it has none. In the engine's own order it is
 * whatever tells the engine where to go on.
 */
export interface ListedRow {
  readonly row: RemoteRow;
  readonly key: JsonValue | undefined;
}

/** The records of one namespace. Each write is one transaction, unless `weaker` says otherwise. */
export interface RecordStore {
  /** Stores new records. Answers the ids that are there already, in which case nothing is written. */
  add(batch: RecordBatch, now: number): Promise<readonly string[]>;
  upsert(batch: RecordBatch): Promise<void>;
  /**
   * Puts others in the place of stored records, which nobody changes meanwhile.
   *
   * @param replace told what is stored in the order of the ids, vectors included; throws where nothing is to be written
   */
  replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void>;
  /** Removes records and answers how many were there. */
  removeIds(ids: readonly string[], now: number): Promise<number>;
  removeMatches(scope: Scope & { readonly predicate: Predicate }): Promise<number>;
  /** In the order of the ids, undefined where there is none. */
  rows(ids: readonly string[], parts: readonly Part[], now: number): Promise<(RemoteRow | undefined)[]>;
  count(scope: Scope): Promise<number>;
  list(question: ListQuestion): Promise<ListedRow[]>;
  /** Best first. As many as there are, up to `depth`, unless `allHits` is weaker. */
  near(question: NearQuestion): Promise<ScoredRow[]>;
  /** Best first. `fullText` */
  words?(question: WordQuestion): Promise<ScoredRow[]>;
  /** By path, how many of the records in scope have which value. `facets` */
  facets?(scope: Scope, requests: readonly Required<FacetRequest>[]): Promise<Record<string, Facet>>;
}
