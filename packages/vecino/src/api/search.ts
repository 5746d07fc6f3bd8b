import type { OptionSpecs } from '../base/options.ts';
import type { Filter } from './filter.ts';
import { RECALL_OPTION } from './index-options.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { Part, VectorInput } from './record.ts';

/**
 * How nearness is measured. Scores are larger for nearer records with every metric:
 * `cosine`: the cosine of the angle, -1 to 1 (vectors are normalised for you);
 * `dot`: the inner product; `l2`: minus the Euclidean distance, so that 0 is identical.
 */
export type Metric = 'cosine' | 'dot' | 'l2';

/** Exactly one of `vector`, `text` and `id` says what to look near. */
export interface SearchQuery<M extends Metadata = AnyMetadata> {
  /** `dimension` finite numbers. */
  readonly vector?: VectorInput;
  /** Turned into a vector by the collection's embedding. */
  readonly text?: string;
  /** The id of a stored record, which is itself left out of the answer. */
  readonly id?: string;
  /** How many hits at most: 1 to 10,000, default 10. */
  readonly k?: number;
  /** Only records whose metadata match; the answer has min(k, matches) hits. */
  readonly filter?: Filter<M>;
  /** What each hit carries beside id and score; default document and metadata. */
  readonly include?: readonly Part[];
  /** Leave out hits with a lower score. */
  readonly minScore?: number;
  /**
   * The share of the true nearest neighbours that answers should have, as a mean over queries: 0.5 to 0.999,
   * default the collection's, if it has one. The effort is then taken from a calibration on the collection's own
   * vectors, made in the background; until it is there, the default effort of the family serves. An effort that is
   * named wins over it. Exact indexes reach every recall.
   */
  readonly recall?: number;
  /** Effort of a walk through the graph (`hnsw`): more finds more and takes longer. 1 to 10,000; default the collection's. */
  readonly efSearch?: number;
  /** Lists that are searched (`ivf`). 1 to 65,536; default the collection's. */
  readonly nprobe?: number;
  /** Buckets that are looked into, of all tables together (`lsh`). 1 to 32,768; default the collection's. */
  readonly probes?: number;
  /**
   * Where the index walks over codes: how many times k of the best are compared again by the vectors
   * themselves. 1 to 100, default 3.
   */
  readonly oversample?: number;
  /** Compare with every (matching) record: recall 1. Default false. */
  readonly exact?: boolean;
  /** Attach `explain` to the result. Default false. */
  readonly explain?: boolean;
}

/** Times k of the best codes that are compared by vector, where neither query nor index says. */
export const OVERSAMPLE = 3;

export const SEARCH_OPTIONS = {
  vector: { kind: 'opaque', about: 'Look near this vector.' },
  text: { kind: 'opaque', about: 'Look near this text, by the collection’s embedding.' },
  id: { kind: 'opaque', about: 'Look near this stored record.' },
  k: { kind: 'integer', default: 10, min: 1, max: LIMITS.kMax, about: 'How many hits at most.' },
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  include: { kind: 'opaque', about: 'Parts of each hit: vector, document, metadata.' },
  minScore: {
    kind: 'number',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    about: 'Leave out hits with a lower score.',
  },
  ...RECALL_OPTION,
  efSearch: {
    kind: 'integer',
    min: 1,
    max: LIMITS.kMax,
    about: 'Effort of a walk through the graph (hnsw).',
  },
  nprobe: { kind: 'integer', min: 1, max: 65_536, about: 'Lists that are searched (ivf).' },
  probes: {
    kind: 'integer',
    min: 1,
    max: 32_768,
    about: 'Buckets that are looked into, of all tables (lsh).',
  },
  oversample: {
    kind: 'number',
    min: 1,
    max: 100,
    about: 'Times k of the best codes compared by vector.',
  },
  exact: { kind: 'boolean', default: false, about: 'Compare with every matching record.' },
  explain: { kind: 'boolean', default: false, about: 'Attach the way taken and its cost.' },
} as const satisfies OptionSpecs;

/** One answer of a search. */
export interface Hit<M extends Metadata = AnyMetadata> {
  readonly id: string;
  /** Larger is nearer; see {@link Metric}. */
  readonly score: number;
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata?: M;
}

/** How a search was answered and what it cost. */
export interface SearchExplanation {
  /**
   * By the index: `graph`, the HNSW walk; `lists`, the lists of IVF; `codes`, the codes of every (matching) record
   * and then the best of their vectors, as PQ does, and others where originals are on disk; `buckets`, those of LSH.
   * Or `exact`: a comparison with every (matching) record.
   */
  readonly way: 'graph' | 'lists' | 'codes' | 'buckets' | 'exact';
  /** Why the planner took this way, in one sentence. */
  readonly reason: string;
  /** Where it ran: on the calling thread or on a worker. */
  readonly thread: 'caller' | 'worker';
  /** Live records of the collection. */
  readonly records: number;
  /** Records that the filter lets pass; all of them without a filter. */
  readonly matches: number;
  /** Effort of the approximate search, in the option of the family that served; 0 where there was none. */
  readonly effort: number;
  /** The recall that the calibration foretells of this effort; 1 for exact answers, null where there is none yet. */
  readonly expectedRecall: number | null;
  /** Vectors that were candidates for the answer before it was cut to k. */
  readonly candidates: number;
  /** Distances computed, walk and exact parts together. */
  readonly distanceComputations: number;
  /** Recently written records that the index has not linked yet and that were compared one by one. */
  readonly unindexed: number;
  /** Milliseconds of each stage and in total. */
  readonly timesMs: {
    readonly embed: number;
    readonly filter: number;
    readonly search: number;
    readonly fetch: number;
    readonly total: number;
  };
}

/** The hits, nearest first; with `explain: true` the explanation is attached. */
export type SearchResult<M extends Metadata = AnyMetadata> = Hit<M>[] & {
  readonly explain?: SearchExplanation;
};
