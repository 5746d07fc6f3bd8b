import type { OptionSpecs } from '../base/options.ts';

/** How much of the recall of real queries is measured. */
export interface RecallWatchOptions {
  /** The share of queries that are measured at most, chosen at random: 0.0001 to 1, default 0.01. */
  readonly share?: number;
  /**
   * What measuring may cost, as a share of one thread's time: 0.0001 to 1, default 0.01. A measurement is an exact
   * search on a worker; the next begins no earlier than this share allows.
   */
  readonly costMax?: number;
  /** The estimate is of so many of the last measured queries at most: 20 to 100,000, default 1,000. */
  readonly queries?: number;
  /** Measurements that are older are forgotten, in seconds: 1 to 1e9, default a day. */
  readonly maxAgeSeconds?: number;
}

export const RECALL_WATCH_OPTIONS = {
  share: { kind: 'number', default: 0.01, min: 0.0001, max: 1, about: 'Share of queries that are measured.' },
  costMax: {
    kind: 'number',
    default: 0.01,
    min: 0.0001,
    max: 1,
    about: 'Share of a thread that it may cost.',
  },
  queries: { kind: 'integer', default: 1_000, min: 20, max: 100_000, about: 'Measured queries kept.' },
  maxAgeSeconds: {
    kind: 'number',
    default: 86_400,
    min: 1,
    max: 1e9,
    about: 'Seconds after which they are forgotten.',
  },
} as const satisfies OptionSpecs;

/** The mean recall of queries for so many hits. */
export interface RecallEstimate {
  readonly k: number;
  /** How many were measured. */
  readonly queries: number;
  readonly recall: number;
  /**
   * Where the true mean lies, with 95 % confidence: Wilson's score interval with queries as its trials, not hits,
   * because the misses of one query come together. It never claims more than the sample shows: ten queries that
   * missed nothing give 0.72 to 1.
   */
  readonly low: number;
  readonly high: number;
}

/** What measuring the recall of real queries has shown, and what it has cost. */
export interface RecallReport {
  /** By number of hits, in ascending order. Empty until something was measured. */
  readonly estimates: readonly RecallEstimate[];
  readonly cost: {
    /** Queries that were searched exactly since the watch began. */
    readonly queries: number;
    readonly distanceComputations: number;
    /** Time on workers. */
    readonly milliseconds: number;
  };
}
