import type { OptionSpecs } from '../base/options.ts';

/** How far a reindexing is. */
export interface ReindexProgress {
  /**
   * `copying`: vectors are brought into the new index; `linking`: they are put into its structure; `saving`: the
   * new index answers, and its snapshot is written.
   */
  readonly stage: 'copying' | 'linking' | 'saving';
  /** Records that have passed this stage, of `total`, which grows and shrinks with writes meanwhile. */
  readonly records: number;
  readonly total: number;
}

export interface ReindexOptions {
  /** Which of several named vectors; may be left out where there is one. */
  readonly field?: string;
  /** Told at least at the begin of each stage, and some times a second meanwhile. */
  readonly onProgress?: (progress: ReindexProgress) => void;
  /** Ends the reindexing with `CANCELLED`; the old index stays. */
  readonly signal?: AbortSignal;
}

export const REINDEX_OPTIONS = {
  field: { kind: 'opaque', about: 'Which of several named vectors.' },
  onProgress: { kind: 'opaque', about: 'Told how far it is.' },
  signal: { kind: 'opaque', about: 'Ends it; the old index stays.' },
} as const satisfies OptionSpecs;
