import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { VecinoError } from '../base/errors.ts';
import { storeError } from './store-error.ts';

interface ConnectionOptions {
  readonly readOnly: boolean;
  /**
   * Read the file alone, without locks or log: right only for a file that nobody writes, see
   * `read-connection.ts`.
   */
  readonly immutable?: boolean;
  /** How long a statement waits for another connection; by default until a recovery would be over. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5_000;

/** Pages that a connection keeps: enough for the upper levels of the trees; the system caches the rest. */
const CACHE_KIBIBYTES = 16_384;

/**
 * One connection to SQLite: prepared statements are kept by their text, failures arrive as `VecinoError`, and
 * rows are plain objects of the type that the caller's `SELECT` gives them.
 */
export class Connection {
  /** What errors name: the database file, or `:memory:`. */
  readonly file: string;
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(file: string, options: ConnectionOptions) {
    this.file = file;
    this.database = openDatabase(file, options);
    try {
      // The size of the cache is what first reads the file, and its log: here it shows whether that is possible.
      this.exec(`
        PRAGMA busy_timeout = ${options.busyTimeoutMs ?? BUSY_TIMEOUT_MS};
        PRAGMA cache_size = -${CACHE_KIBIBYTES};
        PRAGMA temp_store = MEMORY;
        PRAGMA foreign_keys = ON;
      `);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs statements that answer nothing. */
  exec(sql: string): void {
    try {
      this.database.exec(sql);
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  /** Runs one statement and answers how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    try {
      return Number(this.statement(sql).run(...values).changes);
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  get<Row extends object>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    try {
      return this.statement(sql).get(...values) as Row | undefined;
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  all<Row extends object>(sql: string, ...values: SQLInputValue[]): Row[] {
    try {
      return this.statement(sql).all(...values) as Row[];
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  /** A setting or counter of SQLite: the first column of the first row. */
  pragma(name: string): number | string | undefined {
    const row = this.get<Record<string, number | string>>(`PRAGMA ${name}`);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Gives SQL a function of one argument, which must answer the same for the same argument within a statement. */
  define(name: string, work: (argument: unknown) => number): void {
    this.database.function(name, work);
  }

  /** Runs `work` in a transaction that is committed, or rolled back wholly where anything fails. */
  transaction<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
    this.exec(begin);
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Ends the open transaction, if SQLite has not ended it by itself, as it does on a full disk. */
  rollback(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // "no transaction is active": what we wanted. (`isTransaction` came with Node 22.16 only.)
    }
  }

  close(): void {
    this.statements.clear();
    try {
      this.database.close();
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

function openDatabase(file: string, { readOnly, immutable = false }: ConnectionOptions): DatabaseSync {
  // Fetched at run time: a static import would fail on an old Node before it could read our sentence.
  const sqlite = process.getBuiltinModule('node:sqlite');
  try {
    if (!immutable) return new sqlite.DatabaseSync(file, { readOnly });
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return new sqlite.DatabaseSync(url, { readOnly });
  } catch (error) {
    if (immutable && error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_ARG_TYPE') {
      throw new VecinoError(
        'NODE_TOO_OLD',
        `${file} lies in a folder that this process may not write, without SQLite's log files beside it; reading it needs Node 22.15 or newer (this is ${process.versions.node}), or a copy of the folder that may be written`,
        { details: { expected: '>=22.15', received: process.versions.node } },
      );
    }
    throw storeError(error, file);
  }
}
