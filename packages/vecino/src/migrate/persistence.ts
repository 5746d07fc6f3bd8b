import { setTimeout as delay } from 'node:timers/promises';
import { VecinoError } from '../base/errors.ts';

const FIRST_WAIT_MS = 200;
const WAIT_MAX_MS = 30_000;

/** Waits, and ends early by the signal. */
type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;

/**
 * Does again what failed and may succeed later. Everything that a migration does has the same effect twice, so that a
 * write whose answer was lost may be tried again too, which drivers by themselves must not.
 */
export class Persistence {
  /** Calls that were tried again. */
  retried = 0;
  private readonly retries: number;
  private readonly signal: AbortSignal | undefined;
  private readonly wait: Wait;

  constructor(
    retries: number,
    signal: AbortSignal | undefined,
    wait: Wait = (ms, own) => delay(ms, undefined, own && { signal: own }),
  ) {
    this.retries = retries;
    this.signal = signal;
    this.wait = wait;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      this.requireGoing();
      try {
        return await work();
      } catch (error) {
        if (attempt >= this.retries || !mayHelp(error) || this.signal?.aborted) throw error;
      }
      this.retried++;
      const ms = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** attempt);
      // The signal is asked before the next attempt.
      await this.wait(ms, this.signal).catch(() => undefined);
    }
  }

  /** `CANCELLED` where the signal says so. */
  requireGoing(): void {
    if (!this.signal?.aborted) return;
    throw new VecinoError('CANCELLED', 'migrate: ended by its signal; the same call goes on from there', {
      cause: this.signal.reason,
    });
  }
}

function mayHelp(error: unknown): boolean {
  return error instanceof VecinoError && error.retryable && error.code !== 'CANCELLED';
}
