import type { VectorRow } from '../vector-file.ts';

/** Puts rows into a sink, in one format. */
export interface Encoder {
  write(rows: readonly VectorRow[]): Promise<void>;
  /** What stands at the end, or is known only then. */
  finish(): Promise<void>;
}
