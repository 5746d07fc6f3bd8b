import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';
import { codeOf, connectionMeaningOf, GONE, LOST, type Meaning } from '../front/connection-failures.ts';

/** By status of the answer. */
const OF_ANSWERS: Readonly<Record<number, Meaning>> = {
  401: {
    code: 'REMOTE_UNAUTHENTICATED',
    remedy: 'give the key as connection.apiKey, in the address or as QDRANT_API_KEY',
  },
  403: { code: 'REMOTE_REFUSED', remedy: 'use a key that may do this' },
  404: GONE,
  408: { code: 'REMOTE_TIMED_OUT', remedy: 'ask for less, or raise the time that the server allows' },
  413: { code: 'REMOTE_REFUSED', remedy: 'write less at a time, or raise max_request_size_mb of the server' },
  429: { code: 'REMOTE_UNREACHABLE', remedy: 'the server is asked too often; try again later' },
  502: { code: 'REMOTE_UNREACHABLE', remedy: 'the server does not answer; try again' },
  503: { code: 'REMOTE_UNREACHABLE', remedy: 'the server is not ready; try again' },
  504: { code: 'REMOTE_TIMED_OUT', remedy: 'ask for less, or raise the time that the server allows' },
  507: { code: 'DISK_FULL', remedy: 'make room on the disk of the server' },
};

/** What is thrown for a failure of the client or the server. */
export function failureOf(thing: string, cause: unknown, secrets: readonly string[]): VecinoError {
  if (cause instanceof VecinoError) return cause;
  const status = statusOf(cause);
  const said = redact(sayingOf(cause), secrets);
  const meaning = meaningOf(cause, status, said);
  const options = { cause: redactedCause(cause, secrets), details: { status: status ?? null } };
  if (meaning) return new VecinoError(meaning.code, `${thing}: ${said}; ${meaning.remedy}`, options);
  const answered = status === undefined ? '' : ` (HTTP ${status})`;
  return new VecinoError(
    'REMOTE_FAILED',
    `${thing}: the server refused a request: ${said}${answered}`,
    options,
  );
}

/** The status of the server's answer; undefined where there was none. */
export function statusOf(cause: unknown): number | undefined {
  const status = (cause as { readonly status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}

function meaningOf(cause: unknown, status: number | undefined, said: string): Meaning | undefined {
  if (status === undefined) return silenceOf(cause);
  if (/no space left/i.test(said)) return OF_ANSWERS[507];
  // Other servers answer so to all that they do not know.
  if (status === 404 && !/collection/i.test(said)) {
    return { code: 'REMOTE_REFUSED', remedy: 'check that the address is that of a Qdrant, and its path' };
  }
  // Older servers say so of a key that is wrong.
  if (status === 403 && /api.?key|jwt|token/i.test(said)) return OF_ANSWERS[401];
  return OF_ANSWERS[status];
}

/** What a request without an answer means. */
function silenceOf(cause: unknown): Meaning | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (/timeout/i.test(cause.name)) {
    return {
      code: 'REMOTE_TIMED_OUT',
      remedy: 'raise connection.timeoutMs (or connectTimeoutMs, when opening), or ask for less',
    };
  }
  const code = codeOf(cause);
  const ofConnection = connectionMeaningOf(code);
  if (ofConnection) return ofConnection;
  if (code !== undefined && /CERT|TLS|SSL|SELF_SIGNED/.test(code)) {
    return { code: 'REMOTE_REFUSED', remedy: 'check the certificate of the server, or the scheme' };
  }
  return cause.message === 'fetch failed' ? LOST : undefined;
}

/** What the server says of it, or else the client. */
function sayingOf(cause: unknown): string {
  const { data, statusText } = (cause ?? {}) as { readonly data?: unknown; readonly statusText?: unknown };
  const status = (data as { readonly status?: unknown } | null | undefined)?.status;
  const error = (status as { readonly error?: unknown } | null | undefined)?.error;
  if (typeof error === 'string') return error;
  if (typeof statusText === 'string' && statusText !== '') return statusText;
  if (!(cause instanceof Error)) return describeValue(cause);
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message || cause.cause.name}` : '';
  return `${cause.message || cause.name}${inner}`;
}
