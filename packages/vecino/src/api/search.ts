import type { OptionSpecs } from '../base/options.ts';
import type { Example, Strategy } from './example.ts';
import type { Facet, FacetRequest } from './facets.ts';
import type { Filter, PathOf } from './filter.ts';
import type { FullTextQuery, FusionOptions } from './full-text.ts';
import type { ImageInput } from './image.ts';
import { RECALL_OPTION } from './index-options.ts';
import { LIMITS } from './limits.ts';
import type { AnyMetadata, JsonValue, Metadata } from './metadata.ts';
import type { Part, VectorInput } from './record.ts';
import { CANDIDATES_OPTION, type DiversifyOptions, type GroupByOptions } from './refine.ts';

/**
 * How nearness is measured. Scores are larger for nearer records with every metric:
 * `cosine`: the cosine of the angle, -1 to 1 (vectors are normalised for you);
 * `dot`: the inner product; `l2`: minus the Euclidean distance, so that 0 is identical.
 */
export type Metric = 'cosine' | 'dot' | 'l2';

/**
 * Exactly one of `vector`, `text`, `image`, `id` and examples (`like`, `unlike`, or both) says what to look near; or `fullText`
 * says which words to look for; or both.
 */
export interface SearchQuery<M extends Metadata = AnyMetadata> {
  /** `dimension` finite numbers. */
  readonly vector?: VectorInput;
  /** Turned into a vector by the collection's embedding. */
  readonly text?: string;
  /** A picture, turned into a vector by the collection's embedding: the path of its file, that file's URL, or its bytes. */
  readonly image?: ImageInput;
  /** The id of a stored record, which is itself left out of the answer. */
  readonly id?: string;
  /**
   * Which of several named vectors is searched: one, or a list of them, whose rankings become one by `fusion`. May
   * be left out where the collection has one. `text` is embedded for each, of `id` each takes its own.
   */
  readonly field?: string | readonly string[];
  /**
   * What hits are to be like, any mix of texts, vectors and stored records, with weights. Records of this collection
   * that are examples are left out of the answer.
   *
   * @example
   * ```ts
   * await words.search({ like: [{ id: 'king' }, { id: 'woman' }], unlike: [{ id: 'man' }], k: 1 }); // queen
   * ```
   */
  readonly like?: readonly Example[];
  /** What hits are to be unlike. */
  readonly unlike?: readonly Example[];
  /** How examples become an answer: `sum` (the default), `average` or `bestScore`; see {@link Strategy}. */
  readonly strategy?: Strategy;
  /**
   * Words to look for in the texts of records (the collection's `fullText`), `true` for those of `text`. Alone it is
   * a search by words, whose scores are BM25; beside something to look near it is a hybrid search, which finds what
   * either side finds.
   */
  readonly fullText?: string | true | FullTextQuery;
  /** How words and vectors, or several fields, become one ranking; default reciprocal rank fusion. */
  readonly fusion?: FusionOptions;
  /** How many hits at most: 1 to 10,000, default 10. */
  readonly k?: number;
  /** Only records whose metadata match; the answer has min(k, matches) hits. */
  readonly filter?: Filter<M>;
  /** What each hit carries beside id and score; default document and metadata. */
  readonly include?: readonly Part[];
  /** Leave out hits with a lower score: the one that hits show, so the fused or reranked one where there is. */
  readonly minScore?: number;
  /** Hits that differ from each other; `true` with all defaults. */
  readonly diversify?: boolean | DiversifyOptions;
  /**
   * The best hits of each of the k best groups, told in `groups` too; a path alone asks for the best hit of each.
   * k times hits of a group is 10,000 at most. Fewer groups than k mean that there are no others. With `diversify` or
   * `rerank` the groups are those of its candidates.
   */
  readonly groupBy?: PathOf<M> | GroupByOptions<M>;
  /** Counts by value over all records that the filter lets pass, told in `facets`. */
  readonly facets?: readonly (PathOf<M> | FacetRequest<M>)[];
  /** A second stage that scores the best candidates anew. */
  readonly rerank?: RerankFunction<M> | RerankOptions<M>;
  /**
   * Page by page: `true` asks for the first page, and `next` of a page for the one behind it, with the same query;
   * k, `include`, efforts, `exact` and `facets` may change. Whatever is written meanwhile, no record comes twice,
   * and none is skipped that stays as it was: a page has the best of what no page has had, records that were
   * written after the first page left out. A token grows by about two bytes a hit.
   */
  readonly page?: true | string;
  /**
   * The share of the true nearest neighbours that answers should have, as a mean over queries: 0.5 to 0.999,
   * default the collection's, if it has one. The effort is then taken from a calibration on the collection's own
   * vectors, made in the background; until it is there, the default effort of the family serves. An effort that is
   * named wins over it. Exact indexes reach every recall.
   */
  readonly recall?: number;
  /** Effort of a walk through the graph (`hnsw`): more finds more and takes longer. 1 to 10,000; default the collection's. */
  readonly efSearch?: number;
  /** Lists that are searched, on average (`ivf`). 1 to 65,536; default the collection's. */
  readonly nprobe?: number;
  /** Buckets that are looked into, of all tables together (`lsh`). 1 to 32,768; default the collection's. */
  readonly probes?: number;
  /**
   * Where the index walks over codes: how many times k of the best are compared again by the vectors
   * themselves, or times ten where k is less. 1 to 100, default 3.
   */
  readonly oversample?: number;
  /** Compare with every (matching) record: recall 1. Default false. */
  readonly exact?: boolean;
  /** Attach `explain` to the result. Default false. */
  readonly explain?: boolean;
  /**
   * Attach `explain`, and in it the recall that this answer has: the search is repeated exactly, which compares with
   * every (matching) record. Default false.
   */
  readonly measureRecall?: boolean;
}

