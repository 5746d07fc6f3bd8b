import type { OptionSpecs } from '../base/options.ts';
import type { AnyMetadata, Metadata } from './metadata.ts';
import type { Part, StoredRecord } from './record.ts';

/** Which changes of a collection are told, and how. */
export interface ChangesQuery {
  /**
   * Tells what has changed after this number: the `seq` of the last change that the consumer has dealt with, or that
   * of `stats()` for what will change from now on. Default 0: every record there is, then what changes.
   */
  readonly since?: number;
  /** Whether to wait for more when everything has been told, until the loop is left. Default false: the loop ends. */
  readonly follow?: boolean;
  /** What each put carries beside id and number; default document and metadata, `[]` for nothing. */
  readonly include?: readonly Part[];
  /** Ends the loop with `CANCELLED`, also while it waits. */
  readonly signal?: AbortSignal;
}

export const CHANGES_OPTIONS = {
  since: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    about: 'Tells what has changed after this number.',
  },
  follow: { kind: 'boolean', default: false, about: 'Waits for more when everything has been told.' },
  include: { kind: 'opaque', about: 'Parts of each put: vector, document, metadata, expiresAt.' },
  signal: { kind: 'opaque', about: 'Ends the loop with CANCELLED.' },
} as const satisfies OptionSpecs;

/** A record that was added or changed, as it is now. */
export interface PutChange<M extends Metadata = AnyMetadata> extends StoredRecord<M> {
  readonly kind: 'put';
}

/** A record that was removed, or has expired and was removed then. */
export interface RemoveChange {
  readonly kind: 'remove';
  /** The number of the change. */
  readonly seq: number;
  readonly id: string;
}

/** The latest change of a record. */
export type RecordChange<M extends Metadata = AnyMetadata> = PutChange<M> | RemoveChange;
