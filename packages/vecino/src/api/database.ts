import type { OptionSpecs } from '../base/options.ts';
import type { Capabilities, Health } from './capabilities.ts';
import type { Collection, CollectionDescription, CollectionOptions } from './collection.ts';
import type { ConnectionOptions } from './connection.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/** Something worth knowing that did not stop the work, such as a damaged snapshot that was rebuilt. */
export interface Warning {
  readonly code:
    | 'SNAPSHOT_REBUILT'
    | 'SNAPSHOT_NOT_WRITTEN'
    | 'INDEX_BUILD_FAILED'
    | 'INDEX_WAITING'
    | 'REINDEX_FAILED'
    | 'CHECKPOINT_FAILED'
    | 'EXPIRED_NOT_REMOVED'
    | 'EMBEDDINGS_NOT_KEPT'
    | 'TEXTS_TRUNCATED';
  readonly message: string;
  readonly collection?: string;
  readonly cause?: unknown;
}

export interface OpenOptions {
  /** Open for reading only, beside the process that writes. Default false. */
  readonly readOnly?: boolean;
  /** Create the folder where it is missing. Default true. */
  readonly create?: boolean;
  /** Worker threads that build and scan: 1 to 64, default 1. */
  readonly threads?: number;
  /** Called with each warning; default `process.emitWarning`. */
  readonly onWarning?: (warning: Warning) => void;
  /**
   * How many of the records that were removed last each collection's change feed remembers, so that a consumer who
   * was away hears of them: 0 to 1e9, default 100,000. Each costs its id and two numbers, on disk.
   */
  readonly removalsKept?: number;
  /**
   * How many bytes the vectors of embedded documents may take in the store, apart from the records: a text that comes
   * again, in whatever collection and under whatever id, is not embedded again. When they are more, the oldest go.
   * 0 to 1e12, default 268,435,456 (256 MiB, some 160,000 vectors of 384 numbers); 0 does without, and empties it.
   */
  readonly embeddingCacheBytesMax?: number;
  /** The time, in milliseconds since 1970, by which records expire; default `Date.now`. For tests. */
  readonly clock?: () => number;
  /** How an engine elsewhere (`postgres://…`) is spoken to. Refused for folders. */
  readonly connection?: ConnectionOptions;
}

export const OPEN_OPTIONS = {
  readOnly: { kind: 'boolean', default: false, about: 'Open for reading only, beside the writing process.' },
  create: { kind: 'boolean', default: true, about: 'Create the folder where it is missing.' },
  threads: { kind: 'integer', default: 1, min: 1, max: 64, about: 'Worker threads that build and scan.' },
  onWarning: { kind: 'opaque', about: 'Called with each warning.' },
  removalsKept: {
    kind: 'integer',
    default: 100_000,
    min: 0,
    max: 1e9,
    about: 'Removed records that the change feed remembers.',
  },
  embeddingCacheBytesMax: {
    kind: 'integer',
    default: 256 * 1024 * 1024,
    min: 0,
    max: 1e12,
    about: 'Bytes of vectors that are kept for texts that come again.',
  },
  clock: { kind: 'opaque', about: 'The time by which records expire, in milliseconds since 1970.' },
  connection: { kind: 'opaque', about: 'How an engine elsewhere is spoken to.' },
} as const satisfies OptionSpecs;

/** Open collections: of a folder, of `:memory:`, or of an engine elsewhere. Close it, or declare it with `await using`. */
export interface Database extends AsyncDisposable {
  /** The folder, `:memory:`, or the address without its password. */
  readonly location: string;
  readonly readOnly: boolean;
  /** What the engine can do, and what it cannot: see {@link Capabilities}. */
  readonly capabilities: Capabilities;

  /**
   * Asks the engine whether it answers.
   * `DATABASE_CLOSED`, and of an engine elsewhere the errors of connecting (`REMOTE_…`).
   */
  health(): Promise<Health>;
  /**
   * Opens a collection, or creates it where it is missing.
   * `COLLECTION_MISMATCH` or `EMBEDDING_MISMATCH` where it exists with other settings.
   */
  collection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>>;
  /** Creates a collection. `COLLECTION_EXISTS` where it is there. */
  createCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options: CollectionOptions,
  ): Promise<Collection<M>>;
  /** Opens a collection. `COLLECTION_NOT_FOUND` where it is missing. */
  openCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>>;
  /** All collections, by name. */
  listCollections(): Promise<CollectionDescription[]>;
  /** Removes a collection with all its records. `COLLECTION_NOT_FOUND` where it is missing. */
  dropCollection(name: string): Promise<void>;
  /** Writes index snapshots, releases threads and files. Safe to call twice. */
  close(): Promise<void>;
}
