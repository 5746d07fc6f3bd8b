import { VecinoError } from '../base/errors.ts';
import { redact, redactedCause } from '../base/redact.ts';

interface FailureOptions {
  /** Whether the same request may succeed later. */
  readonly again: boolean;
  /** How long the provider asks to be left alone, in milliseconds. */
  readonly waitMs?: number | undefined;
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** Why one request to a provider has failed, before it is decided whether to ask again. */
export class ProviderFailure extends Error {
  readonly again: boolean;
  readonly waitMs: number | undefined;
  readonly status: number | undefined;

  constructor(message: string, { again, waitMs, status, cause }: FailureOptions) {
    super(message, { cause });
    this.again = again;
    this.waitMs = waitMs;
    this.status = status;
  }
}

/** Whom a failure is about, and what must not be said of him. */
export interface ProviderIdentity {
  /** As a message's opening words. */
  readonly thing: string;
  /** The model. */
  readonly name: string;
  /** Keys, and whatever else may open a door. */
  readonly secrets: () => readonly string[];
}

/** The error that the caller sees: EMBEDDING_FAILED where the same call may succeed later, else EMBEDDING_REFUSED. */
export function errorOf(provider: ProviderIdentity, failure: ProviderFailure, attempts: number): VecinoError {
  const { status, again } = failure;
  const tries = attempts === 1 ? '' : ` (${attempts} attempts)`;
  const remedy = again ? 'try again later' : 'the same call would fail again';
  const secrets = provider.secrets();
  return new VecinoError(
    again ? 'EMBEDDING_FAILED' : 'EMBEDDING_REFUSED',
    redact(`${provider.thing}: model "${provider.name}": ${failure.message}${tries}; ${remedy}`, secrets),
    {
      details: { embedding: provider.name, attempts, ...(status !== undefined && { status }) },
      ...(failure.cause !== undefined && { cause: redactedCause(failure.cause, secrets) }),
    },
  );
}
