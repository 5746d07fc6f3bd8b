import type { JsonObject } from '../api/metadata.ts';

/** The set of the vectors without a name that a collection begins with: the table `vectors`. All others lie in `named_vectors`. */
export const FIRST_SET = 0;

/** What a set of vectors is being made for. All but dimension, metric and embedding is the engine's affair. */
export interface VectorSetTarget {
  readonly dimension: number;
  readonly metric: string;
  readonly embedding: { readonly name: string; readonly dimension: number };
  /** Whatever else the vectors depend on. */
  readonly variant: string;
}

/** A set of vectors that does not count. */
export interface StoredVectorSet {
  readonly number: number;
  /** The number of the field that it was made for. */
  readonly field: number;
  /** Null where nobody needs the vectors any more. */
  readonly target: VectorSetTarget | null;
}

/** Vectors of one set, each of a record that must still be as it was when its text was read. */
export interface SetVectors {
  readonly set: number;
  readonly slots: Uint32Array;
  /** The latest change of each record, as far as its text's reader knew. */
  readonly seqs: Float64Array;
  /** A row for each slot. */
  readonly vectors: Float32Array;
}

/** A step of an exchange: one transaction, which changes no record and takes no sequence number. */
export type VectorSetChange = { readonly collection: number } & (
  | {
      /** Begins a set for a field, in the place of one that was begun for it. Answers its number. */
      readonly kind: 'begin';
      readonly field: number;
      readonly target: VectorSetTarget;
    }
  /** Gives up a set that is being made. */
  | { readonly kind: 'leave'; readonly set: number }
  /** Adds vectors to a set that is being made. Answers how many were taken. */
  | ({ readonly kind: 'put' } & SetVectors)
  /** Makes the set the one that counts; the one before is left. */
  | { readonly kind: 'use'; readonly set: number; readonly index: JsonObject; readonly text: string | null }
  /** Removes some vectors of a set that was left, from a slot on. Answers the slot to go on from, -1 at the end. */
  | { readonly kind: 'clear'; readonly set: number; readonly fromSlot: number }
);
