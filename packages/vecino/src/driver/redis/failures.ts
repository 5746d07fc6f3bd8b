import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';
import {
  codeOf,
  connectionMeaningOf,
  GONE,
  LOST,
  type Meaning,
  SLOW_TO_CONNECT,
} from '../front/connection-failures.ts';

/** How a node says that a collection is dropped. */
export const DROPPED = 'DROPPED';

const CREDENTIALS: Meaning = {
  code: 'REMOTE_UNAUTHENTICATED',
  remedy: 'check user and password in the address',
};

const NODE_MISSING: Meaning = {
  code: 'REMOTE_UNREACHABLE',
  remedy: 'a node of the cluster is missing; start it, and try again',
};

/** By the first word of what the server answers. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NOAUTH: CREDENTIALS,
  WRONGPASS: CREDENTIALS,
  NOPERM: { code: 'REMOTE_REFUSED', remedy: 'grant the user what it lacks, or use another' },
  READONLY: { code: 'REMOTE_REFUSED', remedy: 'the server is a replica and takes no writes; name a master' },
  OOM: { code: 'REMOTE_REFUSED', remedy: 'the server is at its maxmemory: raise it, or remove records' },
  MISCONF: { code: 'DISK_FULL', remedy: 'the server cannot write its log: see to its disk' },
  LOADING: { code: 'REMOTE_UNREACHABLE', remedy: 'the server is starting; try again' },
  BUSY: { code: 'REMOTE_UNREACHABLE', remedy: 'the server runs a script that takes long; try again' },
  CLUSTERDOWN: NODE_MISSING,
  MASTERDOWN: NODE_MISSING,
  TRYAGAIN: { code: 'REMOTE_UNREACHABLE', remedy: 'slots of the cluster are on their way; try again' },
  [DROPPED]: GONE,
};

/** Of failures that the client itself finds, by name and text. */
const SAYINGS: readonly (readonly [RegExp, Meaning])[] = [
  [/ConnectionTimeout|connection timeout/i, SLOW_TO_CONNECT],
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
  const word = wordOf(cause);
  const ofConnection = connectionMeaningOf(code);
  const ofWord = word === undefined ? undefined : MEANINGS[word];
  const meaning = ofConnection ?? ofWord ?? sayingOf(cause);
  const reply = (ofConnection ? code : word) ?? null;
  const options = { cause: redactedCause(cause, secrets), details: { reply } };
  return meaning
    ? new VecinoError(meaning.code, `${thing}: ${said}; ${meaning.remedy}`, options)
    : new VecinoError('REMOTE_FAILED', `${thing}: the server refused a command: ${said}`, options);
}

/** Whether a node does not know a script yet, or no longer. */
export function isUnknownScript(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('NOSCRIPT');
}

/** The word that an answer of the server begins with, where it is a known one; of several answers, that of the first. */
function wordOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError && cause.errors.length > 0) return wordOf(cause.errors[0]);
  const word = cause instanceof Error ? /^[A-Z]+(?= )/.exec(cause.message)?.[0] : undefined;
  return word !== undefined && Object.hasOwn(MEANINGS, word) ? word : undefined;
}

function sayingOf(cause: unknown): Meaning | undefined {
  const text = cause instanceof Error ? `${cause.constructor.name} ${cause.message}` : '';
  return SAYINGS.find(([saying]) => saying.test(text))?.[1];
}
