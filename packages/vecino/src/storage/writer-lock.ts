import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { VecinoError } from '../base/errors.ts';
import { Connection } from './connection.ts';
import { storeError } from './store-error.ts';
import { PARTIAL_SUFFIX, type StoreFolder } from './store-folder.ts';

/** Two processes that open a folder at the same moment may both be refused at first: one tries again. */
const LOCK_TIMEOUT_MS = 20;

/**
 * The right to write in a folder: an exclusive transaction, held for as long as the store is open, on a
 * SQLite file of its own that never gets any content. The operating system releases it when the process ends,
 * however it ends, and it is the file that is locked, whatever path led to it. On the store itself such a lock
 * would keep readers out. The process id lies in a text file beside, which only serves the message.
 */
export class WriterLock {
  private readonly folder: StoreFolder;
  private readonly connection: Connection;

  private constructor(folder: StoreFolder, connection: Connection) {
    this.folder = folder;
    this.connection = connection;
  }

  /** `STORE_LOCKED` with the holder's process id where another writer is there. */
  static acquire(folder: StoreFolder): WriterLock {
    let connection: Connection | undefined;
    try {
      connection = new Connection(folder.lock, { readOnly: false, busyTimeoutMs: LOCK_TIMEOUT_MS });
      // A journal in memory: nothing is ever written, and no journal file is left behind by a crash.
      connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      const partial = folder.writer + PARTIAL_SUFFIX;
      writeFileSync(partial, `${JSON.stringify({ pid: process.pid })}\n`);
      renameSync(partial, folder.writer);
      return new WriterLock(folder, connection);
    } catch (error) {
      connection?.close();
      if (error instanceof VecinoError && error.code === 'STORE_LOCKED') throw lockedBy(folder, error);
      throw storeError(error, folder.writer);
    }
  }

  release(): void {
    rmSync(this.folder.writer, { force: true });
    this.connection.close();
  }
}

function lockedBy(folder: StoreFolder, cause: VecinoError): VecinoError {
  const pid = holderOf(folder);
  const holder =
    pid === undefined ? 'another process' : pid === process.pid ? `this process (${pid})` : `process ${pid}`;
  return new VecinoError(
    'STORE_LOCKED',
    `${folder.path} is being written by ${holder}, expected one writer; close it there, or open the folder with { readOnly: true }`,
    { details: { folder: folder.path, ...(pid === undefined ? {} : { pid }) }, cause },
  );
}

function holderOf(folder: StoreFolder): number | undefined {
  try {
    const writer: unknown = JSON.parse(readFileSync(folder.writer, 'utf8'));
    if (typeof writer !== 'object' || writer === null || !('pid' in writer)) return undefined;
    return typeof writer.pid === 'number' ? writer.pid : undefined;
  } catch {
    // Missing or unreadable: the lock is what counts, the name of its holder is a courtesy.
    return undefined;
  }
}
