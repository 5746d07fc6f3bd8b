import { extname } from 'node:path';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { readCsv, typedCell } from './csv-rows.ts';
import { DEFAULT_FIELDS } from './field-mapping.ts';
import type { Reading } from './file-records.ts';
import { readJsonl } from './jsonl-rows.ts';

export const FORMATS = ['jsonl', 'csv'] as const;
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
}

const FORMAT_OF_EXTENSION: ReadonlyMap<string, Format> = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'jsonl'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
]);

export interface InputFormat {
  readonly reading: Reading;
  /** What distinguishes this reading from another one of the same file: part of the journal's key. */
  readonly key: JsonObject;
}

/** How to read a file, from its name and the flags. */
export function inputFormat(name: string, flags: FormatFlags): InputFormat {
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
  if (format === 'jsonl') {
    return { key, reading: { rows: readJsonl, mapping: { ...fields, readValue: same, readVector: same } } };
  }
  const readValue = strings ? same : typedCell;
  return {
    key,
    reading: {
      rows: (source, from) => readCsv(source, from, delimiter),
      mapping: { ...fields, readValue, readVector: typedCell },
    },
  };
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
