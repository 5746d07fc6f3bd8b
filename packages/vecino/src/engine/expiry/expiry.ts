import type { StoreReader } from '../../storage/store.ts';

/** Records looked at in one go. */
const ROWS = 1_000;
const SLOT_MAX = 2 ** 32 - 1;

/** What hiding needs of a collection. */
export interface ExpiringCollection {
  readonly id: number;
  readonly reader: Pick<StoreReader, 'expiring' | 'nextExpiry'>;
  /** The latest change that slots and indexes have seen. */
  seen(): number;
  /** Hides a live record from everything; its slot stays taken. */
  hide(slot: number): void;
}

/**
 * Lets records vanish at the moment at which they expire.
 *
 * Of all expiries only the earliest is in memory: until then a search compares two numbers. From then on, whoever
 * reads first hides what has expired, which the store tells in the order of time. That a record is hidden is known
 * to this process only; the writing one removes it a little later (`removal.ts`), which everybody sees.
 */
export class Expiry {
  private readonly collection: ExpiringCollection;
  private readonly clock: () => number;
  /** The earliest expiry that has not been looked at. */
  private next = Number.POSITIVE_INFINITY;
  /** The last record that was looked at. */
  private last = { at: Number.NEGATIVE_INFINITY, slot: SLOT_MAX };

  /** @param clock milliseconds since 1970 */
  constructor(collection: ExpiringCollection, clock: () => number) {
    this.collection = collection;
    this.clock = clock;
  }

  /** The present moment, in milliseconds since 1970. */
  now(): number {
    return this.clock();
  }

  /** Whether something has expired and is not hidden. Costs a look at the clock, and not even that without expiries. */
  get isDue(): boolean {
    return this.next !== Number.POSITIVE_INFINITY && this.next <= this.clock();
  }

  /** Takes note that a record which was just shown expires at this time. */
  note(at: number): void {
    if (at < this.next) this.startAt(at);
  }

  /** Looks at the store anew: at opening, and after another process has written. */
  renew(): void {
    const { id, reader } = this.collection;
    this.startAt(reader.nextExpiry(id, -Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Hides some of what has expired; repeat it while `isDue`. What the store has and the index not yet is passed
   * over: whoever shows it notes when it expires.
   */
  hideSome(): void {
    const { id, reader } = this.collection;
    const now = this.clock();
    const seen = this.collection.seen();
    const rows = reader.expiring(id, { after: this.last, until: now, limit: ROWS });
    for (const { slot, seq } of rows) if (seq <= seen) this.collection.hide(slot);
    const last = rows.at(-1);
    if (last && rows.length === ROWS) {
      this.last = last;
      this.next = last.at;
    } else {
      this.startAt(reader.nextExpiry(id, now) ?? Number.POSITIVE_INFINITY);
    }
  }

  private startAt(at: number): void {
    this.next = at;
    this.last = { at: at - 1, slot: SLOT_MAX };
  }
}
