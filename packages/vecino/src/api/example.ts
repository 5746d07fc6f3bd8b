import type { OptionSpecs } from '../base/options.ts';
import type { ImageInput } from './image.ts';
import type { VectorInput } from './record.ts';

/** What a search is to be like or unlike: exactly one of `id`, `text`, `image` and `vector`, and how much it counts. */
export interface Example {
  /** A stored record, of this collection unless `collection` says another; of this one it is no answer itself. */
  readonly id?: string;
  /**
   * The name of another collection of the database that has the record: of the same dimension, and of the same
   * embedding where both have one, as vectors of two models cannot be compared.
   */
  readonly collection?: string;
  /** Turned into a vector by the collection's embedding. */
  readonly text?: string;
  /** A picture, turned into a vector by the collection's embedding. */
  readonly image?: ImageInput;
  /** `dimension` finite numbers. */
  readonly vector?: VectorInput;
  /** A finite number, default 1. Not with the strategy `bestScore`. */
  readonly weight?: number;
}

/**
 * How examples become an answer. Under `cosine` each example counts by its direction, whatever its length.
 *
 * - `sum` (the default): records near Σ weight · like - Σ weight · unlike, the arithmetic of analogies, called 3CosAdd
 *   by Levy and Goldberg ("Linguistic Regularities in Sparse and Explicit Word Representations", CoNLL 2014).
 * - `average`: records near 2 · mean(like) - mean(unlike), or near mean(like) where there is nothing to be unlike: the
 *   mean of what is liked, moved away from what is not by their difference. Means are weighted.
 * - `bestScore`: each record is scored by the example that it is nearest to. With L its best score with a like and U
 *   that with an unlike, the score is L where L ≥ U, and L - (U - L) where it is nearer to an unlike. Finds what is
 *   near to any one of several tastes, whose mean would be near to none.
 */
export type Strategy = 'sum' | 'average' | 'bestScore';

export const EXAMPLE_OPTIONS = {
  id: { kind: 'opaque', about: 'A stored record.' },
  collection: { kind: 'opaque', about: 'The collection of that record, this one by default.' },
  text: { kind: 'opaque', about: 'A text, by the collection’s embedding.' },
  vector: { kind: 'opaque', about: 'A vector.' },
  image: { kind: 'opaque', about: 'A picture, by the collection’s embedding.' },
  weight: { kind: 'opaque', about: 'How much it counts.' },
} as const satisfies OptionSpecs;
