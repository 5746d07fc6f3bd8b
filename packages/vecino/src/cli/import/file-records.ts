import type { RecordInput } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { ownError } from '../optional-package.ts';
import { type FieldMapping, MappingFault, namespaceOf, recordOf } from './field-mapping.ts';
import { type InputFile, readingFailed } from './input-file.ts';
import type { Checkpoint } from './journal.ts';
import type { RowFault } from './row-faults.ts';
import { RowIds } from './row-ids.ts';
import type { BadRow, Row, RowEnd } from './rows.ts';

/** How the bytes of a file become records. */
export interface Reading {
  readonly rows: (file: InputFile, from: RowEnd, signal: AbortSignal) => AsyncGenerator<Row | BadRow>;
  readonly mapping: FieldMapping;
}

export interface FileRecord {
  readonly kind: 'record';
  readonly line: number;
  readonly record: RecordInput & { readonly id: string };
  /** Where the row itself says so. */
  readonly namespace: string | undefined;
  /** How far the import is when this record is stored. */
  readonly checkpoint: Checkpoint;
}

export interface FileFault {
  readonly kind: 'fault';
  readonly fault: RowFault;
  /** How far the import is when this row is passed over. */
  readonly checkpoint: Checkpoint;
  readonly fatal: boolean;
}

/** The records of a file from a checkpoint on, each with an id, and the rows that are none. */
export async function* readRecords(
  file: InputFile,
  reading: Reading,
  from: Checkpoint,
  signal: AbortSignal,
): AsyncGenerator<FileRecord | FileFault> {
  const ids = new RowIds(from.ids);
  let { records, skipped } = from;
  for await (const row of guarded(file, reading.rows(file, from.end, signal))) {
    const record = row.kind === 'bad' ? new MappingFault(row.expected) : recordOf(row, reading.mapping);
    const { line, end } = row;
    if (record instanceof MappingFault) {
      skipped++;
      const fault = malformed(file, row, record);
      const fatal = row.kind === 'bad' && row.fatal === true;
      yield { kind: 'fault', fault, checkpoint: { end, ids: ids.state, records, skipped }, fatal };
    } else {
      records++;
      const id = record.id ?? ids.next(row.kind === 'row' ? row.text : '');
      const checkpoint = { end, ids: ids.state, records, skipped };
      const namespace = row.kind === 'row' ? namespaceOf(row) : undefined;
      yield { kind: 'record', line, record: { ...record, id }, namespace, checkpoint };
    }
  }
}

async function* guarded<T>(file: InputFile, rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    const own = ownError(error);
    throw own instanceof VecinoError ? own : readingFailed(file.name, error);
  }
}

function malformed(file: InputFile, row: Row | BadRow, { expected }: MappingFault): RowFault {
  const place = { file: file.name, line: row.line, ...(row.kind === 'bad' ? { column: row.column } : {}) };
  return { ...place, code: 'INPUT_MALFORMED', problem: `expected ${expected}`, details: { expected } };
}
