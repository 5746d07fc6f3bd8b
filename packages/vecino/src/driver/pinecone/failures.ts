import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { redact, redactedCause } from '../../base/redact.ts';
import type { Judgement } from '../front/attempts.ts';
import { codeOf, connectionMeaningOf, LOST, type Meaning, SLOW } from '../front/connection-failures.ts';

/** What an answer means that is none. */
interface Refusal extends Meaning {
  /** Whether the same request may have success later. */
  readonly passes?: true;
}

/** By the status of an answer. */
const STATUSES: Readonly<Record<number, Refusal>> = {
  401: {
    code: 'REMOTE_UNAUTHENTICATED',
    remedy: 'check the key: connection.apiKey, the password of the address, or PINECONE_API_KEY',
  },
  402: { code: 'REMOTE_REFUSED', remedy: 'see to the payments of the organization' },
  403: { code: 'REMOTE_REFUSED', remedy: 'check what the key may do, and the quota of the project' },
  404: { code: 'REMOTE_REFUSED', remedy: 'check the address, and cloud and region in it' },
  409: { code: 'REMOTE_REFUSED', remedy: 'an index of that name is there already' },
  413: { code: 'REMOTE_REFUSED', remedy: 'write or ask for less at a time' },
  429: {
    code: 'REMOTE_UNREACHABLE',
    remedy: 'Pinecone takes no more requests for now: wait, or lower connection.connectionsMax',
    passes: true,
  },
  500: { code: 'REMOTE_UNREACHABLE', remedy: 'Pinecone failed; try again', passes: true },
  502: { code: 'REMOTE_UNREACHABLE', remedy: 'Pinecone cannot be reached; try again', passes: true },
  503: {
    code: 'REMOTE_UNREACHABLE',
    remedy: 'Pinecone does not serve at the moment; try again',
    passes: true,
  },
  504: { ...SLOW, passes: true },
};

/** An answer that is none. */
export function refusalOf(
  thing: string,
  status: number,
  said: string,
  secrets: readonly string[],
): Judgement {
  const meaning = STATUSES[status] ?? { code: 'REMOTE_FAILED' as const, remedy: undefined };
  const rest = meaning.remedy === undefined ? '' : `; ${meaning.remedy}`;
  const error = new VecinoError(
    meaning.code,
    `${thing}: Pinecone refused a request with status ${status}: ${redact(said, secrets)}${rest}`,
    { details: { status } },
  );
  return { error, mayRepeat: 'passes' in meaning };
}

/** A request without an answer. */
export function silenceOf(thing: string, cause: unknown, secrets: readonly string[]): Judgement {
  if (cause instanceof VecinoError) return { error: cause, mayRepeat: false };
  const safe = redactedCause(cause, secrets);
  if ((cause as { readonly name?: unknown } | null)?.name === 'TimeoutError') {
    return {
      error: new VecinoError(SLOW.code, `${thing}: no answer in time; ${SLOW.remedy}`, { cause: safe }),
      mayRepeat: true,
    };
  }
  const code = codeOf(cause);
  const said = redact(messageOf(cause), secrets);
  const meaning = connectionMeaningOf(code) ?? LOST;
  const error = new VecinoError(meaning.code, `${thing}: ${said}; ${meaning.remedy}`, {
    cause: safe,
    details: { code: code ?? null },
  });
  return { error, mayRepeat: true };
}

/**
 * What the client throws. It wraps what our own requests throw, which is found again among the causes, and so is what
 * breaks an answer off; whatever else comes from it is a mistake in what it was asked.
 */
export function failureOf(thing: string, thrown: unknown, secrets: readonly string[]): VecinoError {
  let cause = thrown;
  for (let depth = 0; cause instanceof Error && depth < CAUSES_MAX; depth++) {
    if (cause instanceof VecinoError) return cause;
    if (cause.name === 'TimeoutError' || cause.message === 'terminated') {
      return silenceOf(thing, cause, secrets).error;
    }
    ({ cause } = cause);
  }
  return new VecinoError('REMOTE_FAILED', `${thing}: ${redact(messageOf(thrown), secrets)}`, {
    cause: redactedCause(thrown, secrets),
  });
}

const CAUSES_MAX = 8;

/** The status that an error reports; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof VecinoError ? error.details['status'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return describeValue(cause);
  const { cause: inner } = cause;
  const own = cause.message || cause.name;
  if (!(inner instanceof Error) || inner instanceof AggregateError) return own;
  return `${own}: ${messageOf(inner)}`;
}
