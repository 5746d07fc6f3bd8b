import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionOptions } from '../../api/connection.ts';
import { VecinoError } from '../../base/errors.ts';

/** The first pause before a call is tried again; each is twice as long as the one before. */
const BACKOFF_MS = 100;

/** What a failure of a call comes to. */
export interface Judgement {
  readonly error: VecinoError;
  /** Whether the same call may be made again: it may succeed then, and has the same effect twice. */
  readonly mayRepeat: boolean;
}

/** Calls to an engine elsewhere: made again where that is safe and may help, and ended by the connection's signal. */
export class Attempts {
  private readonly thing: string;
  private readonly retries: number;
  private readonly signal: AbortSignal | undefined;

  /** @param thing the opening words of messages: what is spoken to */
  constructor(
    thing: string,
    { retries, signal }: Required<Pick<ConnectionOptions, 'retries'>> & Pick<ConnectionOptions, 'signal'>,
  ) {
    this.thing = thing;
    this.retries = retries;
    this.signal = signal;
  }

  async run<T>(work: () => Promise<T>, judge: (cause: unknown) => Judgement): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await work();
      } catch (cause) {
        if (this.signal?.aborted) throw this.cancelled();
        const { error, mayRepeat } = judge(cause);
        if (!mayRepeat || failures >= this.retries) throw error;
        await this.rest(BACKOFF_MS * 2 ** failures);
      }
    }
  }

  /** Throws `CANCELLED` where the signal has ended everything. */
  requireGoing(): void {
    if (this.signal?.aborted) throw this.cancelled();
  }

  /** What is under way, or `CANCELLED` as soon as the signal says so. */
  async untilAborted<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    if (!signal) return work;
    // Nobody waits for it any more once it was cancelled.
    work.catch(() => undefined);
    // Whoever listens to a signal that was given before hears nothing.
    this.requireGoing();
    let abort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(this.cancelled());
      signal.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private async rest(ms: number): Promise<void> {
    const { signal } = this;
    await pause(ms, undefined, signal && { signal }).catch(() => {
      throw this.cancelled();
    });
  }

  private cancelled(): VecinoError {
    return new VecinoError('CANCELLED', `${this.thing}: cancelled by the signal of the connection`, {
      cause: this.signal?.reason,
    });
  }
}
