import type { OptionSpecs } from '../base/options.ts';
import type { Filter } from './filter.ts';
import { RECALL_OPTION } from './index-options.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';

/** How far a question about the whole collection is. */
export interface AnalysisProgress {
  /**
   * `searching`: the neighbours of each record are searched; `reading`: records are read; `clustering`: rounds of
   * k-means, of at most `total`.
   */
  readonly stage: 'reading' | 'searching' | 'clustering';
  /** Records (or rounds) that have passed this stage, of `total`. */
  readonly done: number;
  readonly total: number;
}

/**
 * What all questions about a whole collection understand. They run on the worker threads where they search, in
 * slices where they do not, and see the records that were there at their begin: what is written to meanwhile is
 * left out of the answer.
 */
export interface AnalysisOptions<M extends Metadata = AnyMetadata> {
  /** Which of several named vectors; of records that have it. May be left out where the collection has one. */
  readonly field?: string;
  /** Only these records, as if the collection had no others. */
  readonly filter?: Filter<M>;
  /** Neighbours are searched exactly, by comparing with every record. Default false: by the index. */
  readonly exact?: boolean;
  /** The recall of the searches for neighbours, 0.5 to 0.999; see {@link SearchQuery.recall}. */
  readonly recall?: number;
  /** Told at the begin of each stage, and some times a second meanwhile. */
  readonly onProgress?: (progress: AnalysisProgress) => void;
  /** Ends the work with `CANCELLED`. */
  readonly signal?: AbortSignal;
}

export const ANALYSIS_OPTIONS = {
  field: { kind: 'opaque', about: 'Which of several named vectors.' },
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  exact: { kind: 'boolean', default: false, about: 'Search neighbours by comparing with every record.' },
  ...RECALL_OPTION,
  onProgress: { kind: 'opaque', about: 'Told how far it is.' },
  signal: { kind: 'opaque', about: 'Ends the work.' },
} as const satisfies OptionSpecs;
