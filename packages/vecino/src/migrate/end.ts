import type { CollectionOptions } from '../api/collection.ts';
import type { MigrationEndDescription } from '../api/migration.ts';
import type { ContentPart } from './fingerprint.ts';
import type { PageSize } from './page-size.ts';
import type { MigratedRecord, Page, Position } from './record.ts';

/** What can be read: a collection, or a file. */
export interface ReadableEnd extends AsyncDisposable {
  readonly description: MigrationEndDescription;
  /** By which another process knows it again. */
  readonly identity: string;
  /** What of a record it can have. */
  readonly parts: ReadonlySet<ContentPart>;
  /** Undefined where only reading all of it would tell. */
  count(): Promise<number | undefined>;
  /** All records, or those behind a position. */
  pages(from: Position | undefined, size: PageSize): AsyncGenerator<Page>;
  /** Absent where an end can only be read from its begin. */
  readonly lookUp?: LookUp | undefined;
}

/** Records by id, undefined where there is none. */
export type LookUp = (
  namespace: string | undefined,
  ids: readonly string[],
) => Promise<readonly (MigratedRecord | undefined)[]>;

/** What can be written. */
export interface WritableEnd extends AsyncDisposable {
  /** Stores records, in the place of those that are there; durable when it resolves. */
  write(namespace: string | undefined, records: readonly MigratedRecord[]): Promise<void>;
}

/** What is known of a source's collection, or will be of a target's; of a file, what its first record tells. */
export interface EndSettings {
  readonly fields: ReadonlyMap<string, EndVectors>;
  readonly fullText: CollectionOptions['fullText'];
}

/** One vector of each record. */
export interface EndVectors {
  readonly dimension: number;
  readonly metric: 'cosine' | 'dot' | 'l2' | undefined;
  readonly index: CollectionOptions['index'];
  readonly embedding: { readonly name: string; readonly dimension: number } | null;
  /** What is embedded: `document`, or a path of metadata. */
  readonly text: string | null;
}
