import type { ConnectionOptions } from '../../api/connection.ts';
import { VecinoError } from '../../base/errors.ts';
import { Attempts } from '../front/attempts.ts';
import { CopyIn } from './copy-in.ts';
import { failureOf, isCollision } from './failures.ts';
import { isOfKept, KeptStatements } from './kept-statements.ts';
import { type Sql, sql, statementOf } from './sql.ts';

/** What of the package `pg` we use. */
export interface PgModule {
  readonly Pool: new (options: Readonly<Record<string, unknown>>) => PgPool;
}

export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** One with a name the server keeps for the connection. */
interface PgStatement {
  readonly text: string;
  readonly values: unknown[];
  readonly name?: string;
}

export interface PgClient {
  query(statement: PgStatement | CopyIn): Promise<{ readonly rows: Row[] }>;
  /** @param destroy whether the connection is not to be used again */
  release(destroy?: boolean): void;
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement on the connection of a transaction. */
export interface Run {
  (statement: Sql): Promise<Row[]>;
  /** Sends rows to a statement of our own that copies them. */
  copy(text: string, rows: readonly Buffer[]): Promise<void>;
}

/** What may be tried again after a lost connection: what only reads, or has the same effect twice. */
type Repeatable = 'repeatable' | 'once';

/**
 * The pool of connections to a server. Nothing takes two of them at the same time, so that a pool of one is enough
 * for everything.
 */
export class Connections {
  private readonly pool: PgPool;
  private readonly thing: string;
  private readonly secrets: readonly string[];
  private readonly attempts: Attempts;
  /** The settings that a connection has, so that they are made only where they differ. */
  private readonly settings = new WeakMap<PgClient, string>();
  private readonly kept = new KeptStatements();
  private closing: Promise<void> | undefined;

  constructor(
    pool: PgPool,
    thing: string,
    secrets: readonly string[],
    options: Required<Pick<ConnectionOptions, 'retries'>> & Pick<ConnectionOptions, 'signal'>,
  ) {
    this.pool = pool;
    this.thing = thing;
    this.secrets = secrets;
    this.attempts = new Attempts(thing, options);
    // An idle connection that breaks is replaced by the pool; who asks next is told if that fails.
    pool.on('error', () => undefined);
  }

  /**
   * Answers the rows of one statement that reads.
   *
   * @param settings statements that the connection must have run before, all in one text of our own
   * @param isFrequent whether the server should keep it: it is read and planned once then
   */
  async read(
    statement: Sql,
    { settings, isFrequent }: { readonly settings?: string; readonly isFrequent?: boolean } = {},
  ): Promise<Row[]> {
    return this.attempt('repeatable', async (client, run) => {
      if (settings !== undefined && this.settings.get(client) !== settings) {
        await client.query({ text: settings, values: [] });
        this.settings.set(client, settings);
      }
      return isFrequent ? this.runKept(client, statement) : run(statement);
    });
  }

  /** One statement outside of any transaction that is safe to run again, such as VACUUM. */
  async execute(statement: Sql): Promise<void> {
    await this.attempt('repeatable', (_, run) => run(statement));
  }

  /** Runs a transaction: all of it happens, or nothing. It is run again where that is safe. */
  async transaction<T>(repeatable: Repeatable, work: (run: Run) => Promise<T>): Promise<T> {
    return this.attempt(repeatable, async (_, run, started) => {
      await run(BEGIN);
      started();
      try {
        const answer = await work(run);
        await run(COMMIT);
        return answer;
      } catch (error) {
        // Where the connection is lost the server undoes it by itself.
        await run(ROLLBACK).catch(() => undefined);
        throw error;
      }
    });
  }

  close(): Promise<void> {
    this.closing ??= this.pool.end();
    return this.closing;
  }

  private async attempt<T>(
    repeatable: Repeatable,
    work: (client: PgClient, run: Run, started: () => void) => Promise<T>,
  ): Promise<T> {
    let hasStarted = false;
    const attempt = () => {
      hasStarted = false;
      return this.withClient((client, run) =>
        work(client, run, () => {
          hasStarted = true;
        }),
      );
    };
    return this.attempts.run(attempt, (cause) => {
      const error = failureOf(this.thing, cause, this.secrets);
      const isSafe = isCollision(cause) || (error.retryable && (repeatable === 'repeatable' || !hasStarted));
      return { error, mayRepeat: isSafe && !this.closing };
    });
  }

  private async runKept(client: PgClient, statement: Sql): Promise<Row[]> {
    const whole = statementOf(statement);
    const name = this.kept.nameOf(whole.text);
    if (name === undefined) return (await client.query(whole)).rows;
    try {
      return (await client.query({ ...whole, name })).rows;
    } catch (error) {
      if (!isOfKept(error)) throw error;
      // A proxy gives each transaction another connection: nothing can be kept there.
      this.kept.forget();
      return (await client.query(whole)).rows;
    }
  }

  private async withClient<T>(work: (client: PgClient, run: Run) => Promise<T>): Promise<T> {
    this.requireOpen();
    const connecting = this.pool.connect();
    const client = await this.attempts.untilAborted(connecting).catch((error: unknown) => {
      // A connection that comes when nobody waits for it any more must not be lost to the pool.
      connecting.then(
        (late) => late.release(true),
        () => undefined,
      );
      throw error;
    });
    let isSound = false;
    try {
      const answer = await this.attempts.untilAborted(work(client, runOn(client)));
      isSound = true;
      return answer;
    } catch (error) {
      // What the server has refused leaves the connection as it was.
      isSound = error instanceof VecinoError ? error.code !== 'CANCELLED' : isRefusal(error);
      throw error;
    } finally {
      client.release(!isSound);
    }
  }

  private requireOpen(): void {
    this.attempts.requireGoing();
    if (!this.closing) return;
    throw new VecinoError(
      'DATABASE_CLOSED',
      `${this.thing}: the database is closed; open it again to use it`,
    );
  }
}

function runOn(client: PgClient): Run {
  const run = async (statement: Sql) => (await client.query(statementOf(statement))).rows;
  const copy = (text: string, rows: readonly Buffer[]) => {
    const copying = new CopyIn(text, rows);
    // It is answered as it is, and settles by itself.
    void client.query(copying);
    return copying.done;
  };
  return Object.assign(run, { copy });
}

const BEGIN = sql`BEGIN`;
const COMMIT = sql`COMMIT`;
const ROLLBACK = sql`ROLLBACK`;

/** Errors of the server that end a statement and not the connection. */
function isRefusal(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { readonly code?: unknown; readonly severity?: unknown };
  return typeof code === 'string' && severity === 'ERROR';
}
