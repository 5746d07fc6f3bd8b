import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { EXPIRY_FIELD } from '../expiry.ts';
import { NAMESPACE_FIELD } from '../namespace.ts';
import { importOptional } from '../optional-package.ts';
import type { FieldMapping } from './field-mapping.ts';
import type { InputFile } from './input-file.ts';
import type { Row, RowEnd } from './rows.ts';

/** Files of vectors, which `@vecino/vector-files` reads. */
export const VECTOR_FILE_FORMATS = ['npy', 'fvecs', 'bvecs', 'ivecs', 'hdf5', 'parquet'] as const;
export type VectorFileFormat = (typeof VECTOR_FILE_FORMATS)[number];

const PACKAGE = '@vecino/vector-files';

/** What this command needs of the package, which is no dependency of ours. */
interface VectorFiles {
  readonly openVectorFile: (path: string, options: OpenOptions) => Promise<VectorFile>;
}

interface OpenOptions {
  readonly format: VectorFileFormat;
  readonly dataset?: string;
  readonly fields: Partial<Omit<FieldMapping, 'metadata'>> & { readonly metadata?: readonly string[] };
}

interface VectorFile extends AsyncDisposable {
  readonly count: number | undefined;
  batches(first: number): AsyncGenerator<readonly VectorRow[]>;
}

interface VectorRow {
  readonly id?: string;
  readonly vector?: Float32Array;
  readonly document?: string;
  readonly metadata?: JsonObject;
}

/** What the user says of a file of vectors. */
export interface VectorFileFlags {
  readonly format: VectorFileFormat;
  /** Of an HDF5. */
  readonly dataset: string | undefined;
  /** A row without an id gets its number, from 0. */
  readonly rowIds: boolean;
  /** The columns that the user has named, and no others: the package knows what to do without. */
  readonly named: { readonly id?: string; readonly vector?: string; readonly document?: string };
}

/** `PACKAGE_MISSING` where what reads such files is not installed; before anything is made. */
export async function requireVectorFiles(command: string): Promise<Readonly<Record<string, unknown>>> {
  return importOptional(PACKAGE, command);
}

/** The rows of a file of vectors: its fields are those of the mapping, its vector stays one. */
export async function* readVectorFile(
  file: InputFile,
  from: RowEnd,
  signal: AbortSignal,
  { format, dataset, rowIds, named }: VectorFileFlags,
  mapping: FieldMapping,
): AsyncGenerator<Row> {
  const { identity } = file;
  if (identity === undefined) throw notSeekable(file.name, format);
  const { openVectorFile } = (await requireVectorFiles('import')) as unknown as VectorFiles;
  const { metadata } = mapping;
  const fields = { ...named, ...(metadata && { metadata: [...metadata, NAMESPACE_FIELD, EXPIRY_FIELD] }) };
  await using opened = await openVectorFile(file.path, { format, ...(dataset && { dataset }), fields });
  const bytesOfRow = identity.bytes / (opened.count ?? 1);
  let row = from.line;
  for await (const batch of opened.batches(row)) {
    for (const read of batch) {
      signal.throwIfAborted();
      const id = read.id ?? (rowIds ? String(row) : undefined);
      row++;
      const end = { byte: Math.round(row * bytesOfRow), line: row };
      yield { kind: 'row', line: row, end, ...partsOf(read, id, mapping) };
    }
  }
}

/** The parts by the names that the mapping looks for. */
function partsOf(
  { vector, document, metadata = {} }: VectorRow,
  id: string | undefined,
  mapping: FieldMapping,
): Pick<Row, 'text' | 'fields' | 'vector'> {
  const fields = new Map<string, JsonValue>(Object.entries(metadata));
  if (id !== undefined) fields.set(mapping.id, id);
  if (document !== undefined) fields.set(mapping.document, document);
  const text = vector
    ? new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
    : JSON.stringify([...fields]);
  return { text, fields, ...(vector && { vector }) };
}

function notSeekable(name: string, format: VectorFileFormat): VecinoError {
  return new VecinoError(
    'INPUT_UNREADABLE',
    `${name}: cannot be read: ${format} is read at places, which a pipe does not allow; save it as a file first`,
    { details: { file: name, format } },
  );
}
