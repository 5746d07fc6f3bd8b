import type { OptionSpecs } from '../base/options.ts';
import { ANALYSIS_OPTIONS, type AnalysisOptions } from './analysis.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { Part } from './record.ts';
import type { Hit } from './search.ts';

/** Asks for a division of the collection into groups of records that are near each other. */
export interface ClustersQuery<M extends Metadata = AnyMetadata>
  extends Omit<AnalysisOptions<M>, 'exact' | 'recall'> {
  /** How many clusters: 1 to 1,000. */
  readonly k: number;
  /** Nearest records to the centre that stand for a cluster: 0 to 100, default 3. */
  readonly representatives?: number;
  /** Words that tell a cluster from the others, of the documents: 0 to 100, default 8. */
  readonly keywords?: number;
  /** Attach the ids of all records of each cluster. Default false. */
  readonly members?: boolean;
  /** What each representative carries beside id and score; default document and metadata. */
  readonly include?: readonly Part[];
  /** The same seed and the same records give the same clusters: 0 to 4,294,967,295, default 0. */
  readonly seed?: number;
}

/** A word of a cluster's documents. */
export interface Keyword {
  readonly word: string;
  /** The share of the cluster's documents that have it, 0 to 1. */
  readonly share: number;
}

/** Records that are nearer to this centre than to any other. */
export interface Cluster<M extends Metadata = AnyMetadata> {
  /** How many records it has. */
  readonly size: number;
  /** Its centre, `dimension` numbers; under `cosine` of length one. */
  readonly centroid: Float32Array;
  /** Nearest to the centre first; the score is that with the centre. */
  readonly representatives: readonly Hit<M>[];
  /** The most telling first. */
  readonly keywords: readonly Keyword[];
  /** Nearest to the centre first; only with `members: true`. */
  readonly ids?: readonly string[];
}

export const CLUSTERS_OPTIONS = {
  k: { kind: 'integer', min: 1, max: 1_000, about: 'How many clusters.' },
  field: ANALYSIS_OPTIONS.field,
  filter: ANALYSIS_OPTIONS.filter,
  representatives: {
    kind: 'integer',
    default: 3,
    min: 0,
    max: 100,
    about: 'Records nearest to the centre that stand for a cluster.',
  },
  keywords: {
    kind: 'integer',
    default: 8,
    min: 0,
    max: 100,
    about: 'Words that tell a cluster from the others.',
  },
  members: { kind: 'boolean', default: false, about: 'Attach the ids of all records of each cluster.' },
  include: { kind: 'opaque', about: 'Parts of each representative: vector, document, metadata.' },
  seed: { kind: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, about: 'Where chance begins.' },
  onProgress: ANALYSIS_OPTIONS.onProgress,
  signal: ANALYSIS_OPTIONS.signal,
} as const satisfies OptionSpecs;
