import type { OptionSpecs } from '../base/options.ts';
import type { Filter } from './filter.ts';
import type { IndexChoice, IndexFamily, IndexOptions } from './index-options.ts';
import { RECALL_OPTION } from './index-options.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { VectorInput } from './record.ts';
import type { Metric } from './search.ts';

/** What the index is wanted for, and how long may be tried. */
export interface AdviseOptions<M extends Metadata = AnyMetadata> {
  /** The share of the true nearest neighbours that answers should have: 0.5 to 0.999, default that of the collection's index, or 0.95. */
  readonly recall?: number;
  /** Hits of a search: 1 to 1,000, default 10. */
  readonly k?: number;
  /** Measure searches with this filter, over as large a part of the records as it lets pass. Default: without one. */
  readonly filter?: Filter<M>;
  /** Which of several named vectors; may be left out where there is one. */
  readonly field?: string;
  /**
   * Real queries: 1 to 10,000 vectors, or texts of which the collection's embedding makes vectors; the first 500 are
   * asked. Default those that `watchRecall` has kept, at least 20, and where there are none records that are held out:
   * those are easier than real queries where these are of another kind, such as questions among passages.
   */
  readonly queries?: readonly (VectorInput | string)[];
  /** Most bytes of memory that vectors and index may take at full size: 1 to 1e15. Default: no bound. */
  readonly memoryBytes?: number;
  /** Records that are put or replaced each second, which the index must keep up with on one thread: 0 to 1e9, default 0. */
  readonly updatesPerSecond?: number;
  /**
   * How many records the collection will have: 1 to 1e12, default those that it has. Everything is foretold for so
   * many.
   */
  readonly records?: number;
  /** Seconds that the whole may take: 1 to 86,400, default 60. What does not fit in is left out, and `dropped` says so. */
  readonly budgetSeconds?: number;
  /** Seed of the samples: 0 to 4,294,967,295, default 42. */
  readonly seed?: number;
  /** Told at the begin of each step. */
  readonly onProgress?: (progress: AdviseProgress) => void;
  /** Ends the work with `CANCELLED`; nothing has changed. */
  readonly signal?: AbortSignal;
}

/** Queries that may be given, and how many of them are asked. */
export const ADVISE_QUERIES = { givenMax: 10_000, askedMax: 500 } as const;

export const ADVISE_OPTIONS = {
  recall: { ...RECALL_OPTION.recall },
  k: { kind: 'integer', default: 10, min: 1, max: 1_000, about: 'Hits of a search.' },
  filter: { kind: 'opaque', about: 'Measure searches with this filter.' },
  field: { kind: 'opaque', about: 'Which of several named vectors.' },
  queries: { kind: 'opaque', about: 'Vectors or texts of real queries.' },
  memoryBytes: { kind: 'number', min: 1, max: 1e15, about: 'Most bytes of vectors and index in memory.' },
  updatesPerSecond: { kind: 'number', default: 0, min: 0, max: 1e9, about: 'Records written each second.' },
  records: { kind: 'integer', min: 1, max: 1e12, about: 'How many records there will be.' },
  budgetSeconds: { kind: 'number', default: 60, min: 1, max: 86_400, about: 'Seconds that it may take.' },
  seed: { kind: 'integer', default: 42, min: 0, max: 2 ** 32 - 1, about: 'Seed of the samples.' },
  onProgress: { kind: 'opaque', about: 'Told at the begin of each step.' },
  signal: { kind: 'opaque', about: 'Ends the work.' },
} as const satisfies OptionSpecs;

/** The option of a query that names the effort of an index. */
export type EffortName = 'efSearch' | 'nprobe' | 'probes' | 'oversample';

/** How far it is. */
export interface AdviseProgress {
  /** `reading` the sample, `looking` at its character, `building` and `measuring` a configuration, `checking` the best. */
  readonly stage: 'reading' | 'looking' | 'building' | 'measuring' | 'checking';
  /** The configuration in question. */
  readonly configuration?: string;
  /** Records of the sample in question. */
  readonly records: number;
  /** Seconds since the begin, and those that there are. */
  readonly seconds: number;
  readonly budgetSeconds: number;
}

