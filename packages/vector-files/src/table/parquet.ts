/**
 * Parquet by hyparquet, which is written in TypeScript's types and reads from files at places; its compressors add
 * what other writers use beside Snappy (zstd, gzip, LZ4, brotli).
 */
import type { AsyncBuffer, FileMetaData, ParquetReadOptions, SchemaTree } from 'hyparquet';
import { empty, malformed, truncated } from '../faults.ts';
import { type ByteFile, keeping } from '../grid/byte-file.ts';
import type { RowFields, VectorFile, VectorRow } from '../vector-file.ts';
import { type Roles, rolesOf, rowOf } from './row.ts';
import { SameDimension } from './same-dimension.ts';

const MAGIC = 'PAR1';
/** Magic at both ends and the length of the footer. */
const BYTES_MIN = 12;
/** Rows that are given at once; what is decoded at once is a row group. */
const BATCH_ROWS = 1_024;

interface Table {
  readonly file: ByteFile;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
  readonly roles: Roles;
}

export function openParquet(path: string, fields: RowFields): Promise<VectorFile> {
  return keeping(path, async (file) => {
    await requireEnds(file);
    const buffer = bufferOf(file);
    const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
    const metadata = await decoding(path, () => parquetMetadataAsync(buffer));
    const rows = Number(metadata.num_rows);
    if (rows === 0) throw empty(path);
    const { children } = parquetSchema(metadata);
    const roles = rolesFor(path, children, fields);
    const columns = columnsRead(children, roles);
    const table = { file, buffer, metadata, columns, roles };
    return {
      path,
      format: 'parquet',
      count: rows,
      dimension: undefined,
      metric: undefined,
      batches: (first = 0) => batchesOf(table, first),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  });
}

async function* batchesOf(table: Table, from: number): AsyncGenerator<readonly VectorRow[]> {
  const { path } = table.file;
  const dimension = new SameDimension(path);
  let groupStart = 0;
  for (const { num_rows } of table.metadata.row_groups) {
    const groupEnd = groupStart + Number(num_rows);
    const start = Math.max(groupStart, from);
    if (start < groupEnd) {
      const objects = await readObjects(table, start, groupEnd);
      if (objects.length !== groupEnd - start) {
        throw damaged(path, `${objects.length} rows where the footer tells of ${groupEnd - start}`);
      }
      for (let at = 0; at < objects.length; at += BATCH_ROWS) {
        yield objects.slice(at, at + BATCH_ROWS).map((fields, i) => {
          const row = start + at + i;
          const read = rowOf(fields, table.roles, { path, row });
          dimension.check(read, row);
          return read;
        });
      }
    }
    groupStart = groupEnd;
  }
}

async function readObjects(
  { file, buffer, metadata, columns }: Table,
  rowStart: number,
  rowEnd: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const options: Omit<ParquetReadOptions, 'onComplete'> = {
    file: buffer,
    metadata,
    columns,
    rowStart,
    rowEnd,
    compressors,
    // Bytes that are not said to be text stay bytes.
    utf8: false,
  };
  return decoding(file.path, () => parquetReadObjects(options));
}

function bufferOf(file: ByteFile): AsyncBuffer {
  return {
    byteLength: file.size,
    slice: async (start, end = file.size) => (await file.read(start, end - start)).buffer,
  };
}

/** The column of vectors may have any name where it is the only one of lists of numbers. */
function rolesFor(path: string, columns: readonly SchemaTree[], fields: RowFields): Roles {
  const roles = rolesOf(fields);
  const names = columns.map(({ element }) => element.name);
  const named = (['id', 'vector', 'document'] as const).flatMap((role) => fields[role] ?? []);
  const missing = named.find((name) => !names.includes(name));
  if (missing !== undefined) throw noColumn(path, `"${missing}"`, names);
  if (names.includes(roles.vector)) return roles;
  const lists = columns.filter(isListOfNumbers).map(({ element }) => element.name);
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return { ...roles, vector: only };
  // Texts alone are records too: a collection may embed them.
  if (names.includes(roles.document)) return roles;
  throw noColumn(path, `"${roles.vector}", or only one of lists of numbers`, names);
}

function isListOfNumbers(column: SchemaTree): boolean {
  const leaves = leavesOf(column);
  const type = leaves[0]?.element.type ?? '';
  return column.children.length > 0 && leaves.length === 1 && ['FLOAT', 'DOUBLE'].includes(type);
}

function leavesOf(column: SchemaTree): SchemaTree[] {
  return column.children.length === 0 ? [column] : column.children.flatMap(leavesOf);
}

/** Columns that become nothing are not read, so that they may be of any type. */
function columnsRead(columns: readonly SchemaTree[], roles: Roles): string[] {
  const names = columns.map(({ element }) => element.name);
  if (roles.metadata === undefined) return names;
  const wanted: ReadonlySet<string> = new Set([roles.id, roles.vector, roles.document, ...roles.metadata]);
  return names.filter((name) => wanted.has(name));
}

async function requireEnds(file: ByteFile): Promise<void> {
  const { path, size } = file;
  if (size === 0) throw empty(path);
  const head = await file.read(0, Math.min(MAGIC.length, size));
  if (head.toString('latin1') !== MAGIC) {
    throw malformed(path, {
      byte: 0,
      expected: 'the magic of a Parquet file',
      received: 'other bytes',
      remedy: 'give the format that the file has',
    });
  }
  if (size < BYTES_MIN) throw truncated(path, BYTES_MIN, size);
  const tail = await file.read(size - MAGIC.length, MAGIC.length);
  if (tail.toString('latin1') !== MAGIC) throw damaged(path, 'no footer at its end: it is truncated');
}

/** What hyparquet throws says what it met, not in which file. */
async function decoding<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw damaged(path, error instanceof Error ? error.message : 'what cannot be decoded');
  }
}

function damaged(path: string, received: string) {
  return malformed(path, {
    expected: 'a whole Parquet file',
    received,
    remedy: 'it is damaged or of an unknown kind: fetch or write it again',
  });
}

function noColumn(path: string, wanted: string, names: readonly string[]) {
  return malformed(path, {
    expected: `a column ${wanted}`,
    received: `the columns ${names.map((name) => `"${name}"`).join(', ')}`,
    remedy: 'name the columns by their roles',
  });
}
