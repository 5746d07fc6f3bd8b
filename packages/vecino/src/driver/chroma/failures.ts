import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';
import {
  codeOf,
  connectionMeaningOf,
  GONE,
  type Meaning,
  SLOW,
  UNREACHABLE,
} from '../front/connection-failures.ts';

const BUSY: Meaning = {
  code: 'REMOTE_UNREACHABLE',
  remedy: 'the server takes no request at the moment; try again, or lower connectionsMax',
};

/** What TLS ends with where the server answers without it. */
const PLAIN_ANSWER = 'ERR_SSL_WRONG_VERSION_NUMBER';
const WITHOUT_TLS: Meaning = { code: 'REMOTE_REFUSED', remedy: 'leave ssl out of the address' };

/** By the status of an answer. */
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  401: { code: 'REMOTE_UNAUTHENTICATED', remedy: 'check token, or user and password, in the address' },
  403: { code: 'REMOTE_REFUSED', remedy: 'grant the user or token what it lacks, or use another' },
  404: GONE,
  413: { code: 'REMOTE_REFUSED', remedy: 'write fewer records at once, or raise what the server takes' },
  429: BUSY,
  502: BUSY,
  503: BUSY,
  504: BUSY,
};

/** By the names of the client's errors, which keep neither status nor cause. */
const BY_NAME: Readonly<Record<string, Meaning | undefined>> = {
  ChromaAuthError: BY_STATUS[401],
  ChromaUnauthorizedError: BY_STATUS[401],
  ChromaForbiddenError: BY_STATUS[403],
  ChromaNotFoundError: BY_STATUS[404],
  ChromaRateLimitError: BUSY,
  ChromaQuotaExceededError: {
    code: 'REMOTE_REFUSED',
    remedy: 'ask for less at once, or have the quota raised',
  },
  TimeoutError: SLOW,
};

/** Thrown by `rest.ts`, and understood here. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether the server answered that something of this name is there already. */
export function isConflict(cause: unknown): boolean {
  return nameOf(cause) === 'ChromaUniqueError' || statusOf(cause) === 409;
}

export function isMissing(cause: unknown): boolean {
  return nameOf(cause) === 'ChromaNotFoundError' || statusOf(cause) === 404;
}

/**
 * What is thrown for a failure of the client or the server.
 *
 * @param thing what was being done, and with which server
 * @param secrets that must not be repeated
 */
export function failureOf(thing: string, cause: unknown, secrets: readonly string[]): VecinoError {
  if (cause instanceof VecinoError) return cause;
  const said = redact(cause instanceof Error ? cause.message || cause.name : describeValue(cause), secrets);
  const status = statusOf(cause);
  const details = { status: status ?? null };
  const safe = redactedCause(cause, secrets);
  const meaning = meaningOf(cause, status);
  const remedy = meaning ? `; ${meaning.remedy}` : '';
  const code = meaning?.code ?? 'REMOTE_FAILED';
  return new VecinoError(code, `${thing}: ${said}${remedy}`, { cause: safe, details });
}

function meaningOf(cause: unknown, status: number | undefined): Meaning | undefined {
  const code = codeOf(cause);
  if (code === PLAIN_ANSWER) return WITHOUT_TLS;
  const ofConnection = connectionMeaningOf(code);
  if (ofConnection) return ofConnection;
  if (status !== undefined) return BY_STATUS[status];
  const name = nameOf(cause);
  // What else the client calls so is a request that got no answer.
  if (name === 'ChromaConnectionError') return UNREACHABLE;
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** The client keeps the status of some answers in the message only. */
function statusOf(cause: unknown): number | undefined {
  if (cause instanceof StatusError) return cause.status;
  if (nameOf(cause) !== 'ChromaConnectionError') return undefined;
  const status = /\(status: (\d{3})\)/.exec((cause as Error).message)?.[1];
  return status === undefined ? undefined : Number(status);
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}
