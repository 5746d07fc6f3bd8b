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

/** How hash tables cut space: by planes through the middle of the data, or into cells of equal width. */
export type HashKind = 'hyperplanes' | 'p-stable';

/** Hash tables: records that fall into the same bucket as the query, or one next to it, are compared. */
export interface LshOptions {
  readonly family: 'lsh';
  /** Hash tables: 1 to 32, 4 bytes a record each. Default 4. */
  readonly tables?: number;
  /**
   * Hash bits of a table: 4 to 20. Default such that a bucket has some 16 records, of as many as there are when it is
   * learnt, and learnt anew as they grow. A table takes 4 bytes for each of its 2^hashBits buckets beside its records.
   */
  readonly hashBits?: number;
  /**
   * Default number of buckets that a search looks at, in all tables together: 1 to 32,768. Default what stored
   * vectors needed to find nine in ten of their neighbours.
   */
  readonly probes?: number;
  /**
   * Default `p-stable` under the metric `l2`, otherwise `hyperplanes`. Under `l2` neither always wins:
   * cells were 1.7 times as fast on 60,000 pictures (recall .95), planes 3 times on a synthetic million (.9). Under `dot`
   * queries lie beside the data, where cells find less.
   */
  readonly hash?: HashKind;
  /** Seed of the projections: the same seed and order of writes give the same index. Default 42. */
  readonly seed?: number;
  /**
   * What candidates are compared by first: codes of one byte a dimension (`sq8`), or the vectors themselves (`none`).
   * Default `sq8`, and `none` under the metric `dot`, as in {@link HnswOptions}.
   */
  readonly quantizer?: Quantizer;
  /** As in {@link HnswOptions}; `disk` needs the quantizer `sq8`. Default `f32`. */
  readonly originals?: Originals;
}

/** Which index serves a collection. A bare name stands for its defaults. */
export type IndexOptions = FlatOptions | HnswOptions | IvfOptions | PqOptions | LshOptions;
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

/** How the lists of an inverted file shorten vectors; see {@link IvfOptions}. */
export type ListQuantizer = 'pq' | 'binary' | 'sq8' | 'none';

/** Inverted lists: k-means puts vectors into lists, a search scans those that are nearest. */
export interface IvfOptions {
  readonly family: 'ivf';
  /**
   * Number of lists: 1 to 8,192. Default .8 √n of the records there are when it is learnt, n / 400 from 100,000 to
   * 640,000 of them, 2 √n beyond; without codes, by `sq8` and `none`, √n, n / 316 from 100,000 to 400,000, and 2 √n
   * beyond; learnt anew as records grow. An index of fewer records than `nlist` waits for them: until then searches
   * compare with all.
   */
  readonly nlist?: number;
  /**
   * Lists that a search scans on average: 1 to 8,192, at most `nlist`. Queries that need more get more, up to eight
   * times as many (not under `dot`). Default a sixteenth of all, at least 8.
   */
  readonly nprobe?: number;
  /**
   * What lists hold beside the vectors: `pq`, codes of a bit a dimension or half a bit, by which a scan leaves out
   * nearly all, and rows of a byte a dimension, by which the others are compared; `binary`, the same with signs in
   * place of learnt codewords; `sq8`, the rows alone; `none`, the vectors alone. Default `pq`.
   */
  readonly quantizer?: ListQuantizer;
  /**
   * Whether vectors are rotated before they are coded, so that every part of a code has its share of their spread
   * (OPQ): better codes where few directions have most of it, for dimension² products a query. Needs `originals`
   * `f32`. Default false.
   */
  readonly rotation?: boolean;
  /** Seed of the learning: the same seed and order of writes give the same index. Default 42. */
  readonly seed?: number;
  /** As in {@link HnswOptions}; `disk` needs another quantizer than `none`. Default `f32`. */
  readonly originals?: Originals;
}

/** Product quantisation: every search scans short codes of all vectors and compares the best. */
export interface PqOptions {
  readonly family: 'pq';
  /** Bits of a sub-quantizer: 4 (scanned with shuffles, some ten times as fast) or 8 (more exact). Default 4. */
  readonly bits?: 4 | 8;
  /**
   * Dimensions of a sub-quantizer: 1 to 64, at most as many as vectors have. Default `bits`, which makes a bit a
   * dimension.
   */
  readonly width?: number;
  /** Times k of the best codes that are compared by vector: 1 to 800. Default 10. */
  readonly oversample?: number;
  /** As in {@link IvfOptions}. Default false. */
  readonly rotation?: boolean;
  /** Seed of the learning. Default 42. */
  readonly seed?: number;
  /** As in {@link HnswOptions}. Default `f32`. */
  readonly originals?: Originals;
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

const SEED = {
  kind: 'integer',
  default: 42,
  min: 0,
  max: 2 ** 32 - 1,
  about: 'Seed of the learning.',
} as const;
const ORIGINALS = HNSW_OPTIONS.originals;
const ROTATION = { kind: 'boolean', default: false, about: 'Rotate vectors before they are coded.' } as const;

export const IVF_OPTIONS = {
  nlist: { kind: 'integer', min: 1, max: 8_192, about: 'Number of lists.' },
  nprobe: { kind: 'integer', min: 1, max: 8_192, about: 'Lists that a search scans, on average.' },
  quantizer: {
    kind: 'choice',
    values: ['pq', 'binary', 'sq8', 'none'],
    default: 'pq',
    about: 'What lists hold: short codes, rows of a byte a dimension, or vectors.',
  },
  rotation: ROTATION,
  seed: SEED,
  originals: ORIGINALS,
} as const satisfies OptionSpecs;

export const PQ_OPTIONS = {
  bits: { kind: 'integer', default: 4, min: 4, max: 8, about: 'Bits of a sub-quantizer: 4 or 8.' },
  width: { kind: 'integer', min: 1, max: 64, about: 'Dimensions of a sub-quantizer.' },
  oversample: {
    kind: 'number',
    default: 10,
    min: 1,
    max: 800,
    about: 'Times k of the best codes compared by vector.',
  },
  rotation: ROTATION,
  seed: SEED,
  originals: ORIGINALS,
} as const satisfies OptionSpecs;

export const LSH_OPTIONS = {
  tables: { kind: 'integer', default: 4, min: 1, max: 32, about: 'Hash tables, 4 bytes a record each.' },
  hashBits: { kind: 'integer', min: 4, max: 20, about: 'Hash bits of a table.' },
  probes: {
    kind: 'integer',
    min: 1,
    max: 32_768,
    about: 'Buckets that a search looks at, in all tables together.',
  },
  hash: {
    kind: 'choice',
    values: ['hyperplanes', 'p-stable'],
    about: 'How tables cut space: by planes, or into cells of equal width.',
  },
  seed: SEED,
  quantizer: {
    kind: 'choice',
    values: ['none', 'sq8'],
    about: 'What is compared first: vectors or codes of a byte.',
  },
  originals: ORIGINALS,
} as const satisfies OptionSpecs;

/** The options of everything that an index can be, beside its family. */
export const INDEX_OPTIONS = {
  auto: AUTO_OPTIONS,
  flat: FLAT_OPTIONS,
  hnsw: { ...HNSW_OPTIONS, ...RECALL_OPTION },
  ivf: { ...IVF_OPTIONS, ...RECALL_OPTION },
  pq: { ...PQ_OPTIONS, ...RECALL_OPTION },
  lsh: { ...LSH_OPTIONS, ...RECALL_OPTION },
} as const satisfies Readonly<Record<'auto' | IndexFamily, OptionSpecs>>;
