import type { JsonObject, Metric } from 'vecino';
import type { VectorFormat } from './format.ts';

/** A record of a file: what of it the file has. */
export interface VectorRow {
  readonly id?: string;
  /** As 32-bit floats, whatever numbers the file has. Absent where a table has none in this row. */
  readonly vector?: Float32Array;
  readonly document?: string;
  /** What else there is: other columns of a table, other keys of a JSON object. */
  readonly metadata?: JsonObject;
}

/** Which column of a table, or key of a JSON object, is what. */
export interface RowFields {
  /** Default `id`. */
  readonly id?: string;
  /** Default `vector`. */
  readonly vector?: string;
  /** Default `document`. */
  readonly document?: string;
  /** Those that become metadata; default all the others. */
  readonly metadata?: readonly string[];
}

export interface VectorFileOptions {
  /** Default by the file's extension. */
  readonly format?: VectorFormat;
  /** Of an HDF5: which of its datasets; default `train`, or the only one with two axes. */
  readonly dataset?: string;
  /** Of Parquet and JSONL: which columns or keys are what. */
  readonly fields?: RowFields;
}

/** An open file of vectors. */
export interface VectorFile extends AsyncDisposable {
  readonly path: string;
  readonly format: VectorFormat;
  /** Rows in it; undefined where only reading all of it would tell (JSONL). */
  readonly count: number | undefined;
  /** Length of every vector; undefined where the first row tells (Parquet, JSONL). */
  readonly dimension: number | undefined;
  /** The metric that the file itself names: the attribute `distance` of an ann-benchmarks HDF5. */
  readonly metric: Metric | undefined;
  /**
   * The rows from number `first` (from 0, default 0) on, some at a time, in order. Memory stays bounded however
   * large the file is: about a mebibyte of vectors, or a row group of a Parquet's columns as it is stored.
   *
   * @throws VecinoError `INPUT_MALFORMED` with the row where the file is not what it should be; nothing is passed over.
   */
  batches(first?: number): AsyncGenerator<readonly VectorRow[]>;
}

/** Vectors one after the other in one array. */
export interface VectorMatrix {
  readonly count: number;
  readonly dimension: number;
  /** count × dimension. */
  readonly vectors: Float32Array;
}
