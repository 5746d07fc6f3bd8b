import type { OptionSpecs } from '../base/options.ts';
import type { Embedding } from './image.ts';
import {
  type CompleteIndexChoice,
  type IndexChoice,
  type IndexOptions,
  RECALL_OPTION,
} from './index-options.ts';
import { LIMITS } from './limits.ts';
import type { ReembedDescription } from './reembed.ts';
import type { Metric } from './search.ts';

/**
 * One of several vectors that each record of a collection may have: its title, its body, its picture. Each has its
 * own dimension, metric, embedding and index. A record may lack some of them, and is then found by the others only.
 */
export interface VectorFieldOptions {
  /** Length of every vector of the field, 1 to 8,192; taken from `embedding` where that is given. */
  readonly dimension?: number;
  /** Default `cosine`. */
  readonly metric?: Metric;
  /** Turns texts, or pictures, of records and of queries into vectors of this field; its identity is recorded. */
  readonly embedding?: Embedding;
  /**
   * What of a record is embedded where it does not give the vector itself: `document` (the default), or the path of a
   * text in its metadata. Only with an `embedding` of texts; one of pictures takes the record's `image`.
   */
  readonly text?: string;
  /** Default `auto`, by the number of records that have the vector. */
  readonly index?: IndexChoice;
  /** The recall that searches of this field aim at, 0.5 to 0.999; as the collection's option of that name. */
  readonly recall?: number;
}

export const VECTOR_FIELD_OPTIONS = {
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'Length of every vector.' },
  metric: { kind: 'choice', values: ['cosine', 'dot', 'l2'], about: 'How nearness is measured.' },
  embedding: { kind: 'opaque', about: 'Turns texts into vectors.' },
  text: { kind: 'opaque', about: 'What is embedded: document, or a path of metadata.' },
  index: { kind: 'opaque', about: 'Family of the index, or its options.' },
  ...RECALL_OPTION,
} as const satisfies OptionSpecs;

/** The fixed properties of one named vector. */
export interface VectorFieldDescription {
  readonly dimension: number;
  readonly metric: Metric;
  /** The recorded embedder, or null where vectors come from the caller. */
  readonly embedding: { readonly name: string; readonly dimension: number } | null;
  /** What is embedded: `document`, or a path of metadata; null without an embedding. */
  readonly text: string | null;
  /** What was asked for. */
  readonly index: CompleteIndexChoice;
  /** What answers searches at this moment, and why in one sentence. */
  readonly serving: { readonly options: Required<IndexOptions>; readonly reason: string };
  /** Records that have the vector. */
  readonly records: number;
  /** The change of its model that was begun; absent where none was. */
  readonly reembedding?: ReembedDescription;
}
