import { extname } from 'node:path';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { readCsv, typedCell } from './csv-rows.ts';
import { DEFAULT_FIELDS } from './field-mapping.ts';
import type { Reading } from './file-records.ts';
import { readJsonl } from './jsonl-rows.ts';
import {
  readVectorFile,
  requireVectorFiles,
  VECTOR_FILE_FORMATS,
  type VectorFileFlags,
  type VectorFileFormat,
} from './vector-file-rows.ts';

export const FORMATS = ['jsonl', 'csv', ...VECTOR_FILE_FORMATS] as const;
export type Format = (typeof FORMATS)[number];

/** What the user says of the files. */
export interface FormatFlags {
  readonly format?: Format;
  readonly idField?: string;
  readonly documentField?: string;
  readonly vectorField?: string;
  readonly metadataFields?: readonly string[];
  readonly delimiter?: string;
  readonly strings?: boolean;
  readonly dataset?: string;
  readonly rowIds?: boolean;
}

const FORMAT_OF_EXTENSION: ReadonlyMap<string, Format> = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'jsonl'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.h5', 'hdf5'],
  ...VECTOR_FILE_FORMATS.map((format) => [`.${format}`, format] as const),
]);

export interface InputFormat {
  readonly reading: Reading;
  /** What distinguishes this reading from another one of the same file: part of the journal's key. */
  readonly key: JsonObject;
}

/** How to read a file, from its name and the flags; `PACKAGE_MISSING` where what reads it is not installed. */
export async function inputFormat(name: string, flags: FormatFlags): Promise<InputFormat> {
  const extension = extname(name).toLowerCase();
  const format = flags.format ?? FORMAT_OF_EXTENSION.get(extension);
  if (format === undefined) throw unknownFormat(name);
  const delimiter = flags.delimiter ?? (extension === '.tsv' ? '\t' : ',');
  const strings = flags.strings ?? false;
  const fields = {
    id: flags.idField ?? DEFAULT_FIELDS.id,
    document: flags.documentField ?? DEFAULT_FIELDS.document,
    vector: flags.vectorField ?? DEFAULT_FIELDS.vector,
    metadata: flags.metadataFields,
  };
  const key = { format, delimiter, strings, ...fields, metadata: fields.metadata ?? null };
  const asItIs = { ...fields, readValue: same, readVector: same };
  switch (format) {
    case 'jsonl':
      return {
        key,
        reading: {
          rows: (file, from, signal) => readJsonl(file.read(from.byte, signal), from),
          mapping: asItIs,
        },
      };
    case 'csv':
      return {
        key,
        reading: {
          rows: (file, from, signal) => readCsv(file.read(from.byte, signal), from, delimiter),
          mapping: { ...fields, readValue: strings ? same : typedCell, readVector: typedCell },
        },
      };
    default: {
      await requireVectorFiles('import');
      const file = vectorFileFlags(format, flags);
      return {
        key: { ...key, dataset: file.dataset ?? null, rowIds: file.rowIds },
        reading: {
          rows: (input, from, signal) => readVectorFile(input, from, signal, file, asItIs),
          mapping: asItIs,
        },
      };
    }
  }
}

function vectorFileFlags(format: VectorFileFormat, flags: FormatFlags): VectorFileFlags {
  const { idField: id, vectorField: vector, documentField: document, dataset, rowIds = false } = flags;
  const named = { ...(id && { id }), ...(vector && { vector }), ...(document && { document }) };
  return { format, dataset, rowIds, named };
}

function same(value: JsonValue): JsonValue {
  return value;
}

function unknownFormat(name: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${name}: the name does not tell the format; give --format ${FORMATS.join(' or --format ')}`,
    { details: { file: name, expected: FORMATS } },
  );
}
