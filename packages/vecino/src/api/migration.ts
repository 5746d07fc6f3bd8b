import type { OptionSpecs } from '../base/options.ts';
import type { Database, OpenOptions } from './database.ts';
import type { IndexChoice } from './index-options.ts';
import { LIMITS } from './limits.ts';
import type { Metric } from './search.ts';

/**
 * One end of a migration: a collection of any database, or a file.
 *
 * As a text it is what `open` takes, with the collection behind a `#`: `./library#books`,
 * `postgres://user:password@host/database#books`. Without it the source must have one collection only, and the target's
 * is named as the source's. A text without `://` that ends with `.jsonl`, `.parquet`, `.npy`, `.fvecs`, `.bvecs`,
 * `.ivecs`, `.hdf5` or `.h5`, and is no folder, is a file.
 */
export type MigrationEnd = string | MigrationPlace | OpenedPlace;

/** An end that the migration opens and closes. */
export interface MigrationPlace {
  /** A folder, an address or a file, without a `#` that means anything. */
  readonly location: string;
  readonly collection?: string;
  /** Of a database: what `open` takes; `readOnly` and `create` are the migration's own affair. */
  readonly options?: Omit<OpenOptions, 'readOnly' | 'create'> | undefined;
  /** Of an HDF5: which of its datasets. */
  readonly dataset?: string;
}

/** An end that the caller has open, and that stays open. */
export interface OpenedPlace {
  readonly database: Database;
  readonly collection: string;
}

/** How a migration is done. */
export interface MigrateOptions extends VerifyMigrationOptions {
  /**
   * Write into a collection that has records already; those of the same id are replaced, the others stay and are left out of
   * the comparison. Default false: such a target is refused with `TARGET_NOT_EMPTY`.
   */
  readonly merge?: boolean;
  /** Forget how far an earlier call has come, and copy everything. Default false. */
  readonly restart?: boolean;
  /** Writes at the same time: 1 to 64, default 4. Files are written by one. */
  readonly writers?: number;
  /**
   * Records of a write at most: 1 to 10,000, default 1,000. There are fewer where they are large: a write has some 8 MiB.
   */
  readonly batch?: number;
  /** The metric of a new target where the source is a file, which seldom tells it: default `cosine`. */
  readonly metric?: Metric;
  /** The index of a new target; default that of the source, as far as the target has it. */
  readonly index?: IndexChoice;
  /** Whether to believe that the target is as it should be: nothing is read back. Default false. */
  readonly skipVerification?: boolean;
  /**
   * The file that notes how far the migration is. Default: `migrate/<hash>.json` in the target's folder, else in that of the
   * source, else `vecino-migrate-<hash>.json` in the working directory.
   */
  readonly journal?: string;
  /** Told what will be done, and what the target lacks, before anything is written. May throw to stop it. */
  readonly onPlan?: (plan: MigrationPlan) => void | Promise<void>;
}

/** How two ends are compared. */
export interface VerifyMigrationOptions {
  /** Where the target has one vector a record: which of the source's named ones that is. */
  readonly field?: string;
  /** How often a read or write that may succeed later is tried again: 0 to 100, default 5. */
  readonly retries?: number;
  /** Stored records that ask for their neighbours on both sides: 0 to 10,000, default 100; 0 measures no recall. */
  readonly queries?: number;
  /** Differing records that are named: 0 to 10,000, default 10. All are counted. */
  readonly differencesMax?: number;
  /** Seed by which the asking records are drawn: 0 to 4,294,967,295, default 42. */
  readonly seed?: number;
  /** What `open` takes, for ends that are not open yet. */
  readonly open?: MigrationPlace['options'];
  /** Told some times a second. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Ends the work with `CANCELLED`; the same call goes on from there. */
  readonly signal?: AbortSignal;
}

export const VERIFY_MIGRATION_OPTIONS = {
  field: { kind: 'opaque', about: 'Which named vector, where the target has one vector a record.' },
  retries: { kind: 'integer', default: 5, min: 0, max: 100, about: 'How often a call is tried again.' },
  queries: {
    kind: 'integer',
    default: 100,
    min: 0,
    max: 10_000,
    about: 'Records that ask for their neighbours on both sides.',
  },
  differencesMax: { kind: 'integer', default: 10, min: 0, max: 10_000, about: 'Differing records named.' },
  seed: { kind: 'integer', default: 42, min: 0, max: 2 ** 32 - 1, about: 'Seed of the asking records.' },
  open: { kind: 'opaque', about: 'What open takes, for both ends.' },
  onProgress: { kind: 'opaque', about: 'Told how far it is.' },
  signal: { kind: 'opaque', about: 'Ends the work.' },
} as const satisfies OptionSpecs;

