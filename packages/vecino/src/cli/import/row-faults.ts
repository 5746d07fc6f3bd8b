import type { ErrorCode } from '../../base/error-catalogue.ts';
import { VecinoError } from '../../base/errors.ts';
import { counted } from '../text/units.ts';

/** A place of the input that gives no record. */
export interface RowFault {
  readonly file: string;
  readonly line: number;
  /** Absent where the whole record is at fault. */
  readonly column?: number;
  readonly code: ErrorCode;
  readonly problem: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the database refuses because of one record, so that the others may still be stored. */
const CODES: ReadonlySet<ErrorCode> = new Set([
  'DIMENSION_MISMATCH',
  'DOCUMENT_INVALID',
  'DOCUMENT_TOO_LARGE',
  'EXPIRY_INVALID',
  'ID_INVALID',
  'ID_TOO_LARGE',
  'METADATA_INVALID',
  'METADATA_TOO_LARGE',
  'NAME_INVALID',
  'VECTOR_INVALID',
  'VECTOR_NOT_FINITE',
  'VECTOR_ZERO',
]);

export function isRecordFault(error: unknown): error is VecinoError {
  return error instanceof VecinoError && CODES.has(error.code);
}

export function placeOf({ file, line, column }: RowFault): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** The error that ends an import at a fault. */
export function faultError(fault: RowFault, stored: number): VecinoError {
  const before =
    stored === 0
      ? 'nothing of the file is stored'
      : `what came before it is stored (${counted(stored, 'record')})`;
  return new VecinoError(
    fault.code,
    `${placeOf(fault)}: ${fault.problem}; ${before}; correct the line and import again, or go on past such lines with --skip-bad`,
    { details: { ...fault.details, file: fault.file, line: fault.line, column: fault.column, stored } },
  );
}
