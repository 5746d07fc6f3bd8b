import type { OptionSpecs } from '../base/options.ts';
import { ANALYSIS_OPTIONS, type AnalysisOptions } from './analysis.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/** Asks for records that are nearly the same. */
export interface DuplicatesQuery<M extends Metadata = AnyMetadata> extends AnalysisOptions<M> {
  /**
   * Two records whose score is at least this are near-duplicates: a score as searches show it, under `cosine` for
   * example 0.95. There is no default, because the right one depends on the model.
   */
  readonly minScore: number;
}

/** Two records that are nearly the same. */
export interface DuplicatePair {
  /** In ascending order. */
  readonly ids: readonly [string, string];
  readonly score: number;
}

/** Records that pairs connect, directly or through others. */
export interface DuplicateCluster {
  /** In ascending order, at least two. */
  readonly ids: readonly string[];
  /** The least score of its pairs. */
  readonly score: number;
}

/** The near-duplicates of a collection. */
export interface Duplicates {
  /** Highest score first. */
  readonly pairs: readonly DuplicatePair[];
  /** Largest first. */
  readonly clusters: readonly DuplicateCluster[];
}

export const DUPLICATES_OPTIONS = {
  ...ANALYSIS_OPTIONS,
  minScore: {
    kind: 'number',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    about: 'Score from which on two records are near-duplicates.',
  },
} as const satisfies OptionSpecs;
