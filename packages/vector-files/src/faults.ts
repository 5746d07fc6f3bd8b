import { VecinoError } from 'vecino/errors';

/** What is wrong with a file, and where. */
export interface FileFault {
  /** The place: a row from 0, or a byte from 0; neither where the whole file is meant. */
  readonly row?: number;
  readonly byte?: number;
  /** What should stand there and what does, in words. */
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;
}

/** The error of a file that is not what it should be: `INPUT_MALFORMED` with the place, expected, found, remedy. */
export function malformed(path: string, fault: FileFault): VecinoError {
  const { row, byte, expected, received, remedy } = fault;
  const place = row !== undefined ? `: row ${row}` : byte !== undefined ? `: byte ${byte}` : '';
  return new VecinoError(
    'INPUT_MALFORMED',
    `${path}${place}: expected ${expected}, found ${received}; ${remedy}`,
    { details: { file: path, row, byte, expected, received } },
  );
}

/** Of a file that ends before it should. */
export function truncated(path: string, expectedBytes: number, bytes: number): VecinoError {
  return malformed(path, {
    byte: bytes,
    expected: `${expectedBytes} bytes`,
    received: `the end of the file after ${bytes}`,
    remedy: 'it is truncated: fetch or write it again',
  });
}

/** Of a file without vectors. */
export function empty(path: string): VecinoError {
  return malformed(path, {
    expected: 'at least one row',
    received: 'none',
    remedy: 'the file is empty: write it again',
  });
}

/** Of a file that the operating system does not give. */
export function unreadable(path: string, cause: unknown): VecinoError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const why = REASONS.get(code) ?? code;
  return new VecinoError('INPUT_UNREADABLE', `${path}: cannot be read: ${why}`, {
    details: { file: path, reason: why },
    cause,
  });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'its permissions do not allow it'],
  ['EPERM', 'its permissions do not allow it'],
]);
