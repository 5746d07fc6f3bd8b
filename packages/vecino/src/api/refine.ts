import type { OptionSpecs } from '../base/options.ts';
import type { PathOf } from './filter.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/*
 * Second thoughts about what was found: hits that differ from each other, and hits in groups. (Reranking is told of
 * in search.ts, beside the hits that it is given.)
 */

/** Candidates of a second stage where the query does not say: so many times k, but at least so many. */
export const CANDIDATES = { timesK: 5, min: 50 } as const;

export const CANDIDATES_OPTION = {
  candidates: {
    kind: 'integer',
    min: 1,
    max: LIMITS.kMax,
    about: 'Best records of the first stage that are looked at; default 5 times k, at least 50.',
  },
} as const satisfies OptionSpecs;

/**
 * Hits that are near and differ from each other: maximal marginal relevance (Carbonell and Goldstein, "The Use of
 * MMR, Diversity-Based Reranking", SIGIR 1998). Hits come in the order in which they were chosen, with their own
 * scores.
 */
export interface DiversifyOptions {
  /**
   * 1 looks at the score only, 0 only at how far a hit is from those that were chosen before: each is the one
   * with the greatest lambda × score − (1 − lambda) × (score between it and the nearest of those). 0 to 1,
   * default 0.5. Scores that are not the metric's own (fused or reranked ones, those of words) are first scaled to
   * 0 to 1, and two records are then compared by cosine.
   */
  readonly lambda?: number;
  /** Best records that are chosen from: 1 to 10,000, default 5 times k, at least 50. */
  readonly candidates?: number;
}

export const DIVERSIFY_OPTIONS = {
  lambda: { kind: 'number', default: 0.5, min: 0, max: 1, about: '1: score only; 0: difference only.' },
  ...CANDIDATES_OPTION,
} as const satisfies OptionSpecs;

/** The best hits of each of the k best groups: records that have the same value at a metadata path. */
export interface GroupByOptions<M extends Metadata = AnyMetadata> {
  /** Records without a value here are in no group. Arrays and objects are the same where their content is. */
  readonly path: PathOf<M>;
  /** Hits of each group at most: 1 to 100, default 1. */
  readonly hits?: number;
}

export const GROUP_BY_OPTIONS = {
  path: { kind: 'opaque', about: 'The metadata path by which hits are grouped.' },
  hits: { kind: 'integer', default: 1, min: 1, max: 100, about: 'Hits of each group at most.' },
} as const satisfies OptionSpecs;
