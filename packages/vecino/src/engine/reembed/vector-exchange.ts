/** Vectors that are about to take the place of a field's: what leaves the collection leaves them, too. */
export interface Successor {
  /** Takes the vector of a slot out, if there is one. */
  forget(slot: number): void;
  /** Bytes that they take in memory. */
  readonly bytes: number;
  close(): Promise<void>;
}

/**
 * The exchange of a field's vectors for those of another model, as the rest of the collection sees it. It takes as long
 * as a small transaction. Nobody waits for questions that are under way, which may take minutes; instead whoever has
 * begun one before the exchange and ends it after may have compared a vector of one model with those of the other, and
 * asks again.
 */
export class VectorExchange {
  private readonly successors = new Set<Successor>();
  private changes = 0;
  private present: Promise<void> = Promise.resolve();

  /** Another number before an exchange, during it, and after it. */
  get generation(): number {
    return this.changes;
  }

  /** Bytes of all that is about to be exchanged. */
  get bytes(): number {
    return [...this.successors].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** From now on these vectors follow what leaves the collection. */
  join(successor: Successor): void {
    this.successors.add(successor);
  }

  leave(successor: Successor): void {
    this.successors.delete(successor);
  }

  forget(slot: number): void {
    for (const successor of this.successors) successor.forget(slot);
  }

  async close(): Promise<void> {
    for (const successor of this.successors) await successor.close();
  }

  /** Runs the exchange itself. Only while no write is under way. */
  async run(task: () => Promise<void>): Promise<void> {
    this.changes += 1;
    const exchanged = task().finally(() => {
      this.changes += 1;
    });
    this.present = exchanged.catch(() => undefined);
    await exchanged;
  }

  /** Answers a question by the vectors of one model: asks again where they were exchanged meanwhile. */
  async steady<T>(question: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.present;
      const { generation } = this;
      try {
        const answer = await question();
        if (generation === this.generation) return answer;
      } catch (error) {
        if (generation === this.generation) throw error;
      }
    }
  }
}
