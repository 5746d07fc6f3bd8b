import type { Warning } from '../../api/database.ts';
import type { ExpiringRow } from '../../storage/store.ts';

/** Records removed by one transaction. */
const ROWS = 1_000;
/**
 * How long a record stays in the store after it has expired: what expires within this time is removed together, so
 * that a steady stream of expiries costs a commit a second.
 */
const DELAY_MS = 1_000;
/** A timer stands still while the machine sleeps, so none is set for longer than that. */
const PATIENCE_MS = 60_000;
/** After a failure, such as a full disk. */
const RETRY_MS = 60_000;

/** What removing needs of a collection. */
export interface ExpiringStore {
  now(): number;
  /** Records that have expired by `until`, at most `limit`. */
  due(until: number, limit: number): readonly ExpiringRow[];
  nextExpiry(): number | undefined;
  /** Removes what `choose` answers, in the collection's turn. */
  remove(choose: () => Uint32Array): Promise<void>;
  warn(code: Warning['code'], what: string, cause: unknown): void;
}

/**
 * Removes expired records durably, in batches, in the background of the writing process: one timer for a collection
 * that has any, none for others. Answers do not wait for it (see `expiry.ts`).
 */
export class ExpiredRemoval {
  private readonly store: ExpiringStore;
  private timer: NodeJS.Timeout | undefined;
  /** When the timer is to remove something. */
  private planned = Number.POSITIVE_INFINITY;
  private ended = false;
  private hasFailed = false;

  constructor(store: ExpiringStore) {
    this.store = store;
  }

  /** Sees to it that what expires at this time is removed soon after. */
  plan(at: number | undefined): void {
    if (this.ended || at === undefined || at >= this.planned) return;
    this.planned = at;
    this.wait(at - this.store.now() + DELAY_MS);
  }

  /** Plans for the earliest expiry of the store. */
  begin(): void {
    this.ended = false;
    this.plan(this.store.nextExpiry());
  }

  end(): void {
    this.ended = true;
    this.planned = Number.POSITIVE_INFINITY;
    clearTimeout(this.timer);
  }

  /** Removes everything that has expired by now. */
  async removeAll(): Promise<void> {
    for (let isWhole = false; !isWhole; ) {
      await this.store.remove(() => {
        const due = this.store.due(this.store.now(), ROWS);
        isWhole = due.length < ROWS;
        return Uint32Array.from(due, ({ slot }) => slot);
      });
    }
  }

  private wait(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.work(), Math.min(Math.max(milliseconds, 0), PATIENCE_MS));
    // An expiry is no reason to keep the process alive.
    this.timer.unref();
  }

  private async work(): Promise<void> {
    const { now } = this.store;
    if (this.planned > now()) {
      this.wait(this.planned - now() + DELAY_MS);
      return;
    }
    this.planned = Number.POSITIVE_INFINITY;
    try {
      await this.removeAll();
      this.hasFailed = false;
      this.plan(this.store.nextExpiry());
    } catch (cause) {
      if (this.ended) return;
      if (!this.hasFailed) {
        const what = 'expired records could not be removed; nothing answers them, and it is tried again';
        this.store.warn('EXPIRED_NOT_REMOVED', what, cause);
      }
      this.hasFailed = true;
      this.planned = now();
      this.wait(RETRY_MS);
    }
  }
}
