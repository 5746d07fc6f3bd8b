import type { OptionSpecs } from '../base/options.ts';
import { LIMITS } from './limits.ts';

/** Languages whose words are brought to their stems; `none` leaves words as they are, in any language. */
export const FULL_TEXT_LANGUAGES = [
  'none',
  'arabic',
  'armenian',
  'bulgarian',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'ukrainian',
] as const;

/** One of {@link FULL_TEXT_LANGUAGES}. */
export type FullTextLanguage = (typeof FULL_TEXT_LANGUAGES)[number];

/** How far the indexing of texts that were stored before is. */
export interface FullTextProgress {
  readonly records: number;
  readonly total: number;
}

/** What of a collection's records is found by its words, and in which language they are. */
export interface FullTextOptions {
  /** Default `english`. */
  readonly language?: FullTextLanguage;
  /**
   * What is indexed: `document`, and paths of metadata that hold texts or arrays of texts. Default `['document']`.
   * At most 32.
   */
  readonly fields?: readonly string[];
  /** Told some times a second while texts that are stored already are indexed. */
  readonly onProgress?: (progress: FullTextProgress) => void;
}

export const FULL_TEXT_OPTIONS = {
  language: {
    kind: 'choice',
    values: FULL_TEXT_LANGUAGES,
    default: 'english',
    about: 'Language of stems and stop words.',
  },
  fields: { kind: 'opaque', about: 'What is indexed: document, and paths of metadata.' },
  onProgress: { kind: 'opaque', about: 'Told how far the indexing of stored texts is.' },
} as const satisfies OptionSpecs;

/** Fields of one collection at most. */
export const FULL_TEXT_FIELDS_MAX = 32;

/**
 * Words to look for. Case and diacritics do not matter, and inflected forms find each other. `"magic school"` in
 * quotes stands for exactly these words side by side, `magi*` for every word that begins so. Nothing else has a
 * meaning of its own, so that any text is a query. Stop words count in quotes only, or where there are no others.
 */
export interface FullTextQuery {
  readonly query: string;
  /** Whether a record must have `any` of the words (the default) or `all`. */
  readonly match?: 'any' | 'all';
}

export const FULL_TEXT_QUERY_OPTIONS = {
  query: { kind: 'opaque', about: 'Words, "phrases" and prefi*es to look for.' },
  match: {
    kind: 'choice',
    values: ['any', 'all'],
    default: 'any',
    about: 'Whether any of the words must be there, or all.',
  },
} as const satisfies OptionSpecs;

/**
 * How the answers of several searches become one: of vectors and words, or of several named vectors, with words or
 * without.
 *
 * `rrf`, reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): the sum over all of weight / (rankConstant +
 * rank), ranks from 1. It looks at ranks only, so that scores of different kinds need no common scale.
 *
 * `weighted`: the mean of all scores by weight, each brought to 0 to 1 before: a BM25 score is divided by the best
 * of this answer; of vectors, a cosine is (1 + cosine) / (1 + best cosine), and the scores of other metrics, which
 * have no lowest value, lie between those of the last and the first candidate.
 *
 * What a side has not found gets 0 from it.
 */
export interface FusionOptions {
  /** Default `rrf`. */
  readonly method?: 'rrf' | 'weighted';
  /**
   * Weights of the sides, 0 to 1,000 and not all 0; default 1 each. The sides are `vector` and `fullText`; where
   * vectors have names, the names in the place of `vector`.
   */
  readonly weights?: {
    readonly [side: string]: number | undefined;
    readonly vector?: number;
    readonly fullText?: number;
  };
  /** How much less a later rank counts, for `rrf`: the larger, the more alike. 0 to 10,000, default 60. */
  readonly rankConstant?: number;
  /** How many of the best of each side are fused: 1 to 10,000, default the larger of 100 and 4k, and never fewer than k. */
  readonly candidates?: number;
}

export const FUSION_OPTIONS = {
  method: { kind: 'choice', values: ['rrf', 'weighted'], default: 'rrf', about: 'How sides are fused.' },
  weights: { kind: 'opaque', about: 'Weights of vector (or of each field) and fullText.' },
  rankConstant: {
    kind: 'number',
    min: 0,
    max: 10_000,
    default: 60,
    about: 'How much less a later rank counts (rrf).',
  },
  candidates: {
    kind: 'integer',
    min: 1,
    max: LIMITS.kMax,
    about: 'How many of the best of each side are fused.',
  },
} as const satisfies OptionSpecs;

export const FUSION_WEIGHTS = {
  vector: { kind: 'number', min: 0, max: 1_000, default: 1, about: 'Weight of the vectors.' },
  fullText: { kind: 'number', min: 0, max: 1_000, default: 1, about: 'Weight of the words.' },
} as const satisfies OptionSpecs;
