import type { ConnectionOptions } from '../../api/connection.ts';
import { VecinoError } from '../../base/errors.ts';
import { Attempts } from '../front/attempts.ts';
import { failureOf } from './failures.ts';

export type RequestOptions = Required<Pick<ConnectionOptions, 'connectionsMax' | 'retries' | 'timeoutMs'>> &
  Pick<ConnectionOptions, 'signal'>;

/** How one request differs from others. */
interface RequestTraits {
  /** Whether it may be sent again after a lost connection: it only reads, or has the same effect twice. */
  readonly isRepeatable?: boolean;
  readonly timeoutMs?: number;
}

/**
 * Requests to a server: so many at the same time at most, each with an end, sent again where that is safe and may
 * help, and ended by the caller's signal.
 */
export class Requests {
  /** Ends what is fetched past the client. */
  readonly signal: AbortSignal;
  private readonly thing: string;
  private readonly secrets: readonly string[];
  private readonly timeoutMs: number;
  private readonly attempts: Attempts;
  private readonly ending = new AbortController();
  private readonly waiting: (() => void)[] = [];
  /** End the waiting for what is under way. */
  private readonly underWay = new Set<(reason: unknown) => void>();
  private free: number;

  constructor(thing: string, secrets: readonly string[], options: RequestOptions) {
    this.thing = thing;
    this.secrets = secrets;
    this.timeoutMs = options.timeoutMs;
    this.free = options.connectionsMax;
    this.attempts = new Attempts(thing, options);
    const { signal } = options;
    this.signal = signal ? AbortSignal.any([signal, this.ending.signal]) : this.ending.signal;
  }

  /** @param send one request, made anew each time */
  async run<T>(
    send: () => Promise<T>,
    { isRepeatable = true, timeoutMs = this.timeoutMs }: RequestTraits = {},
  ): Promise<T> {
    const work = () => this.placed(() => this.attempts.untilAborted(this.within(send, timeoutMs)));
    return this.attempts.run(work, (cause) => {
      const error = this.closed() ?? failureOf(this.thing, cause, this.secrets);
      return { error, mayRepeat: isRepeatable && error.retryable };
    });
  }

  close(): void {
    this.ending.abort();
    for (const end of this.underWay) end(this.ending.signal.reason);
  }

  /** Waits for one of the places that there are at the same time. */
  private async placed<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }

  /** The client knows no end of one request, only of all; whoever waits is told all the same. */
  private async within<T>(send: () => Promise<T>, timeoutMs: number): Promise<T> {
    this.attempts.requireGoing();
    const closed = this.closed();
    if (closed) throw closed;
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')),
      timeoutMs,
    );
    this.underWay.add(reject);
    try {
      const sent = send();
      // Nobody waits for it any more once it has taken too long.
      sent.catch(() => undefined);
      return await Promise.race([sent, tooLate]);
    } finally {
      clearTimeout(timer);
      this.underWay.delete(reject);
    }
  }

  private closed(): VecinoError | undefined {
    if (!this.ending.signal.aborted) return undefined;
    return new VecinoError(
      'DATABASE_CLOSED',
      `${this.thing}: the database is closed; open it again to use it`,
    );
  }
}