/** A query of `nearest`: without what belongs to an answer of a fixed length. */
export type NearestQuery<M extends Metadata = AnyMetadata> = Omit<SearchQuery<M>, NotOfNearest>;

type NotOfNearest =
  | 'k'
  | 'diversify'
  | 'groupBy'
  | 'facets'
  | 'rerank'
  | 'page'
  | 'explain'
  | 'measureRecall';

/** Times k of the best codes that are compared by vector, where neither query nor index says. */
export const OVERSAMPLE = 3;

export const SEARCH_OPTIONS = {
  vector: { kind: 'opaque', about: 'Look near this vector.' },
  text: { kind: 'opaque', about: 'Look near this text, by the collection’s embedding.' },
  id: { kind: 'opaque', about: 'Look near this stored record.' },
  like: { kind: 'opaque', about: 'Look near these examples.' },
  unlike: { kind: 'opaque', about: 'Look away from these examples.' },
  image: { kind: 'opaque', about: 'Look near this picture, by the collection’s embedding.' },
  field: { kind: 'opaque', about: 'Which of several named vectors, one or a list.' },
  strategy: {
    kind: 'choice',
    values: ['sum', 'average', 'bestScore'],
    about: 'How examples become an answer: their sum, their average, or the best of their scores.',
  },
  fullText: { kind: 'opaque', about: 'Look for these words in the texts.' },
  fusion: { kind: 'opaque', about: 'How nearness and words are fused.' },
  k: { kind: 'integer', default: 10, min: 1, max: LIMITS.kMax, about: 'How many hits at most.' },
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  include: { kind: 'opaque', about: 'Parts of each hit: vector, document, metadata.' },
  minScore: {
    kind: 'number',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    about: 'Leave out hits with a lower score.',
  },
  diversify: { kind: 'opaque', about: 'Hits that differ from each other.' },
  groupBy: { kind: 'opaque', about: 'The best hits of each of the k best groups.' },
  facets: { kind: 'opaque', about: 'Counts by value of metadata paths.' },
  rerank: { kind: 'opaque', about: 'Scores the best candidates anew.' },
  page: { kind: 'opaque', about: 'true for the first page, then `next` of the page before.' },
  ...RECALL_OPTION,
  efSearch: {
    kind: 'integer',
    min: 1,
    max: LIMITS.kMax,
    about: 'Effort of a walk through the graph (hnsw).',
  },
  nprobe: { kind: 'integer', min: 1, max: 65_536, about: 'Lists that are searched, on average (ivf).' },
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
  measureRecall: { kind: 'boolean', default: false, about: 'Attach that and the recall of this answer.' },
} as const satisfies OptionSpecs;

const { k, diversify, groupBy, facets, rerank, page, explain, measureRecall, ...nearest } = SEARCH_OPTIONS;

export const NEAREST_OPTIONS = nearest satisfies Record<keyof NearestQuery, unknown>;

/** What the sides of a search that fuses several say of a record. */
export interface HitScores {
  /** As the vector search scores it; absent where it was not among its candidates, and where vectors have names. */
  readonly vector?: number;
  /** Where vectors have names: as the search of each field scores it, those that had it among their candidates. */
  readonly fields?: Readonly<Record<string, number>>;
  /** BM25; absent where the record was not among the candidates of the words. */
  readonly fullText?: number;
  /** What each side gives to the score of the hit, which is their sum. */
  readonly shares: {
    /** Of the vectors; where they have names, of all fields together. */
    readonly vector: number;
    readonly fullText: number;
    /** Where vectors have names: what each field gives. */
    readonly fields?: Readonly<Record<string, number>>;
  };
}

