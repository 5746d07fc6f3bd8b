import type { ErrorCode } from '../../base/error-catalogue.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';

/** What a failure is, and what there is to do about it. */
interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

/** How a node says that a collection is dropped. */
export const DROPPED = 'DROPPED';

const GONE = 'somebody has dropped it; create it again to use it';

const LOST: Meaning = {
  code: 'REMOTE_UNREACHABLE',
  remedy: 'the server or the network ended the connection; try again',
};
const CREDENTIALS: Meaning = {
  code: 'REMOTE_UNAUTHENTICATED',
  remedy: 'check user and password in the address',
};

/** By the first word of what the server answers, or the code of a system call. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: { code: 'REMOTE_UNREACHABLE', remedy: 'check host and port, and that the server runs' },
  ECONNRESET: LOST,
  EPIPE: LOST,
  EHOSTUNREACH: { code: 'REMOTE_UNREACHABLE', remedy: 'check host and network' },
  ENETUNREACH: { code: 'REMOTE_UNREACHABLE', remedy: 'check host and network' },
  ENOTFOUND: { code: 'REMOTE_UNREACHABLE', remedy: 'check the host name' },
  EAI_AGAIN: { code: 'REMOTE_UNREACHABLE', remedy: 'the host name could not be looked up; try again' },
  ETIMEDOUT: { code: 'REMOTE_TIMED_OUT', remedy: 'check host and network' },
  NOAUTH: CREDENTIALS,
  WRONGPASS: CREDENTIALS,
  NOPERM: { code: 'REMOTE_REFUSED', remedy: 'grant the user what it lacks, or use another' },
  READONLY: { code: 'REMOTE_REFUSED', remedy: 'the server is a replica and takes no writes; name a master' },
  OOM: { code: 'REMOTE_REFUSED', remedy: 'the server is at its maxmemory: raise it, or remove records' },
  MISCONF: { code: 'DISK_FULL', remedy: 'the server cannot write its log: see to its disk' },
  LOADING: { code: 'REMOTE_UNREACHABLE', remedy: 'the server is starting; try again' },
  BUSY: { code: 'REMOTE_UNREACHABLE', remedy: 'the server runs a script that takes long; try again' },
  CLUSTERDOWN: {
    code: 'REMOTE_UNREACHABLE',
    remedy: 'a node of the cluster is missing; start it, and try again',
  },
  MASTERDOWN: {
    code: 'REMOTE_UNREACHABLE',
    remedy: 'a node of the cluster is missing; start it, and try again',
  },
  TRYAGAIN: { code: 'REMOTE_UNREACHABLE', remedy: 'slots of the cluster are on their way; try again' },
  [DROPPED]: { code: 'COLLECTION_DROPPED', remedy: GONE },
};

/** Of failures that the client itself finds, by name and text. */
const SAYINGS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /ConnectionTimeout|connection timeout/i,
    { code: 'REMOTE_TIMED_OUT', remedy: 'check host and network, or raise connection.connectTimeoutMs' },
  ],
  [
    /Root ?nodes/i,
    { code: 'REMOTE_UNREACHABLE', remedy: 'no node of the cluster answers; check that they run' },
  ],
  [/socket closed|client is (closed|offline)|disconnects? client|ClientClosed|ClientOffline/i, LOST],
  [
    /max number of clients/i,
    { code: 'REMOTE_UNREACHABLE', remedy: 'the server takes no more clients; try again' },
  ],
  [/invalid username|password|AUTH/, CREDENTIALS],
];

/**
 * What is thrown for a failure of the client or a server.
 *
 * @param thing what is spoken to, the node among it where one is known
 * @param secrets that must not be repeated
 */
export function failureOf(thing: string, cause: unknown, secrets: readonly string[]): VecinoError {
  if (cause instanceof VecinoError) return cause;
  const said = redact(cause instanceof Error ? cause.message || cause.name : describeValue(cause), secrets);
  const code = codeOf(cause);
  const meaning = (code !== undefined && MEANINGS[code]) || sayingOf(cause);
  const options = { cause: redactedCause(cause, secrets), details: { reply: code ?? null } };
  return meaning
    ? new VecinoError(meaning.code, `${thing}: ${said}; ${meaning.remedy}`, options)
    : new VecinoError('REMOTE_FAILED', `${thing}: the server refused a command: ${said}`, options);
}

export function collectionDropped(thing: string): VecinoError {
  return new VecinoError('COLLECTION_DROPPED', `${thing}: ${GONE}`);
}

/** Whether a node does not know a script yet, or no longer. */
export function isUnknownScript(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('NOSCRIPT');
}

/** Of a system call, or the word that an answer of the server begins with; of several causes, that of the first. */
function codeOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  if (!(cause instanceof Error)) return undefined;
  const { code } = cause as { readonly code?: unknown };
  const word = typeof code === 'string' ? code : /^[A-Z]+(?= )/.exec(cause.message)?.[0];
  return word !== undefined && Object.hasOwn(MEANINGS, word) ? word : undefined;
}

function sayingOf(cause: unknown): Meaning | undefined {
  const text = cause instanceof Error ? `${cause.constructor.name} ${cause.message}` : '';
  return SAYINGS.find(([saying]) => saying.test(text))?.[1];
}
