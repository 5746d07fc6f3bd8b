import { VecinoError } from '../../base/errors.ts';
import type { Attempts } from '../front/attempts.ts';
import type { ReadConnection } from '../front/remote-options.ts';
import { failureOf, refusalOf, silenceOf } from './failures.ts';
import { Freshness } from './freshness.ts';

/** What an answer that is an error may say at most of it. */
const SAID_MAX = 500;

type Fetch = typeof fetch;

/**
 * The requests of a database, which the client makes through this in the place of `fetch`: some at the same time at
 * most, with an end in time, again where that may help, and with errors of ours.
 */
export class Requests {
  /** The version of the interface that the client speaks, once it has spoken. */
  version: string | undefined;
  private readonly thing: string;
  private readonly secrets: readonly string[];
  private readonly attempts: Attempts;
  private readonly connection: ReadConnection;
  private readonly closing = new AbortController();
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(thing: string, secrets: readonly string[], attempts: Attempts, connection: ReadConnection) {
    this.thing = thing;
    this.secrets = secrets;
    this.attempts = attempts;
    this.connection = connection;
    this.free = connection.connectionsMax;
  }

  /** The `fetch` of a client. @param freshness of the namespace that the client is for */
  fetchFor(freshness?: Freshness): Fetch {
    return async (input, init) => {
      this.version ??= new Headers(init?.headers).get('x-pinecone-api-version') ?? undefined;
      const url = String(input);
      const isOnce = init?.method === 'POST' && new URL(url).pathname === '/indexes';
      const answer = this.attempts.run(
        () => this.attempts.untilAborted(this.inTurn(() => this.once(url, init, freshness))),
        (cause) => {
          const { error, mayRepeat } =
            cause instanceof Refusal ? cause.judgement : silenceOf(this.thing, cause, this.secrets);
          // An index may have been made although nobody heard of it.
          return { error, mayRepeat: mayRepeat && !isOnce && !this.closing.signal.aborted };
        },
      );
      return answer.catch((error: unknown) => {
        // The client would make another error of one with a status.
        throw new Error('the request failed', { cause: error });
      });
    };
  }

  /** What a call of the client answers, with errors of ours. */
  async ask<T>(call: () => Promise<T>): Promise<T> {
    this.requireOpen();
    try {
      return await call();
    } catch (thrown) {
      this.requireOpen();
      throw failureOf(this.thing, thrown, this.secrets);
    }
  }

  /** Ends when so many milliseconds have passed, or everything is cancelled. */
  async rest(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.attempts.untilAborted(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.closing.abort();
  }

  private async once(
    url: string,
    init: RequestInit | undefined,
    freshness: Freshness | undefined,
  ): Promise<Response> {
    const ends = [AbortSignal.timeout(this.connection.timeoutMs), this.closing.signal];
    if (this.connection.signal) ends.push(this.connection.signal);
    const response = await fetch(url, { ...init, signal: AbortSignal.any(ends) });
    if (!response.ok) {
      const said = saidIn(await response.text());
      throw new Refusal(refusalOf(this.thing, response.status, said, this.secrets));
    }
    freshness?.note(response.headers);
    if (
      freshness?.isBehind &&
      !Freshness.isTold(response.headers) &&
      new URL(url).pathname.endsWith('/query')
    ) {
      freshness.forget();
    }
    return response;
  }

  /** Waits for a free place: requests at the same time are `connectionsMax` at most. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.free--;
    try {
      this.requireOpen();
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }

  private requireOpen(): void {
    this.attempts.requireGoing();
    if (!this.closing.signal.aborted) return;
    throw new VecinoError(
      'DATABASE_CLOSED',
      `${this.thing}: the database is closed; open it again to use it`,
    );
  }
}

/** On its way from the request to who judges it. */
class Refusal extends Error {
  readonly judgement: ReturnType<typeof refusalOf>;

  constructor(judgement: ReturnType<typeof refusalOf>) {
    super(judgement.error.message);
    this.judgement = judgement;
  }
}

/** The message of an answer that is an error: `{ message }`, `{ error: { message } }` or plain text. */
function saidIn(text: string): string {
  try {
    const said = JSON.parse(text) as { message?: unknown; error?: { message?: unknown } } | null;
    const message = said?.error?.message ?? said?.message;
    if (typeof message === 'string') return message.slice(0, SAID_MAX);
  } catch {
    // Plain text.
  }
  return text.slice(0, SAID_MAX) || 'no reason given';
}
