import type { Format } from '../read/formats.ts';

/** A source's bytes, and by what it is known whether they change. */
export interface Loaded {
  readonly bytes: Uint8Array;
  readonly format: Format;
  /** Another one where the source may have changed: size and time of a file, the entity tag of a page. */
  readonly version: string;
  /** When it was changed, as an ISO 8601 text, where somebody knows. */
  readonly modified?: string;
}

/** A file or a page that texts come from. */
export interface Source {
  /** As citations name it: the path from the folder's name on, or the address. */
  readonly name: string;
  /** Bytes, as far as they are known before it is read. */
  readonly size: number;
  /**
   * Reads it, unless it is known to be as it was at this version: then the answer is undefined.
   *
   * @throws INPUT_UNREADABLE, INPUT_MALFORMED
   */
  load(version: string | undefined, signal: AbortSignal | undefined): Promise<Loaded | undefined>;
}

/** What the caller has named: a folder, a file, a pattern or a list of addresses. */
export interface SourceRoot {
  /** Its identity, by which records of sources that have vanished are found: an absolute path or pattern. */
  readonly root: string;
  readonly sources: readonly Source[];
  /** Files in it whose format is not one that is read. */
  readonly ignored: number;
  /** How many are loaded at a time: a disk gains nothing by more than one, a network much. */
  readonly atOnce: number;
}
