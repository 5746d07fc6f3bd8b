import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import type { Embedding, ImageEmbedding, ImageInput } from '../api/image.ts';
import type { Part } from '../api/record.ts';
import type { Metric } from '../api/search.ts';
import type { Predicate } from '../filter/predicate.ts';
import type { FullTextSettings } from '../storage/store.ts';
import type { Embedded } from './embed.ts';

/*
 * The seam between what callers give and who keeps it. Whatever validates records, queries and filters, embeds texts
 * and adds up examples asks no more of a collection than stands here, so the embedded engine and every driver share
 * it, and say the same about the same mistake.
 */

/** One vector of each record, as far as reading what a caller gives needs to know it. */
export interface FieldShape {
  /** Undefined where it is the only vector of its collection and has no name. */
  readonly name: string | undefined;
  readonly dimension: number;
  readonly metric: Metric;
  /** What of a record is embedded: `document` or a path of metadata; null where nothing is. */
  readonly text: string | null;
  readonly embedding: Embedding | undefined;
  /** A vector to store, checked. */
  readVector(thing: string, input: unknown): Float32Array;
  /** A vector to look near, checked. */
  readQuery(thing: string, input: unknown): Float32Array;
  /** The opening words of messages about this field of something. */
  within(thing: string): string;
  /** The model of texts. */
  requireEmbedding(why: string): EmbeddingFunction;
  /** The model of pictures. */
  requireImageEmbedding(why: string): ImageEmbedding;
}

/** A collection, or one of its namespaces, as far as reading what a caller gives needs to know it. */
export interface CollectionShape<Field extends FieldShape = FieldShape> {
  /** The opening words of messages. */
  readonly thing: string;
  /** A random text, given at creation; pages of a search belong to it. */
  readonly identity: string;
  readonly namespaceName: string | undefined;
  /** At least one. */
  readonly fields: readonly Field[];
  /** Whether vectors have names. */
  readonly hasNames: boolean;
  /** The part of records that has the vectors. */
  readonly vectorPart: Part;
  readonly fullText: FullTextSettings | undefined;
  readonly expiry: { now(): number };
  readonly filter: { parse(thing: string, filter: unknown): Predicate };
  readonly embedder: {
    embed(
      thing: string,
      embedding: EmbeddingFunction,
      texts: readonly string[],
      kind: NonNullable<EmbedOptions['kind']>,
    ): Promise<readonly Embedded[]>;
    embedImages(
      thing: string,
      embedding: ImageEmbedding,
      images: readonly ImageInput[],
      kind: NonNullable<EmbedOptions['kind']>,
    ): Promise<readonly Embedded[]>;
  };
}
