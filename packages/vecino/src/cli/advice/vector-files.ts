import type { JsonObject } from '../../api/metadata.ts';
import type { Metric } from '../../api/search.ts';
import { requireVectorFiles } from '../import/vector-file-rows.ts';

/** What advice needs of `@vecino/vector-files`, which is no dependency of ours. */
export interface VectorFiles {
  vectorFormatOf(path: string): string | undefined;
  openVectorFile(path: string, options: OpenOptions): Promise<VectorFile>;
}

interface OpenOptions {
  /** Of an HDF5. */
  readonly dataset?: string;
  /** Of a table: which field is what. */
  readonly fields?: { readonly vector?: string; readonly document?: string };
}

interface VectorFile extends AsyncDisposable {
  readonly dimension: number | undefined;
  readonly metric: Metric | undefined;
  batches(): AsyncIterable<readonly VectorRow[]>;
}

/** A row, of which a file need not have each part. */
export interface VectorRow {
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata?: JsonObject;
}

/** `PACKAGE_MISSING` where it is not installed. */
export async function vectorFiles(): Promise<VectorFiles> {
  return (await requireVectorFiles('advise')) as unknown as VectorFiles;
}

/** Whether rows of the format have fields, and not only a vector. */
export function isTable(format: string | undefined): boolean {
  return format === 'jsonl' || format === 'parquet';
}