/** A value that was foretold, and where it lies in all likelihood; all equal where it was measured. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One effort of searches, and what it gave. */
export interface AdvicePoint {
  /** In the option of the family; 0 where there is none. */
  readonly effort: number;
  /** Mean over the queries, with Wilson's interval of 95 % confidence. */
  readonly recall: number;
  readonly low: number;
  readonly high: number;
  /** Searches a second, one after another on one thread. */
  readonly qps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Figures of a configuration at the recall that is wanted, between the two efforts around it. */
export interface AtTarget {
  readonly effort: number;
  readonly qps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What a configuration was at one size. */
export interface AdviceSample {
  readonly records: number;
  /** On the worker threads, from records in memory to an index that answers. */
  readonly buildSeconds: number;
  /** Vectors and index. */
  readonly memoryBytes: number;
  /** Snapshot of the index, and the vectors in the store; documents and metadata come on top. */
  readonly diskBytes: number;
  /** In the order of efforts. */
  readonly points: readonly AdvicePoint[];
  /** Absent where no effort reaches the recall that is wanted. */
  readonly atTarget?: AtTarget;
  /** Milliseconds below which these shares of the searches lay, of the point nearest to the target. */
  readonly latencies: readonly { readonly share: number; readonly ms: number }[];
  /** Present where an approximate index has compared with all of so few records, because that is cheaper, or it has learnt nothing yet. */
  readonly comparesWithAll?: true;
  /** Records a second that could be put and linked; absent where it was not measured. */
  readonly updatesPerSecond?: number;
}

/** What a configuration is foretold to be with all records, at the recall that is wanted. */
export interface Forecast {
  readonly records: number;
  readonly qps: Estimate;
  readonly p50Ms: Estimate;
  readonly p99Ms: Estimate;
  readonly buildSeconds: Estimate;
  readonly memoryBytes: Estimate;
  readonly diskBytes: Estimate;
  /** The effort that it will take. */
  readonly effort: Estimate;
}

/** A family with its options, and what was seen of it. */
export interface AdviceConfiguration {
  /** Such as `hnsw M=32`. */
  readonly name: string;
  readonly family: IndexFamily;
  /** What differs from the defaults of the family. */
  readonly index: IndexOptions;
  /** The option of a query that names the effort; absent for exact search. */
  readonly effortOption?: EffortName;
  /** By ascending size. */
  readonly samples: readonly AdviceSample[];
  /** Absent where the recall was not reached, or nothing was measured. */
  readonly forecast?: Forecast;
  /** Why it cannot be chosen, a sentence each; empty where it can. */
  readonly misses: readonly string[];
  /** Why it was not built, or not at the larger size. */
  readonly dropped?: string;
}

/** What the vectors are like. */
export interface DataCharacter {
  /** Records and pairs that this was seen on. */
  readonly records: number;
  /** How many directions they spread into around a point: Levina and Bickel's estimate. */
  readonly intrinsicDimension?: number;
  /** Skewness of how often a record is among the ten nearest of others: above some 2 there are hubs. */
  readonly hubness: number;
  /** The share of the records that equal another one to the bit. */
  readonly duplicates: number;
  /** Dimensions with one value in all records. */
  readonly constantDimensions: number;
  readonly norms: {
    readonly min: number;
    readonly median: number;
    readonly max: number;
    /** Standard deviation over mean. */
    readonly spread: number;
  };
  /** Distance of the nearest over that of a record of chance: near 1, nothing is near. */
  readonly contrast: number;
}

/** Something about the data that speaks against how they are stored. */
export interface AdviceWarning {
  readonly code:
    | 'NOT_NORMALIZED'
    | 'CONSTANT_DIMENSIONS'
    | 'DUPLICATES'
    | 'METRIC_UNSUITED'
    | 'HUBS'
    | 'NOTHING_NEAR'
    | 'FEW_QUERIES'
    | 'FEW_RECORDS';
  readonly message: string;
}

/** A configuration that may be chosen, with why. */
export interface AdvisedConfiguration {
  readonly name: string;
  /** What `reindex` and the creation of a collection take. */
  readonly index: IndexChoice;
  readonly forecast: Forecast;
  /**
   * The recall that is foretold for queries that were not asked here: where the collection tuned itself to the target,
   * what it then gave; otherwise the target.
   */
  readonly recall: Estimate;
  readonly reason: string;
}

/** What was foretold and what was measured, and the second over the first. */
export interface Verified {
  readonly forecast: number;
  readonly measured: number;
  readonly ratio: number;
}

/** How far an earlier forecast was off, now that as many records were measured. */
export interface AdviceVerification {
  readonly name: string;
  readonly records: number;
  readonly qps: Verified;
  readonly p99Ms: Verified;
  readonly memoryBytes: Verified;
  /** Absent where no snapshot of the index lies on a disk, as in memory. */
  readonly diskBytes?: Verified;
  /** Their difference counts. */
  readonly recall: {
    readonly forecast: number;
    readonly measured: number;
    readonly low: number;
    readonly high: number;
  };
}

/** What `advise` answers: plain data, which JSON keeps whole. */
export interface Advice {
  /** The collection or file. */
  readonly subject: string;
  readonly records: number;
  /** What is foretold for. */
  readonly fullRecords: number;
  readonly dimension: number;
  readonly metric: Metric;
  readonly at: string;
  /** What was wanted, with defaults. */
  readonly wanted: {
    readonly recall: number;
    readonly k: number;
    readonly isFiltered: boolean;
    /** The share of the sample that the filter lets pass; 1 without one. */
    readonly selectivity: number;
    readonly memoryBytes?: number;
    readonly updatesPerSecond: number;
    readonly budgetSeconds: number;
  };
  readonly queries: { readonly source: 'given' | 'recorded' | 'held-out'; readonly count: number };
  /** Worker threads that built. */
  readonly threads: number;
  readonly seconds: number;
  readonly data: DataCharacter;
  readonly warnings: readonly AdviceWarning[];
  readonly configurations: readonly AdviceConfiguration[];
  readonly recommendation: AdvisedConfiguration;
  readonly runnerUp?: AdvisedConfiguration;
  /** What would change the choice, derived from what was measured, a sentence each. */
  readonly wouldChange: readonly string[];
}
