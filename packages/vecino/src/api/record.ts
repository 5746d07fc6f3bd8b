import type { ImageInput } from './image.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/** Numbers of a vector; stored as 32-bit floats. */
export type VectorInput = Float32Array | readonly number[];

/** A record as the caller gives it. */
export interface RecordInput<M extends Metadata = AnyMetadata> {
  /** Up to 512 bytes of UTF-8; a random UUID where absent. */
  readonly id?: string;
  /** `dimension` finite numbers; made from the document by the collection's embedding where absent. */
  readonly vector?: VectorInput;
  /**
   * In a collection whose vectors have names, those of the record: `dimension` finite numbers each. What is left out
   * is made by the field's embedding, where it has one and there is a text; null leaves the record without it. A record
   * needs at least one.
   */
  readonly vectors?: { readonly [name: string]: VectorInput | null };
  /** The source text, up to 1 MiB. */
  readonly document?: string;
  /**
   * The source picture: the path of its file, that file's URL, or its bytes, up to 64 MiB; a collection or field whose
   * embedding takes pictures makes the vector of it. The picture is not stored: its path is, as `source` in the
   * metadata, unless they have that key.
   */
  readonly image?: ImageInput;
  /** Filterable JSON, up to 64 KiB; `{}` where absent. */
  readonly metadata?: M;
  /**
   * When the record expires: a date, milliseconds since 1970, or an ISO 8601 text with a time zone. From that moment
   * on nothing answers it, and it is removed in the background. Absent: it stays.
   */
  readonly expiresAt?: ExpiryInput;
  /** The same as seconds from now, above 0. One of the two at most. */
  readonly ttl?: number;
}

/** A moment: a date, milliseconds since 1970, or an ISO 8601 text with a time zone. */
export type ExpiryInput = Date | number | string;

/** A change to a stored record: only what is named changes, and metadata is merged key by key. */
export interface RecordUpdate<M extends Metadata = AnyMetadata> {
  readonly id: string;
  /** The new vector. Where only the document is given and the collection has an embedding, it is made anew. */
  readonly vector?: VectorInput;
  /**
   * In a collection whose vectors have names: those to set, and null for those to remove; the others stay. Where only
   * the text of a field is given and it has an embedding, its vector is made anew.
   */
  readonly vectors?: { readonly [name: string]: VectorInput | null };
  /** The new text; null removes it. */
  readonly document?: string | null;
  /** The new picture, whose vector is made; its path becomes `source` in the metadata, as with `add`. */
  readonly image?: ImageInput;
  /** Keys to set, and keys to remove by giving `undefined`; the others stay. */
  readonly metadata?: { readonly [K in keyof M]?: M[K] | undefined };
  /** When the record expires from now on; null takes the expiry away. */
  readonly expiresAt?: ExpiryInput | null;
  /** The same as seconds from now, above 0; null takes the expiry away. One of the two at most. */
  readonly ttl?: number | null;
}

/** The parts of a record that an answer may carry: `vectors` where they have names, `vector` where there is one. */
export type Part = 'vector' | 'vectors' | 'document' | 'metadata' | 'expiresAt';

/** A record as it is stored. */
export interface StoredRecord<M extends Metadata = AnyMetadata> {
  readonly id: string;
  /** The store's number of the record's latest change; later changes have larger numbers. */
  readonly seq: number;
  /** As it was given, not normalised; only with `include: ['vector']`. */
  readonly vector?: Float32Array;
  /** Named vectors, as they were given: those that the record has; only with `include: ['vectors']`. */
  readonly vectors?: Readonly<Record<string, Float32Array>>;
  readonly document?: string;
  readonly metadata?: M;
  /** Only with `include: ['expiresAt']`, and only where the record expires. */
  readonly expiresAt?: Date;
}
