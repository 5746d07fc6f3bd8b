import { BitSet } from '../../base/bit-set.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { NumberAllocator } from './number-allocator.ts';

/** An index as the slots see it: what keeps a slot from being reused although its record is gone. */
export interface SlotHolder {
  /** Slots at and beyond this one have no node. */
  readonly slotsEnd: number;
  /** Whether a node holds the slot's vector, or one that the slot had, or is set aside for it. */
  hasNodeFor(slot: number): boolean;
}

/** Slots between two chances to pause. */
const SLICE = 1_024;

/**
 * The slots of one collection while it is open: which are live, which are free, and up to which change all of
 * them are known. Every index of the collection counts its vectors by them, and each keeps removed ones for a while
 * as stepping stones, so a slot is free when it is not live and no index has a node for it.
 *
 * Whoever writes tells slots and indexes in turn: a slot is live only after its vectors have been put, and is
 * removed before they are.
 */
export class CollectionSlots {
  /** Slots that searches may answer. */
  readonly live = new BitSet();
  /** Grows with every change of `live`, and of what a live slot holds. */
  version = 0;
  private readonly allocator = new NumberAllocator();
  /** Handed out for records that are not live yet. */
  private readonly aside = new Set<number>();
  /** Hidden because their records have expired, which the store still has. */
  private readonly expired = new BitSet();
  private readonly holders = new Set<SlotHolder>();
  private seq = 0;

  /** The sequence number of the latest change that slots and indexes have seen. */
  get seen(): number {
    return this.seq;
  }

  saw(seq: number): void {
    this.seq = Math.max(this.seq, seq);
  }

  /** An index that is built over these slots from now on. */
  join(holder: SlotHolder): void {
    this.holders.add(holder);
  }

  /** An index that is gone; `findFree` finds the slots that only it has kept. */
  leave(holder: SlotHolder): void {
    this.holders.delete(holder);
  }

  /**
   * Takes over what the store holds: which slots are occupied, in ascending order. Those whose vectors an index
   * lacks are live only when they have been put.
   */
  async adopt(occupied: Uint32Array, missing: Iterable<number>): Promise<void> {
    this.allocator.use((occupied.at(-1) ?? -1) + 1);
    this.live.addAll(occupied);
    await this.findFree();
    for (const slot of missing) this.live.delete(slot);
    this.version += 1;
  }

  /** Sets slots aside for new records. */
  allocate(count: number): Uint32Array {
    const slots = this.allocator.allocate(count);
    for (const slot of slots) this.aside.add(slot);
    return slots;
  }

  /** Gives back slots that were set aside and never live. */
  giveBack(slots: Uint32Array): void {
    for (const slot of slots) this.aside.delete(slot);
    this.allocator.free(slots);
  }

  /** Shows a slot to searches, after its vectors have been put. */
  add(slot: number): void {
    this.allocator.claim(slot);
    this.aside.delete(slot);
    this.expired.delete(slot);
    this.live.add(slot);
    this.version += 1;
  }

  /** Hides the slot of an expired record, which stays taken until `remove`. Answers false where it was hidden. */
  expire(slot: number): boolean {
    if (!this.live.has(slot)) return false;
    this.expired.add(slot);
    this.live.delete(slot);
    this.version += 1;
    return true;
  }

  /** Whether the slot is that of an expired record, which the store still has. */
  isExpired(slot: number): boolean {
    return this.expired.has(slot);
  }

  /** Hides a slot from searches; answers false where it was hidden already. */
  remove(slot: number): boolean {
    if (this.expired.has(slot)) {
      this.expired.delete(slot);
      this.letGo([slot]);
    }
    if (!this.live.has(slot)) return false;
    this.live.delete(slot);
    this.version += 1;
    return true;
  }

  /** Told slots that an index has let go. Those that no other keeps are free for other records. */
  letGo(slots: readonly number[]): void {
    this.allocator.free(slots.filter((slot) => this.isFree(slot)));
  }

  /** Finds the free slots after opening, or after one of several indexes is gone. */
  async findFree(): Promise<void> {
    const slice = new TimeSlice();
    for (const { slotsEnd } of this.holders) this.allocator.use(slotsEnd);
    for (let slot = 0; slot < this.allocator.end; slot++) {
      if (slot % SLICE === 0) await slice.pause();
      if (this.isFree(slot)) this.allocator.free([slot]);
    }
  }

  /** Whether no record has the slot, none is about to have it, and no index keeps it as a stepping stone. */
  private isFree(slot: number): boolean {
    if (this.live.has(slot) || this.aside.has(slot) || this.expired.has(slot)) return false;
    for (const holder of this.holders) if (holder.hasNodeFor(slot)) return false;
    return true;
  }
}
