import type { ErrorCode } from '../../base/error-catalogue.ts';
import { VecinoError } from '../../base/errors.ts';

/*
 * What every engine's connections fail by. What only one engine says stands in the `failures.ts` of its driver.
 */

/** What a failure is, and what there is to do about it. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

export const LOST: Meaning = {
  code: 'REMOTE_UNREACHABLE',
  remedy: 'the server or the network ended the connection; try again',
};

export const UNREACHABLE: Meaning = {
  code: 'REMOTE_UNREACHABLE',
  remedy: 'check host and port, and that the server runs',
};

export const SLOW: Meaning = {
  code: 'REMOTE_TIMED_OUT',
  remedy: 'raise connection.timeoutMs, or ask for less',
};

export const SLOW_TO_CONNECT: Meaning = {
  code: 'REMOTE_TIMED_OUT',
  remedy: 'check host and network, or raise connection.connectTimeoutMs',
};

/** A collection that the engine has no longer. */
export const GONE: Meaning = {
  code: 'COLLECTION_DROPPED',
  remedy: 'somebody has dropped it; create it again to use it',
};

/** What is thrown where the driver itself has found that a collection is gone. */
export function collectionDropped(name: string, cause?: unknown): VecinoError {
  return new VecinoError(GONE.code, `collection "${name}": ${GONE.remedy}`, { details: { name }, cause });
}

const NO_WAY: Meaning = { code: 'REMOTE_UNREACHABLE', remedy: 'check host and network' };
const NO_ANSWER: Meaning = { code: 'REMOTE_TIMED_OUT', remedy: 'check host and network' };

/** By the code of a system call, or of the HTTP client that is behind Node's `fetch`. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: LOST,
  EPIPE: LOST,
  UND_ERR_SOCKET: LOST,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ENOTFOUND: { code: 'REMOTE_UNREACHABLE', remedy: 'check the host name' },
  EAI_AGAIN: { code: 'REMOTE_UNREACHABLE', remedy: 'the host name could not be looked up; try again' },
  ETIMEDOUT: NO_ANSWER,
  UND_ERR_CONNECT_TIMEOUT: NO_ANSWER,
  UND_ERR_HEADERS_TIMEOUT: SLOW,
  UND_ERR_BODY_TIMEOUT: SLOW,
};

/** What a code says of a connection; undefined for what is none of a connection's codes. */
export function connectionMeaningOf(code: string | undefined): Meaning | undefined {
  return code !== undefined && Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
}

/**
 * The code of the innermost cause that has one: `fetch` says only that it failed, and its cause why. Of several
 * addresses that were tried, that of the first.
 */
export function codeOf(cause: unknown): string | undefined {
  const { code, cause: inner, errors } = (cause ?? {}) as Readonly<Record<string, unknown>>;
  const within = Array.isArray(errors) ? errors[0] : inner;
  const innermost = within === undefined ? undefined : codeOf(within);
  return innermost ?? (typeof code === 'string' ? code : undefined);
}
