import { BitSet } from '../../base/bit-set.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { StoredVectors, StoreReader } from '../../storage/store.ts';
import type { LiveIndex } from '../index/live-index.ts';
import type { VectorField } from '../vector-field.ts';
import type { Successor } from './vector-exchange.ts';

/** Vectors read in one go. */
const ROWS = 256;

/**
 * The vectors of another model with their index, beside those that answer. They are read from the store, as far as they
 * are there; what leaves the collection leaves them at once.
 */
export class NextVectors implements Successor {
  /** What the field will be. */
  readonly stored: StoredVectors;
  readonly index: LiveIndex;
  private readonly collection: number;
  private readonly reader: StoreReader;
  private readonly field: VectorField;
  /** The slots whose vectors the index has. */
  private readonly placed = new BitSet();

  constructor(collection: number, reader: StoreReader, field: VectorField, stored: StoredVectors) {
    this.collection = collection;
    this.reader = reader;
    this.field = field;
    this.stored = stored;
    this.index = field.openIndex(stored, this.placed);
  }

  get bytes(): number {
    const { vectorBytes, indexBytes } = this.index.figures;
    return vectorBytes + indexBytes;
  }

  forget(slot: number): void {
    if (!this.placed.has(slot)) return;
    this.placed.delete(slot);
    this.index.remove(slot);
  }

  /**
   * Puts the vectors that the index lacks, in slices, and answers how many.
   *
   * @param step told how many it has, and how many it is to have; may throw to end it
   */
  async copy(step: (records: number, total: number) => void): Promise<number> {
    const { field, placed, index } = this;
    const slots = field.live.clone().subtract(placed).toArray();
    const slice = new TimeSlice();
    await index.reserve(slots);
    let copied = 0;
    for (let from = 0; from < slots.length; from += ROWS) {
      const part = slots
        .subarray(from, from + ROWS)
        .filter((slot) => field.live.has(slot) && !placed.has(slot));
      const vectors = this.reader.vectorsOfSet(this.collection, this.stored.vectorSet, part);
      index.learnFrom(vectors.filter((vector) => vector !== undefined));
      for (const [i, vector] of vectors.entries()) {
        const slot = part[i] ?? 0;
        if (!vector) continue;
        index.put(slot, index.prepare(vector));
        placed.add(slot);
        copied += 1;
      }
      await slice.pause();
      step(index.count, field.live.count());
    }
    return copied;
  }

  async close(): Promise<void> {
    await this.index.close({ save: false });
  }
}
