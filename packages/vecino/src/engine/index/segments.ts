import { present } from '../../base/assert.ts';
import { BitSet } from '../../base/bit-set.ts';
import type { Matches } from '../../filter/answers.ts';
import type { Segment } from './segment.ts';

/** A slot as its segment counts it. */
export interface Located {
  readonly segment: Segment;
  readonly local: number;
}

/**
 * The segments of one index, of equal capacity: slots go to them by arithmetic. There is always one, and most
 * indexes need no more.
 */
export class Segments {
  private readonly list: Segment[] = [];
  private readonly make: (ordinal: number) => Segment;
  /** Parts of answers of filters, so that each segment meets the same object again and need not translate it anew. */
  private readonly parts = new WeakMap<Matches, Matches[]>();

  /** @param make an empty segment of that ordinal */
  constructor(make: (ordinal: number) => Segment) {
    this.make = make;
    this.add();
  }

  /** Slots of one segment. */
  get capacity(): number {
    return this.first.capacity;
  }

  get first(): Segment {
    return this.get(0);
  }

  get all(): readonly Segment[] {
    return this.list;
  }

  get(ordinal: number): Segment {
    return present(this.list[ordinal], `segment ${ordinal}`);
  }

  add(): Segment {
    const segment = this.make(this.list.length);
    this.list.push(segment);
    return segment;
  }

  /** Puts an empty segment in the place of one that is of no use. */
  renew(ordinal: number): void {
    this.list[ordinal] = this.make(ordinal);
  }

  removeLast(): Segment | undefined {
    return this.list.pop();
  }

  /** Sees to it that there are segments for all slots below this. */
  reach(slots: number): void {
    while (this.list.length * this.capacity < slots) this.add();
  }

  at(slot: number): Located {
    const { capacity } = this;
    return { segment: this.get(Math.floor(slot / capacity)), local: slot % capacity };
  }

  /** Slots of a write, counted as the segments that they belong to count them. */
  grouped(slots: Uint32Array): Map<Segment, number[]> {
    const parts = new Map<Segment, number[]>();
    for (const slot of slots) {
      const { segment, local } = this.at(slot);
      const locals = parts.get(segment);
      if (locals) locals.push(local);
      else parts.set(segment, [local]);
    }
    return parts;
  }

  /** Every segment with its first slot and its part of an ascending list of slots, counted as it counts. */
  *partsOf(slots: Uint32Array): Generator<readonly [segment: Segment, first: number, locals: Uint32Array]> {
    const { capacity } = this;
    for (const [ordinal, segment] of this.list.entries()) {
      const first = ordinal * capacity;
      const part = slots.subarray(lowerBound(slots, first), lowerBound(slots, first + capacity));
      yield [segment, first, part.map((slot) => slot - first)];
    }
  }

  /** A segment's part of what a filter lets pass. */
  partOf(matches: Matches, ordinal: number): Matches {
    if (this.list.length === 1) return matches;
    const parts = this.parts.get(matches) ?? [];
    this.parts.set(matches, parts);
    parts[ordinal] ??= this.cutOf(matches, ordinal);
    return parts[ordinal];
  }

  private cutOf(matches: Matches, ordinal: number): Matches {
    const { capacity } = this;
    const slots = new BitSet();
    slots.words = matches.slots.words.subarray((ordinal * capacity) / 32, ((ordinal + 1) * capacity) / 32);
    return { slots, count: slots.count() };
  }
}

/** The first place in an ascending list whose number is at least this. */
function lowerBound(numbers: Uint32Array, least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
