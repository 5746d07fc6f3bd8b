import type { ErrorCode, ErrorKind } from '../base/error-catalogue.ts';
import { VecinoError } from '../base/errors.ts';

/** What the exit code of the command line says; `--help` and docs/cli.md print this table. */
export const EXIT_CODES = {
  ok: { code: 0, about: 'done' },
  problems: { code: 1, about: 'check found problems, a source could not be ingested, or two ends differ' },
  usage: { code: 2, about: 'wrong usage or input: the same command fails again' },
  conflict: { code: 3, about: 'conflict: another process writes, or a collection has other settings' },
  environment: { code: 4, about: 'environment: disk, permissions, damaged files, too old a Node or vecino' },
  internal: { code: 5, about: 'a bug in vecino' },
  interrupted: { code: 130, about: 'interrupted; the folder is consistent' },
} as const;

export type Exit = keyof typeof EXIT_CODES;

const EXIT_OF_KIND = {
  InvalidArgument: 'usage',
  NotFound: 'usage',
  TooLarge: 'usage',
  Conflict: 'conflict',
  InvalidState: 'conflict',
  Unsupported: 'environment',
  Exhausted: 'environment',
  Corruption: 'environment',
  Remote: 'environment',
  Cancelled: 'interrupted',
  Internal: 'internal',
} as const satisfies Record<ErrorKind, Exit>;

/** Codes whose kind says who must act in a program, but not at a command line. */
const EXIT_OF_CODE: Readonly<Partial<Record<ErrorCode, Exit>>> = {
  ADDRESS_UNSUPPORTED: 'usage',
  METRIC_UNSUITED: 'usage',
  RECORDS_TOO_FEW: 'usage',
  STORE_IO: 'environment',
  STORE_READ_ONLY: 'environment',
};

export function exitCodeOf(error: unknown): number {
  const exit = error instanceof VecinoError ? exitOf(error) : 'internal';
  return EXIT_CODES[exit].code;
}

function exitOf(error: VecinoError): Exit {
  return EXIT_OF_CODE[error.code] ?? EXIT_OF_KIND[error.kind];
}
