import type { OptionSpecs } from '../base/options.ts';
import type { EmbeddingFunction } from './embedding.ts';
import type { IndexChoice } from './index-options.ts';
import type { Metric } from './search.ts';

/** The model that a collection, or one of its named vectors, is to move to. */
export interface ReembedTarget {
  /** Makes the new vectors, and those of questions and documents from then on; its identity is recorded. */
  readonly embedding: EmbeddingFunction;
  /** Which of several named vectors; may be left out where there is one. */
  readonly field?: string;
  /** Default: as it is. */
  readonly metric?: Metric;
  /** Default: as it is; where the metric changes, the same family with the options that suit the new one. */
  readonly index?: IndexChoice;
}

export interface ReembedOptions extends ReembedTarget {
  /** Told at least at the begin of each stage, and some times a second meanwhile. */
  readonly onProgress?: (progress: ReembedProgress) => void;
  /** Ends it with `CANCELLED`; the old vectors stay, and another call goes on from there. */
  readonly signal?: AbortSignal;
}

export const REEMBED_TARGET = {
  embedding: { kind: 'opaque', about: 'Makes the new vectors.' },
  field: { kind: 'opaque', about: 'Which of several named vectors.' },
  metric: {
    kind: 'choice',
    values: ['cosine', 'dot', 'l2'],
    about: 'How nearness is measured from then on.',
  },
  index: { kind: 'opaque', about: 'Family of the new index, or its options.' },
} as const satisfies OptionSpecs;

export const REEMBED_OPTIONS = {
  ...REEMBED_TARGET,
  onProgress: { kind: 'opaque', about: 'Told how far it is.' },
  signal: { kind: 'opaque', about: 'Ends it; the old vectors stay.' },
} as const satisfies OptionSpecs;

/** How far a change of the model is. */
export interface ReembedProgress {
  /**
   * `embedding`: texts become vectors, which takes nearly all of the time; `indexing`: these are brought into the new
   * index; `clearing`: the new vectors answer, and the old ones are removed from the store.
   */
  readonly stage: 'embedding' | 'indexing' | 'clearing';
  /** Records that have passed this stage, of `total`, which grows and shrinks with writes meanwhile. */
  readonly records: number;
  readonly total: number;
  /** Mean of the stage in this call; 0 as long as nothing is known. */
  readonly recordsPerSecond: number;
  /** Until the end of the stage; undefined as long as nothing is known. */
  readonly secondsLeft: number | undefined;
}

/** What a change of the model will cost. */
export interface ReembedEstimate {
  /** Records with a vector. */
  readonly records: number;
  /** Those of them that are still to be embedded: less where one was interrupted. */
  readonly texts: number;
  /** Of these texts, from the sample: UTF-16 units, and tokens as the model counts, where it tells, else about. */
  readonly characters: number;
  readonly tokens: number;
  /** Of embedding them, from the sample. Indexing comes on top. */
  readonly seconds: number;
  /** Texts that were embedded to know. Their vectors are kept for what comes. */
  readonly sampled: number;
  /** What the new vectors take in the store beside the old ones, until these are removed. */
  readonly vectorBytes: number;
}

/** A change of the model that was begun and has not ended. */
export interface ReembedDescription {
  readonly embedding: { readonly name: string; readonly dimension: number };
  readonly metric: Metric;
  /** Records that have their new vectors. */
  readonly records: number;
}
