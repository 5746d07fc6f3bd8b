import { extname } from 'node:path';
import { CONTENT_PARTS, type ContentPart } from './fingerprint.ts';

/** Files that can be ends. JSON lines are read and written here, the others by `@vecino/vector-files`. */
export const FILE_FORMATS = ['jsonl', 'parquet', 'npy', 'fvecs', 'bvecs', 'ivecs', 'hdf5'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Those that can be written. */
export const WRITTEN_FORMATS = ['jsonl', 'parquet', 'npy', 'fvecs'] as const satisfies readonly FileFormat[];
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

const FORMAT_OF_EXTENSION: ReadonlyMap<string, FileFormat> = new Map([
  ['.ndjson', 'jsonl'],
  ['.h5', 'hdf5'],
  ...FILE_FORMATS.map((format) => [`.${format}`, format] as const),
]);

/** The format that a name tells; undefined where it tells none, as that of a folder. */
export function fileFormatOf(name: string): FileFormat | undefined {
  return FORMAT_OF_EXTENSION.get(extname(name).toLowerCase());
}

/** Files of vectors alone have no more, and their ids are the numbers of their rows. */
export function partsOfFormat(format: FileFormat): ReadonlySet<ContentPart> {
  return new Set(format === 'jsonl' || format === 'parquet' ? CONTENT_PARTS : ['vectors']);
}

/** Whether a file keeps several vectors by name. */
export function keepsNames(format: FileFormat): boolean {
  return format === 'jsonl';
}

/**
 * Fields of a record beside those that users name, as `vecino export` writes them. Metadata cannot be meant: filters have
 * no field that begins so.
 */
export const NAMESPACE_FIELD = '$namespace';
export const EXPIRY_FIELD = '$expiresAt';
