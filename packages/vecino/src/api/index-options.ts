import type { OptionSpecs } from '../base/options.ts';

/** Exact search: every distance is computed. */
export interface FlatOptions {
  readonly family: 'flat';
}

/** How vectors are shortened for comparing: not at all, or to one byte a dimension. */
export type Quantizer = 'none' | 'sq8';

/** How an index keeps the vectors beside their codes. */
export type Originals = 'f32' | 'f16' | 'disk';

/** The hierarchical navigable small world graph. */
export interface HnswOptions {
  readonly family: 'hnsw';
  /** Links a node on the upper levels; twice as many on the lowest. 4 to 64, default 16. */
  readonly M?: number;
  /** Effort of building: 8 to 2,000, default 200. */
  readonly efConstruction?: number;
  /** Default effort of searching: 1 to 10,000, default 64. */
  readonly efSearch?: number;
  /** Seed of the levels: the same seed and order of writes give the same graph. Default 42. */
  readonly seed?: number;
  /**
   * What a walk compares: `sq8` codes of one byte a dimension, whose best are compared again by the vectors
   * themselves, or the vectors alone (`none`). Default `sq8`, and `none` under the metric `dot`, whose extra
   * coordinate does not fit the scale of the others.
   */
  readonly quantizer?: Quantizer;
  /**
   * How the vectors themselves are kept for reranking: as 32-bit floats (`f32`), as 16-bit floats in half the
   * memory (`f16`: scores differ by some 0.05 %, and values beyond ±65,504 are refused), or in the store only
   * (`disk`: a quarter of the memory and less, and each search reads `oversample` times k vectors). `f16` and
   * `disk` need the quantizer `sq8`. Default `f32`.
   */
  readonly originals?: Originals;
}

/** Which index serves a collection. A bare name stands for its defaults. */
export type IndexOptions = FlatOptions | HnswOptions;
export type IndexFamily = IndexOptions['family'];

/** The share of the true nearest neighbours that answers should have, as a mean over queries. */
export interface RecallTarget {
  /**
   * 0.5 to 0.999. The effort of searches is then taken from a calibration on the collection's own vectors, which
   * is made in the background; until it is there, the default effort of the family serves.
   */
  readonly recall?: number;
}

/**
 * The collection chooses: comparing with all while that is fastest, then the family that serves its size,
 * dimension and metric best at the recall wanted. It changes over in the background, as `reindex` does.
 */
export interface AutoOptions extends RecallTarget {
  readonly family: 'auto';
}

/** What serves a collection: a family with its options, the bare name of one, or `auto`. Default `auto`. */
export type IndexChoice =
  | 'auto'
  | IndexFamily
  | AutoOptions
  | FlatOptions
  | (Exclude<IndexOptions, FlatOptions> & RecallTarget);

/** A choice with everything that was left out. */
export type CompleteIndexChoice = Required<AutoOptions> | (Required<IndexOptions> & RecallTarget);

/** The recall that a collection aims at where it is a matter of its own options. */
export const RECALL_OPTION = {
  recall: {
    kind: 'number',
    min: 0.5,
    max: 0.999,
    about: 'Share of the true nearest that answers should have.',
  },
} as const satisfies OptionSpecs;

export const AUTO_OPTIONS = {
  recall: { ...RECALL_OPTION.recall, default: 0.95 },
} as const satisfies OptionSpecs;

export const FLAT_OPTIONS = {} as const satisfies OptionSpecs;

export const HNSW_OPTIONS = {
  M: { kind: 'integer', default: 16, min: 4, max: 64, about: 'Links a node on the upper levels.' },
  efConstruction: { kind: 'integer', default: 200, min: 8, max: 2_000, about: 'Effort of building.' },
  efSearch: { kind: 'integer', default: 64, min: 1, max: 10_000, about: 'Default effort of searching.' },
  seed: { kind: 'integer', default: 42, min: 0, max: 2 ** 32 - 1, about: 'Seed of the levels.' },
  quantizer: {
    kind: 'choice',
    values: ['none', 'sq8'],
    about: 'What a walk compares: vectors or codes of a byte.',
  },
  originals: {
    kind: 'choice',
    values: ['f32', 'f16', 'disk'],
    default: 'f32',
    about: 'How vectors are kept: floats of 32 or 16 bits in memory, or on disk only.',
  },
} as const satisfies OptionSpecs;

/** The options of everything that an index can be, beside its family. */
export const INDEX_OPTIONS = {
  auto: AUTO_OPTIONS,
  flat: FLAT_OPTIONS,
  hnsw: { ...HNSW_OPTIONS, ...RECALL_OPTION },
} as const satisfies Readonly<Record<'auto' | IndexFamily, OptionSpecs>>;
