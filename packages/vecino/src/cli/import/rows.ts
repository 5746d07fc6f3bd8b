import type { JsonValue } from '../../api/metadata.ts';

/** A record of the input as it was read: named fields, not yet told apart. */
export interface Row {
  readonly kind: 'row';
  /** Its first line, from 1. */
  readonly line: number;
  readonly end: RowEnd;
  /** Its text, or the bytes of its vector, from which an id is derived where it has none. */
  readonly text: string | Uint8Array;
  readonly fields: ReadonlyMap<string, JsonValue>;
  /** Of a file of vectors: its vector, which then is in no field. */
  readonly vector?: Float32Array;
}

/** A place in the input that cannot be read as a row. */
export interface BadRow {
  readonly kind: 'bad';
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
  readonly expected: string;
  readonly end: RowEnd;
  /** Nothing after it can be read either, as where the header of a CSV is wrong. */
  readonly fatal?: true;
}

/** Where reading goes on after a row: what a resumed import needs to know. */
export interface RowEnd {
  /** Bytes up to here. */
  readonly byte: number;
  /** Lines up to here; rows where the file has no lines. */
  readonly line: number;
  /** The names of a CSV's header line, which a reader that starts in the middle does not meet. */
  readonly header?: readonly string[];
}

export const INPUT_START: RowEnd = { byte: 0, line: 0 };
