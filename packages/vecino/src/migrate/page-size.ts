/** What pages aim at: enough that a request costs little beside its content, and few are a small part of the memory. */
const PAGE_BYTES = 8 * 1_024 * 1_024;
/** The first page tells how large records are; it must not be large whatever they are. */
const FIRST_RECORDS = 16;
const GROWTH_MAX = 8;

/**
 * How many records to ask for at once, by the size of those that came before: documents have up to a mebibyte, so that
 * a thousand of them would not fit anywhere, and most have less than a kilobyte.
 */
export class PageSize {
  private readonly max: number;
  private next: number;

  constructor(max: number) {
    this.max = max;
    this.next = Math.min(max, FIRST_RECORDS);
  }

  get records(): number {
    return this.next;
  }

  /** Learns from a page. */
  saw(records: number, bytes: number): void {
    if (records === 0) return;
    const fitting = Math.floor((PAGE_BYTES * records) / Math.max(1, bytes));
    this.next = Math.max(1, Math.min(this.max, fitting, this.next * GROWTH_MAX));
  }
}
