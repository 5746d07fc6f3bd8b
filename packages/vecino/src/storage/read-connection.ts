import { existsSync, statSync } from 'node:fs';
import { VecinoError } from '../base/errors.ts';
import { Connection } from './connection.ts';

/**
 * The connection that reads use.
 *
 * SQLite coordinates readers and the writer through two files beside the database, the log (`-wal`) and its
 * shared index (`-shm`). A process that may not write in the folder can read as long as both are there, and
 * our writer leaves them behind when it closes (see `open-store.ts`). Where they are missing and cannot be
 * made, as in a copy of the folder on a read-only medium, we open the file as immutable: without locks, and
 * therefore only while no log is there. Should a writer appear later, it makes its log first; each read looks
 * for that and then opens the file anew, the usual way.
 */
export class ReadConnection {
  private readonly file: string;
  private connection: Connection;
  private immutable: boolean;
  private generation = 0;

  constructor(file: string, shared?: Connection) {
    this.file = file;
    this.immutable = false;
    this.connection = shared ?? this.connect();
  }

  /** The connection to read with now; ask again for each read. */
  current(): Connection {
    if (this.immutable && existsSync(`${this.file}-shm`)) {
      this.connection.close();
      this.connection = this.connect();
      this.generation++;
    }
    return this.connection;
  }

  /** A number that differs whenever another connection has committed something since. */
  version(): number {
    const version = Number(this.current().pragma('data_version'));
    return this.generation * 2 ** 32 + version;
  }

  close(): void {
    this.connection.close();
  }

  private connect(): Connection {
    this.immutable = false;
    try {
      return new Connection(this.file, { readOnly: true });
    } catch (error) {
      if (!this.cannotShare(error)) throw error;
    }
    this.immutable = true;
    return new Connection(this.file, { readOnly: true, immutable: true });
  }

  /** Whether the read failed for want of a shared index, and an empty log means that the file is complete. */
  private cannotShare(error: unknown): boolean {
    const open =
      error instanceof VecinoError && (error.code === 'STORE_IO' || error.code === 'STORE_READ_ONLY');
    if (!open || existsSync(`${this.file}-shm`)) return false;
    const log = statSync(`${this.file}-wal`, { throwIfNoEntry: false });
    return log === undefined || log.size === 0;
  }
}
