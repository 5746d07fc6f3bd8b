import type { EmbeddingStats } from './embedding.ts';
import type { IndexFamily } from './index-options.ts';
import type { RecallReport } from './recall.ts';

/** An effort of searches, and the mean recall that it gave. */
export interface CalibrationPoint {
  readonly effort: number;
  readonly recall: number;
}

/** Which effort gives which recall: measured on stored vectors, each asked with and itself left out. */
export interface Calibration {
  /** When it was made, as an ISO 8601 text. */
  readonly at: string;
  /** How many records there were. */
  readonly records: number;
  /** How many of them were asked with. */
  readonly queries: number;
  /** For so many hits, the points in ascending order of effort. */
  readonly curves: readonly { readonly k: number; readonly points: readonly CalibrationPoint[] }[];
}

/** The state of an index. */
export interface IndexFigures {
  readonly family: IndexFamily;
  /** Records that the index can reach by itself. */
  readonly linked: number;
  /** Live records not linked yet; searches compare with them one by one. */
  readonly pending: number;
  /** Removed records whose place is not reclaimed yet. */
  readonly removed: number;
  /** Linked records that a walk from the entry point would miss; searches compare with them one by one. */
  readonly unreached: number;
  /** Slots allocated, live or not. */
  readonly slots: number;
  /** What effort searches need for a recall; absent until a search or an option has named a recall. */
  readonly calibration?: Calibration;
}

/** What one named vector holds and costs at this moment: as `CollectionStats` says of a whole collection. */
export interface VectorFieldStats {
  /** Records that have the vector. */
  readonly records: number;
  readonly index: IndexFigures;
  readonly memory: {
    readonly vectorBytes: number;
    readonly indexBytes: number;
    readonly reindexBytes: number;
  };
  readonly disk: { readonly snapshotBytes: number };
  /** The recall of this process's queries for it, after `watchRecall`. */
  readonly recall?: RecallReport;
}

/** What a collection holds and costs at this moment. */
export interface CollectionStats {
  readonly name: string;
  readonly records: number;
  /** The store's number of the latest change. */
  readonly seq: number;
  /** Of a collection whose vectors have names: the sums of all of them, with the family of the first. */
  readonly index: IndexFigures;
  readonly memory: {
    /** Bytes that the vectors take in memory. */
    readonly vectorBytes: number;
    /** Bytes of links and marks: what the index adds to the vectors. */
    readonly indexBytes: number;
    /** Bytes of vectors and index that a reindexing builds beside the present ones; 0 when none is under way. */
    readonly reindexBytes: number;
    /** Bytes of the columns that filters have built so far (estimated). */
    readonly filterBytes: number;
  };
  readonly disk: {
    /** Bytes of the index snapshot. */
    readonly snapshotBytes: number;
    /** Bytes of the database file and its log, all collections together. */
    readonly storeBytes: number;
  };
  /** What its texts have cost since this process opened it, and what is kept of them in the store. */
  readonly embedding: EmbeddingStats;
  /** The recall of this process's queries, after `watchRecall`; that of named vectors stands in `vectors`. */
  readonly recall?: RecallReport;
  /** By name; absent where there is one vector without a name. */
  readonly vectors?: Readonly<Record<string, VectorFieldStats>>;
}
