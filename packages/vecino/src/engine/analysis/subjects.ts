import type { Part } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { quantity } from '../../base/quantity.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Matches } from '../../filter/answers.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { StoredRow } from '../../storage/store.ts';
import type { CollectionState } from '../collection-state.ts';
import { isAsOf } from '../whole-read.ts';

/** Rows read in one go. */
const ROWS = 250;

/**
 * The records that a question is about: those that were there, and matched, when it was asked. An analysis calls
 * them by their ordinal. Where vectors have names, those that have the vector in question. Long as it takes, it holds up no write: who was written to meanwhile is found out when
 * rows are read, and left out.
 */
export class Subjects {
  /** By ordinal, ascending. */
  readonly slots: Uint32Array;
  /** The collection's latest change at that time. */
  readonly seen: number;
  /** Changes whenever vectors are written. */
  readonly version: number;
  private readonly state: CollectionState;
  private readonly predicate: Predicate | undefined;
  /** One more than the ordinal, by slot; 0 where there is none. */
  private readonly ordinals: Uint32Array;

  private constructor(state: CollectionState, predicate: Predicate | undefined) {
    this.state = state;
    this.predicate = predicate;
    this.seen = state.slots.seen;
    this.version = state.slots.version;
    this.slots = (this.allowed?.slots ?? state.field.live).toArray();
    this.ordinals = new Uint32Array((this.slots.at(-1) ?? -1) + 1);
    // Iterators over as many records as there are take a hundred times as long as this.
    const { slots, ordinals } = this;
    for (let ordinal = 0; ordinal < slots.length; ordinal++) ordinals[slots[ordinal] ?? 0] = ordinal + 1;
  }

  static async gather(state: CollectionState, predicate: Predicate | undefined): Promise<Subjects> {
    await state.prepare(predicate);
    await state.whole();
    state.requireOpen();
    return new Subjects(state, predicate);
  }

  get count(): number {
    return this.slots.length;
  }

  /** The ordinals of all, ascending. */
  all(): Uint32Array {
    const all = new Uint32Array(this.count);
    for (let ordinal = 0; ordinal < all.length; ordinal++) all[ordinal] = ordinal;
    return all;
  }

  ordinalOf(slot: number): number | undefined {
    const ordinal = (this.ordinals[slot] ?? 0) - 1;
    return ordinal < 0 ? undefined : ordinal;
  }

  /** The slots that filter and namespace let pass now, for searches; all of them where undefined. */
  get allowed(): Matches | undefined {
    return this.state.field.among(this.state.allowed(this.predicate));
  }

  /** Rows of subjects by ordinal, undefined where the record has been written to since. */
  rows(ordinals: ArrayLike<number>, parts: readonly Part[]): (StoredRow | undefined)[] {
    const slots = Array.from(ordinals, (ordinal) => this.slots[ordinal] ?? 0);
    const rows = this.state.store.reader.rows(this.state.id, slots, parts);
    return rows.map((row) => (isAsOf(this.seen, row) ? row : undefined));
  }

  /** Their vectors, of the field in question. */
  vectors(ordinals: ArrayLike<number>): (Float32Array | undefined)[] {
    const { field } = this.state;
    return this.rows(ordinals, [field.part]).map((row) => field.of(row));
  }

  /** The same in slices, between which others run. */
  async rowsInSlices(
    ordinals: ArrayLike<number>,
    parts: readonly Part[],
  ): Promise<(StoredRow | undefined)[]> {
    const slice = new TimeSlice();
    const all = Array.from(ordinals);
    const rows: (StoredRow | undefined)[] = [];
    for (let from = 0; from < all.length; from += ROWS) {
      rows.push(...this.rows(all.slice(from, from + ROWS), parts));
      await slice.pause();
    }
    return rows;
  }

  /** Refuses a question that needs more records than there are. */
  require(thing: string, needed: number, remedy: string): void {
    if (this.count >= needed) return;
    throw new VecinoError(
      'RECORDS_TOO_FEW',
      `${thing}: there ${this.count === 1 ? 'is' : 'are'} ${quantity(this.count, 'record')}, expected at least ${needed}; ${remedy}`,
      { details: { expected: needed, received: this.count } },
    );
  }
}
