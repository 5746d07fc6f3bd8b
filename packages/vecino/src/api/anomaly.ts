import type { OptionSpecs } from '../base/options.ts';
import { ANALYSIS_OPTIONS, type AnalysisOptions } from './analysis.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { Part, VectorInput } from './record.ts';

/** How unusual a vector is among the records of a collection. */
export interface AnomalyScore {
  /**
   * The share of the collection's records that are less unusual than this one, 0 to 1: 0.99 is more unusual than 99
   * in 100. By the measure that `method` names.
   */
  readonly score: number;
  /**
   * The local outlier factor (Breunig et al. 2000): how many times sparser it is around this vector than around its
   * neighbours. About 1 in the midst of any cluster, however dense or thin; 2 and more far from all.
   */
  readonly outlierFactor: number;
  /** The Euclidean distance to the last of the `neighbours`; under `cosine` between vectors of length one, 0 to 2. */
  readonly distance: number;
}

/** What is measured, and against which records. */
export interface AnomalyOptions<M extends Metadata = AnyMetadata> extends AnalysisOptions<M> {
  /**
   * `outlierFactor` (the default) finds what is unusual for its surroundings, where clusters differ in density;
   * `distance` what is far from everything.
   */
  readonly method?: 'outlierFactor' | 'distance';
  /** How many nearest neighbours a vector is judged by: 1 to 1,000, default 20. More smooth over small clusters. */
  readonly neighbours?: number;
}

/** The vector to judge: exactly one of `vector`, `text` and `id`. */
export interface AnomalyQuery<M extends Metadata = AnyMetadata> extends AnomalyOptions<M> {
  /** `dimension` finite numbers. */
  readonly vector?: VectorInput;
  /** Turned into a vector by the collection's embedding. */
  readonly text?: string;
  /** A stored record, judged as if it were new. */
  readonly id?: string;
}

/** Asks for the most unusual records. */
export interface AnomaliesQuery<M extends Metadata = AnyMetadata> extends AnomalyOptions<M> {
  /** How many records at most: 1 to 10,000, default 10. */
  readonly limit?: number;
  /** Leave out records with a lower score, 0 to 1. */
  readonly minScore?: number;
  /** What each record carries beside id and score; default document and metadata. */
  readonly include?: readonly Part[];
}

/** An unusual record. */
export interface Anomaly<M extends Metadata = AnyMetadata> extends AnomalyScore {
  readonly id: string;
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata?: M;
}

const ANOMALY_OPTIONS = {
  ...ANALYSIS_OPTIONS,
  method: {
    kind: 'choice',
    values: ['outlierFactor', 'distance'],
    default: 'outlierFactor',
    about: 'What makes a record unusual: its local outlier factor, or its distance from its neighbours.',
  },
  neighbours: {
    kind: 'integer',
    default: 20,
    min: 1,
    max: 1_000,
    about: 'Nearest neighbours that a record is judged by.',
  },
} as const satisfies OptionSpecs;

export const ANOMALY_QUERY_OPTIONS = {
  vector: { kind: 'opaque', about: 'Judge this vector.' },
  text: { kind: 'opaque', about: 'Judge this text, by the collection’s embedding.' },
  id: { kind: 'opaque', about: 'Judge this stored record.' },
  ...ANOMALY_OPTIONS,
} as const satisfies OptionSpecs;

export const ANOMALIES_QUERY_OPTIONS = {
  ...ANOMALY_OPTIONS,
  limit: { kind: 'integer', default: 10, min: 1, max: LIMITS.kMax, about: 'How many records at most.' },
  minScore: { kind: 'number', min: 0, max: 1, about: 'Leave out records with a lower score.' },
  include: { kind: 'opaque', about: 'Parts of each record: vector, document, metadata.' },
} as const satisfies OptionSpecs;
