/*
 * Pinecone answers a write before its index has seen it. Each write has a number (`x-pinecone-request-lsn`, one series
 * a namespace), and each answer to a query says which number the index had reached (`x-pinecone-max-indexed-lsn`). So
 * who reads can wait for what this process has written.
 */

const WRITTEN = 'x-pinecone-request-lsn';
const INDEXED = 'x-pinecone-max-indexed-lsn';

/** How far the index of a namespace is behind the writes of this process. */
export class Freshness {
  private written = 0;
  private indexed = 0;

  /** Whether a read might not see what was written. */
  get isBehind(): boolean {
    return this.written > this.indexed;
  }

  /** Takes note of what an answer says. */
  note(headers: Headers): void {
    this.written = Math.max(this.written, numberOf(headers, WRITTEN));
    this.indexed = Math.max(this.indexed, numberOf(headers, INDEXED));
  }

  /** The index was asked and did not say: then there is nothing to wait for. */
  forget(): void {
    this.indexed = this.written;
  }

  static isTold(headers: Headers): boolean {
    return headers.has(INDEXED);
  }
}

function numberOf(headers: Headers, name: string): number {
  const value = Number(headers.get(name));
  return Number.isSafeInteger(value) ? value : 0;
}