/** One answer of a search. */
export interface Hit<M extends Metadata = AnyMetadata> {
  readonly id: string;
  /** Larger is nearer; see {@link Metric}. BM25 where only words were looked for, the fused score where both. */
  readonly score: number;
  /** Of a search that fuses several sides (fields, words): where the score comes from. */
  readonly scores?: HitScores;
  readonly vector?: Float32Array;
  /** Named vectors that the record has; only with `include: ['vectors']`. */
  readonly vectors?: Readonly<Record<string, Float32Array>>;
  readonly document?: string;
  readonly metadata?: M;
  /** Only with `include: ['expiresAt']`, and only where the record expires. */
  readonly expiresAt?: Date;
}

/** Hits with the same value at the path of `groupBy`; the group of the best hit comes first. */
export interface HitGroup<M extends Metadata = AnyMetadata> {
  readonly value: JsonValue;
  /** The hits of the result that belong to it, best first. */
  readonly hits: readonly Hit<M>[];
}

/** What a rerank function is told beside the hits. */
export interface RerankContext {
  /** Aborted when nobody waits for the scores any more. */
  readonly signal: AbortSignal;
}

/**
 * Scores hits anew, larger is better: any model that reads query and document together, or any rule. The hits
 * have document and metadata, whatever `include` says, and are in order, best first.
 */
export type RerankFunction<M extends Metadata = AnyMetadata> = (
  hits: readonly Hit<M>[],
  context: RerankContext,
) => Promise<ArrayLike<number>> | ArrayLike<number>;

/** A second stage that scores the best candidates anew; its scores take the place of the first ones. */
export interface RerankOptions<M extends Metadata = AnyMetadata> {
  readonly by: RerankFunction<M>;
  /** Best records that are scored: 1 to 10,000, default 5 times k, at least 50. */
  readonly candidates?: number;
  /** Milliseconds after which waiting ends with `RERANK_TIMED_OUT`: 1 to 3,600,000; default: never. */
  readonly timeoutMs?: number;
  /** Ends waiting with `CANCELLED`. */
  readonly signal?: AbortSignal;
}

export const RERANK_OPTIONS = {
  by: { kind: 'opaque', about: 'Scores hits anew, larger is better.' },
  ...CANDIDATES_OPTION,
  timeoutMs: { kind: 'integer', min: 1, max: 3_600_000, about: 'Milliseconds to wait for scores.' },
  signal: { kind: 'opaque', about: 'Ends waiting.' },
} as const satisfies OptionSpecs;

/** How one of several fields was searched. */
export type FieldExplanation = Omit<SearchExplanation, 'fields' | 'fullText' | 'timesMs'>;

/** How a search was answered and what it cost. */
export interface SearchExplanation {
  /**
   * By the index: `graph`, the HNSW walk; `lists`, the lists of IVF; `codes`, the codes of every (matching) record
   * and then the best of their vectors, as PQ does, and others where originals are on disk; `buckets`, those of LSH.
   * Or `exact`: a comparison with every (matching) record. `words` where only words were looked for.
   */
  readonly way: 'graph' | 'lists' | 'codes' | 'buckets' | 'exact' | 'words';
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
  /** With `measureRecall`: what comparing with all (matching) records has shown, and what that has cost. */
  readonly measuredRecall?: {
    /** The share of the true nearest neighbours that the search of the index has found. */
    readonly recall: number;
    readonly distanceComputations: number;
    readonly timeMs: number;
  };
  /** Vectors that were candidates for the answer before it was cut to k. */
  readonly candidates: number;
  /** Distances computed, walk and exact parts together. */
  readonly distanceComputations: number;
  /** Recently written records that the index has not linked yet and that were compared one by one. */
  readonly unindexed: number;
  /**
   * How each field was searched, where vectors have names: `way` to `measuredRecall` are those of the first of them,
   * the figures after that the sums of all.
   */
  readonly fields?: Readonly<Record<string, FieldExplanation>>;
  /** The side of the words: what was looked for, analysed, and how many candidates that gave. */
  readonly fullText?: { readonly terms: readonly string[]; readonly candidates: number };
  /** Milliseconds of each stage and in total. */
  readonly timesMs: {
    readonly embed: number;
    readonly filter: number;
    readonly search: number;
    readonly fetch: number;
    readonly total: number;
  };
}

/** The hits, best first (with `diversify` in the order of choice), and what else the query has asked for. */
export type SearchResult<M extends Metadata = AnyMetadata> = Hit<M>[] & {
  readonly explain?: SearchExplanation;
  /** With `groupBy`. */
  readonly groups?: readonly HitGroup<M>[];
  /** With `facets`, by path. */
  readonly facets?: Readonly<Record<string, Facet>>;
  /** With `page`: asks for the next page; absent on the last. */
  readonly next?: string;
};
