import { BitSet } from '../base/bit-set.ts';

/**
 * A list of slots becomes a bitmap where it is longer than this part of the slots: a list takes 8 bytes a
 * member, a bitmap an eighth of a byte for every slot there is.
 */
const BITMAP_PART = 1 / 64;

/** Below this length a list is always fine. */
const LIST_MIN = 64;

/** Several slots: an ascending list while they are few, a bitmap when they are many. */
interface SlotSet {
  members: number[] | BitSet;
  size: number;
}

/**
 * Sets of slots, numbered by small integers (codes of values). Most values of a column such as an ISBN
 * belong to a single slot, so a set of one is kept as the bare number.
 */
export class SlotSets {
  private readonly sets: (number | SlotSet | undefined)[] = [];
  private slotCount = 0;

  size(code: number): number {
    const set = this.sets[code];
    if (set === undefined) return 0;
    return typeof set === 'number' ? 1 : set.size;
  }

  /** Adding a member again changes nothing. */
  add(code: number, slot: number): void {
    this.slotCount = Math.max(this.slotCount, slot + 1);
    const set = this.sets[code];
    if (set === slot) return;
    if (set === undefined) {
      this.sets[code] = slot;
    } else if (typeof set === 'number') {
      this.sets[code] = { members: set < slot ? [set, slot] : [slot, set], size: 2 };
    } else if (set.members instanceof BitSet) {
      if (set.members.has(slot)) return;
      set.members.add(slot);
      set.size++;
    } else {
      this.addToList(set, set.members, slot);
    }
  }

  /** Removing what is not a member changes nothing. */
  remove(code: number, slot: number): void {
    const set = this.sets[code];
    if (set === undefined) return;
    if (typeof set === 'number') {
      if (set === slot) this.sets[code] = undefined;
    } else if (set.members instanceof BitSet) {
      this.removeFromBitmap(set, set.members, slot);
    } else {
      const at = lowerBound(set.members, slot);
      if (set.members[at] !== slot) return;
      set.members.splice(at, 1);
      set.size--;
      if (set.size === 1) this.sets[code] = set.members[0];
    }
  }

  /** Adds the members of a set to a bitmap. */
  uniteInto(code: number, slots: BitSet): void {
    const set = this.sets[code];
    if (set === undefined) return;
    if (typeof set === 'number') slots.add(set);
    else if (set.members instanceof BitSet) slots.union(set.members);
    else slots.addAll(set.members);
  }

  /** How many members of a set are in a bitmap. */
  countAmong(code: number, slots: BitSet): number {
    const set = this.sets[code];
    if (set === undefined) return 0;
    if (typeof set === 'number') return slots.has(set) ? 1 : 0;
    if (set.members instanceof BitSet) return set.members.countCommon(slots);
    let count = 0;
    for (const slot of set.members) if (slots.has(slot)) count++;
    return count;
  }

  /** Memory, estimated. */
  bytes(): number {
    let bytes = this.sets.length * 8;
    for (const set of this.sets) {
      if (typeof set !== 'object') continue;
      bytes += 80 + (set.members instanceof BitSet ? set.members.capacity / 8 : set.members.length * 8);
    }
    return bytes;
  }

  private addToList(set: SlotSet, list: number[], slot: number): void {
    if (slot > (list.at(-1) ?? -1)) {
      list.push(slot);
    } else {
      const at = lowerBound(list, slot);
      if (list[at] === slot) return;
      list.splice(at, 0, slot);
    }
    set.size++;
    if (set.size > LIST_MIN && set.size > this.slotCount * BITMAP_PART) set.members = BitSet.from(list);
  }

  private removeFromBitmap(set: SlotSet, bitmap: BitSet, slot: number): void {
    if (!bitmap.has(slot)) return;
    bitmap.delete(slot);
    set.size--;
    // Well below the size at which it became a bitmap, so that a set on the brink does not change for ever.
    if (set.size < LIST_MIN / 2 || set.size < (bitmap.capacity * BITMAP_PART) / 4) {
      set.members = Array.from(bitmap.toArray());
    }
  }
}

/** The first position whose element is not smaller than the slot. */
function lowerBound(list: readonly number[], slot: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
