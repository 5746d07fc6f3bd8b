import type { Database, OpenOptions } from '../../src/api/database.ts';

/** An engine that the tests of drivers run on. */
export interface Engine {
  readonly name: string;
  /** Why it cannot be had here; its tests are skipped then, and its column of the table stays as it is. */
  readonly absent?: string | undefined;
  /** Starts what has to run, and answers how to open a database of its own in it. */
  start(): Promise<Running>;
}

export interface Running {
  /** Where that is; undefined for databases in memory. */
  readonly address?: string;
  /** Different parts are different databases. */
  open(part: string, options?: OpenOptions): Promise<Database>;
  stop(): Promise<void>;
}
