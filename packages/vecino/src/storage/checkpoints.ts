import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';

/** A pause in the writing: nothing was committed for this long. */
const PAUSE_MS = 1_000;

/**
 * Bytes in the log that are moved without waiting for a pause, so that it does not grow for ever. Inserting
 * 60,000 vectors of 384 dimensions in batches of 1,000, the slowest batch took 43 ms with 16 MiB, 65 to 97 ms
 * with 32 and 92 to 105 ms with 64; records a second were the same.
 */
const LOG_BYTES_MAX = 16 << 20;

/** What SQLite keeps of the log file when it starts over: small commits then overwrite, which syncs faster. */
const LOG_BYTES_KEPT = 4 << 20;

/**
 * Decides when committed pages move from the log into the database file.
 *
 * SQLite's default is to do it inside the commit that fills 1,000 pages, whose caller then waits for the
 * copying and two more syncs. We switch that off and do it in pauses between writes, where nobody waits, and
 * otherwise after (never within) a commit that leaves more than 16 MiB in the log. It runs on the writer's
 * thread: a thread of its own could not finish with the log while commits go on, because the log starts over
 * only when all of it was moved and nobody has written since. It is passive, so that readers are neither
 * waited for nor disturbed.
 */
export class Checkpoints {
  private readonly connection: Connection;
  private readonly log: string;
  private readonly onFailure: (error: unknown) => void;
  private pause: NodeJS.Timeout | undefined;
  private bytesMax = LOG_BYTES_MAX;

  constructor(connection: Connection, log: string, onFailure: (error: unknown) => void) {
    this.connection = connection;
    this.log = log;
    this.onFailure = onFailure;
    connection.exec('PRAGMA wal_autocheckpoint = 0');
    connection.pragma(`journal_size_limit = ${LOG_BYTES_KEPT}`);
  }

  /** Until the transaction ends there is no pause, and SQLite would refuse. */
  transactionBegan(): void {
    clearTimeout(this.pause);
  }

  /** To be called when a transaction has ended, well or not, and its caller has the answer. */
  transactionEnded(): void {
    clearTimeout(this.pause);
    if (this.logBytes() > this.bytesMax) this.move();
    else this.pause = setTimeout(() => this.move(), PAUSE_MS);
  }

  /** Moves everything and empties the log. */
  empty(): void {
    clearTimeout(this.pause);
    this.telling(() => this.connection.pragma('wal_checkpoint(TRUNCATE)'));
  }

  private move(): void {
    this.telling(() => {
      const moved = this.connection.get<{ busy: number; log: number; checkpointed: number }>(
        'PRAGMA wal_checkpoint(PASSIVE)',
      );
      // A reader that holds on to an old state keeps the rest of the log alive: wait for as much again.
      const whole = moved?.busy === 0 && moved.log === moved.checkpointed;
      this.bytesMax = whole ? LOG_BYTES_MAX : this.logBytes() + LOG_BYTES_MAX;
    });
  }

  /** A failure loses nothing, the log holds what was committed: it is told, and the next pause tries again. */
  private telling(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.bytesMax = this.logBytes() + LOG_BYTES_MAX;
      this.onFailure(error);
    }
  }

  private logBytes(): number {
    return statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
  }
}
