import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';
import {
  codeOf,
  connectionMeaningOf,
  GONE,
  LOST,
  type Meaning,
  SLOW,
  SLOW_TO_CONNECT,
} from '../front/connection-failures.ts';

const CREDENTIALS: Meaning = {
  code: 'REMOTE_UNAUTHENTICATED',
  remedy: 'check user and password in the address',
};

/** By SQLSTATE, or the code of a system call that only sockets with a path end with. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: 'REMOTE_UNREACHABLE', remedy: 'check the path of the socket' },
  '28P01': CREDENTIALS,
  '28000': {
    code: 'REMOTE_UNAUTHENTICATED',
    remedy: 'check the user in the address, and what pg_hba.conf allows',
  },
  '3D000': { code: 'REMOTE_REFUSED', remedy: 'create the database, or check its name in the address' },
  '42501': { code: 'REMOTE_REFUSED', remedy: 'grant the user what it lacks, or use another' },
  '25006': {
    code: 'REMOTE_REFUSED',
    remedy: 'the server takes no writes (a replica?): open with `readOnly: true`',
  },
  '53100': { code: 'DISK_FULL', remedy: 'make room on the disk of the server' },
  '53300': { code: 'REMOTE_UNREACHABLE', remedy: 'the server has no connection left: lower connectionsMax' },
  '57014': SLOW,
  '57P01': { code: 'REMOTE_UNREACHABLE', remedy: 'the server is being shut down; try again' },
  '57P02': { code: 'REMOTE_UNREACHABLE', remedy: 'the server has crashed; try again' },
  '57P03': { code: 'REMOTE_UNREACHABLE', remedy: 'the server is starting; try again' },
  '42P01': GONE,
  '54000': {
    code: 'DOCUMENT_TOO_LARGE',
    remedy: 'a text has too many words for an index of PostgreSQL; split it',
  },
};

/** Of failures that the client itself finds, by what it says. */
const SAYINGS: readonly (readonly [RegExp, Meaning])[] = [
  [/SASL|password/i, CREDENTIALS],
  [/connect.*timeout|timeout.*connect|^timeout expired/i, SLOW_TO_CONNECT],
  [/timeout/i, SLOW],
  [/connection (terminated|ended|error)|not queryable|socket hang up/i, LOST],
  [/does not support SSL/i, { code: 'REMOTE_REFUSED', remedy: 'leave sslmode out of the address' }],
];

/** Whether the transaction was undone only because of others, so that it may simply be run again. */
export function isCollision(cause: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(codeOf(cause) ?? '');
}

/**
 * What is thrown for a failure of the client or the server.
 *
 * @param thing what was being done, and with which database
 * @param secrets that must not be repeated
 */
export function failureOf(thing: string, cause: unknown, secrets: readonly string[]): VecinoError {
  if (cause instanceof VecinoError) return cause;
  const said = redact(cause instanceof Error ? cause.message || cause.name : describeValue(cause), secrets);
  const code = codeOf(cause);
  const meaning = meaningOf(code, cause);
  const details = { sqlState: code ?? null };
  const safe = redactedCause(cause, secrets);
  if (meaning) {
    return new VecinoError(meaning.code, `${thing}: ${said}; ${meaning.remedy}`, { cause: safe, details });
  }
  const state = code === undefined ? '' : ` (SQLSTATE ${code})`;
  return new VecinoError('REMOTE_FAILED', `${thing}: the server refused a statement: ${said}${state}`, {
    cause: safe,
    details,
  });
}

function meaningOf(code: string | undefined, cause: unknown): Meaning | undefined {
  if (code !== undefined && Object.hasOwn(MEANINGS, code)) return MEANINGS[code];
  if (code?.startsWith('08')) return LOST;
  if (code !== undefined) return connectionMeaningOf(code);
  const message = cause instanceof Error ? cause.message : '';
  return SAYINGS.find(([saying]) => saying.test(message))?.[1];
}
