import { extname } from 'node:path';
import type { CollectionDescription } from '../../api/collection.ts';
import type { JsonObject } from '../../api/metadata.ts';
import type { StoredRecord } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { didYouMean } from '../../base/near-miss.ts';
import { EXPIRY_FIELD } from '../expiry.ts';
import { NAMESPACE_FIELD } from '../namespace.ts';
import { importOptional } from '../optional-package.ts';
import type { OutputFile } from '../output-file.ts';

/** What `export` writes: JSON lines by itself, the others by `@vecino/vector-files`. */
export const EXPORT_FORMATS = ['jsonl', 'npy', 'fvecs', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
type VectorFileFormat = Exclude<ExportFormat, 'jsonl'>;

/** Records of one namespace, or of those outside of all. */
interface Page {
  readonly namespace: string | undefined;
  readonly records: readonly StoredRecord[];
}

/** What this command needs of the package, which is no dependency of ours. */
type WriteVectors = (
  name: string,
  sink: Pick<OutputFile, 'write' | 'rewrite'>,
  rows: AsyncIterable<readonly VectorRow[]>,
  options: {
    readonly format: VectorFileFormat;
    readonly dimension: number;
    readonly textFields: readonly string[];
  },
) => Promise<number>;

interface VectorRow {
  readonly id: string;
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata: JsonObject;
}

/** By the flag, else by the file's extension, else JSON lines. */
export function exportFormat(file: string | undefined, given: ExportFormat | undefined): ExportFormat {
  const extension = file === undefined ? '' : extname(file).toLowerCase();
  return given ?? EXPORT_FORMATS.find((format) => extension === `.${format}`) ?? 'jsonl';
}

/** Whether a format has vectors alone: neither ids nor what else records have. */
export function hasVectorsOnly(format: ExportFormat): boolean {
  return format === 'npy' || format === 'fvecs';
}

/** Which vectors are exported, where a record has one only. */
export interface ExportedVectors {
  readonly dimension: number;
  /** Of several named vectors. */
  readonly field: string | undefined;
}

/** `FIELD_REQUIRED` or `FIELD_UNKNOWN` where vectors have names and the flag gives none of them. */
export function exportedVectors(
  { name, dimension, vectors }: CollectionDescription,
  field: string | undefined,
): ExportedVectors {
  if (vectors === undefined) {
    if (field === undefined) return { dimension, field };
    throw new VecinoError(
      'FIELD_UNKNOWN',
      `collection "${name}" has one vector a record, which has no name; leave out --field`,
      { details: { collection: name, field } },
    );
  }
  const names = Object.keys(vectors);
  const found = Object.entries(vectors).find(([known]) => known === field)?.[1];
  if (found !== undefined) return { dimension: found.dimension, field };
  const known = names.join(', ');
  throw new VecinoError(
    field === undefined ? 'FIELD_REQUIRED' : 'FIELD_UNKNOWN',
    `collection "${name}" has the named vectors ${known}; such a file has one vector a record: ` +
      `give --field with one of them${field === undefined ? '' : didYouMean(field, names)}, or export JSON lines`,
    { details: { collection: name, field, known: names } },
  );
}

/** Loads what writes such files: `PACKAGE_MISSING` before anything is made. */
export async function loadVectorWriter(): Promise<WriteVectors> {
  const { writeVectors } = await importOptional('@vecino/vector-files', 'export');
  return writeVectors as WriteVectors;
}

/** Writes all pages; the caller finishes the file. */
export function writeVectorFile(
  write: WriteVectors,
  file: { readonly name: string; readonly target: OutputFile; readonly format: VectorFileFormat },
  pages: AsyncIterable<Page>,
  { dimension, field }: ExportedVectors,
): Promise<number> {
  const { name, target, format } = file;
  const options = { format, dimension, textFields: [NAMESPACE_FIELD, EXPIRY_FIELD] };
  return write(name, target, rowsOf(pages, field), options);
}

/** What has no column of its own lies in the metadata, as in a line of JSON beside them. */
async function* rowsOf(
  pages: AsyncIterable<Page>,
  field: string | undefined,
): AsyncGenerator<readonly VectorRow[]> {
  for await (const { namespace, records } of pages) {
    yield records.map((record) => {
      const { id, document, metadata, expiresAt } = record;
      const vector = field === undefined ? record.vector : record.vectors?.[field];
      const beside = {
        ...(namespace !== undefined && { [NAMESPACE_FIELD]: namespace }),
        ...(expiresAt !== undefined && { [EXPIRY_FIELD]: expiresAt.toISOString() }),
      };
      return {
        id,
        ...(vector && { vector }),
        ...(document !== undefined && { document }),
        metadata: { ...(metadata as JsonObject | undefined), ...beside },
      };
    });
  }
}