export const MIGRATE_OPTIONS = {
  merge: { kind: 'boolean', default: false, about: 'Write into a collection that has records already.' },
  restart: { kind: 'boolean', default: false, about: 'Copy everything, whatever was copied before.' },
  writers: { kind: 'integer', default: 4, min: 1, max: 64, about: 'Writes at the same time.' },
  batch: {
    kind: 'integer',
    default: 1_000,
    min: 1,
    max: LIMITS.pageMax,
    about: 'Records of a write at most.',
  },
  metric: { kind: 'choice', values: ['cosine', 'dot', 'l2'], about: 'Metric of a new target, from a file.' },
  index: { kind: 'opaque', about: 'Index of a new target.' },
  skipVerification: { kind: 'boolean', default: false, about: 'Do not compare the ends afterwards.' },
  journal: { kind: 'opaque', about: 'The file that notes how far it is.' },
  onPlan: { kind: 'opaque', about: 'Told what will be done before anything is written.' },
  ...VERIFY_MIGRATION_OPTIONS,
} as const satisfies OptionSpecs;

/** How far it is. */
export interface MigrationProgress {
  /**
   * `copying` the records; `following` what has changed at the source meanwhile; `indexing` at the target; `verifying`
   * both sides by their checksums; `comparing` record by record, where these differ; `searching` on both sides.
   */
  readonly stage: 'copying' | 'following' | 'indexing' | 'verifying' | 'comparing' | 'searching';
  /** Records that have passed the stage, those of an earlier call included. */
  readonly records: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
  /** Mean of the stage in this call. */
  readonly recordsPerSecond: number;
  /** Until the end of the stage; undefined where nothing is known. */
  readonly secondsLeft: number | undefined;
}

/** What an end is, without secrets. */
export interface MigrationEndDescription {
  /** The folder, the file, or the address without its password. */
  readonly location: string;
  /** Absent for a file. */
  readonly collection?: string;
  /** The engine, or the format of a file. */
  readonly engine: string;
}

/** Something that the source has and the target will not. */
export interface MigrationLoss {
  readonly what: string;
  readonly because: string;
}

/** What a migration will do. */
export interface MigrationPlan {
  readonly from: MigrationEndDescription;
  readonly to: MigrationEndDescription;
  /** At the source now; undefined for a file that does not tell. */
  readonly records: number | undefined;
  /** Whether the target is made, or is there already. */
  readonly creates: boolean;
  /** Records that an earlier call has copied, behind which this one goes on; 0 at the begin. */
  readonly resumesAfter: number;
  /** What does not travel; empty where everything does. */
  readonly losses: readonly MigrationLoss[];
}

/** What an end holds: sums over its records, the same in whatever order they come. */
export interface ContentChecksum {
  readonly records: number;
  /** Each 32 hexadecimal digits; absent where one of the two ends cannot have such a thing. */
  readonly ids?: string;
  readonly vectors?: string;
  readonly documents?: string;
  readonly metadata?: string;
  readonly expiries?: string;
}

/** A record that is not the same on both sides. */
export interface MigrationDifference {
  readonly id: string;
  readonly namespace?: string;
  /** `missing` at the target, `extra` there, or both have it and it is `different`. */
  readonly kind: 'missing' | 'extra' | 'different';
  /** What of it is different. */
  readonly parts?: readonly ('vectors' | 'documents' | 'metadata' | 'expiries')[];
}

/** How well searches of both sides find the nearest, as means over the asking records. */
export interface MigrationRecall {
  /** The named vector that was asked; absent where there is one without a name. */
  readonly field?: string;
  /** Hits of a search. */
  readonly k: number;
  readonly queries: number;
  /** The share of the exact answer that searches found; absent where a side is a file. */
  readonly source?: number;
  readonly target?: number;
  /** The share of the source's exact answer that the target's has; absent where one of them has none. */
  readonly agreement?: number;
}

/** What comparing two ends has found. */
export interface MigrationVerification {
  readonly from: MigrationEndDescription;
  readonly to: MigrationEndDescription;
  /** Whether the target has everything that the source has, and nothing else but what `merge` has met there. */
  readonly equal: boolean;
  /**
   * How vectors were compared: to the bit of 32-bit floats; rounded to 16-bit floats, where an end keeps no more; or by
   * their direction alone (a cosine of 1 - 1e-6 and more), where an end normalises them or loses their last bits, record
   * by record and without a checksum.
   */
  readonly vectors: 'f32' | 'f16' | 'direction';
  readonly source: ContentChecksum;
  /** Absent where only those of the source's records were looked up (`merge`). */
  readonly target?: ContentChecksum;
  /** Of records at the target that no record of the source has: -1 where nobody can tell, as of files. */
  readonly differing: { readonly missing: number; readonly different: number; readonly extra: number };
  /** The first of them. */
  readonly differences: readonly MigrationDifference[];
  /** For each vector; empty where no recall was measured. */
  readonly recall: readonly MigrationRecall[];
  readonly seconds: number;
}

/** What `migrate` answers: plain data, which JSON keeps whole. */
export interface MigrationReport extends MigrationPlan {
  /** Records that this call has written, and removed because the source has removed them. */
  readonly written: number;
  readonly removed: number;
  /** Seconds of copying, and what that makes a second. */
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Reads and writes that were tried again. */
  readonly retried: number;
  /** Absent with `skipVerification`. */
  readonly verification?: MigrationVerification;
}
