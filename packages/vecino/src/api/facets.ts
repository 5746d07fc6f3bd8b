import type { OptionSpecs } from '../base/options.ts';
import type { PathOf } from './filter.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/** Counts by value of a metadata path, over all records that the filter of the query lets pass, hits or not. */
export interface FacetRequest<M extends Metadata = AnyMetadata> {
  readonly path: PathOf<M>;
  /** How many values are told at most, the most frequent ones: 1 to 10,000, default 10. */
  readonly limit?: number;
}

export const FACET_OPTIONS = {
  path: { kind: 'opaque', about: 'The metadata path whose values are counted.' },
  limit: { kind: 'integer', default: 10, min: 1, max: LIMITS.kMax, about: 'Values told at most.' },
} as const satisfies OptionSpecs;

/** A value that records have, and how many do. */
export interface FacetValue {
  readonly value: string | number | boolean | null;
  readonly count: number;
}

/**
 * The values of one path. A record whose value is an array counts once for each different element; objects, and
 * arrays within arrays, are not counted.
 */
export interface Facet {
  /** The most frequent first; of equally frequent ones in the order of `list`. */
  readonly values: readonly FacetValue[];
  /** How many different values there are, told or not. */
  readonly different: number;
}
