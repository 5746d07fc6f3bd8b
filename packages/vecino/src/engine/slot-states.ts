import { BitSet } from '../base/bit-set.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import { SlotAllocator } from './slot-allocator.ts';

/**
 * What each slot of an index is at this moment, as its owner's thread knows it.
 *
 * ```
 * free ──put──▶ pending ──linked──▶ live in the structure
 *   ▲              │                         │
 *   │           removed                   removed
 *   └──────────────┴──── released ◀── stepping stone
 * ```
 *
 * Without a structure that is built in the background (`builds` false) nothing is ever pending, and removed
 * slots are free at once.
 */
export class SlotStates {
  /** Slots that searches may answer. */
  readonly live = new BitSet();
  readonly allocator = new SlotAllocator();
  private readonly builds: boolean;
  private readonly space: VectorSpace;
  private liveCount = 0;
  /** Live and not in the structure, in the order in which they will be linked. */
  private readonly pending = new Set<number>();
  /** In the hands of a worker at this moment. */
  private readonly linking = new Set<number>();
  /** Not live, but still in the structure, or on their way into it. */
  private removed = new Set<number>();
  /** In the structure with a vector that has been replaced since; also pending. */
  private replaced = new Set<number>();
  /** Live and linked, but a walk from the entry point misses them. */
  private stranded: readonly number[] = [];
  /** Whether the structure holds marked slots that are about to be released. */
  private mending = false;
  private waitingList: Uint32Array | undefined;
  private readonly searching = new Set<Promise<unknown>>();

  constructor(space: VectorSpace, builds: boolean) {
    this.space = space;
    this.builds = builds;
  }

  get count(): number {
    return this.liveCount;
  }

  get pendingCount(): number {
    return this.pending.size;
  }

  get removedCount(): number {
    return this.removed.size;
  }

  get replacedCount(): number {
    return this.replaced.size;
  }

  get strandedCount(): number {
    return this.stranded.length;
  }

  /** Whether a walk may meet slots that are not live. */
  get hasRemoved(): boolean {
    return this.removed.size > 0 || this.mending;
  }

  /** What searches compare with one by one; made anew only after a change, because it can be long. */
  get waiting(): Uint32Array {
    this.waitingList ??= Uint32Array.from([...this.pending, ...this.stranded]);
    return this.waitingList;
  }

  /**
   * Takes over the slots that the store occupies. Those that the snapshot has linked are live at once, the
   * others are answered: they need their vectors.
   *
   * @param known slots below this are in the snapshot
   */
  *adopt(occupied: Uint32Array, known: number): Generator<number | undefined> {
    let next = 0;
    for (const slot of occupied) {
      for (; next < slot; next++) this.vacate(next, known);
      next = slot + 1;
      if (slot < known && this.space.isLinked(slot)) {
        this.show(slot);
        yield undefined;
      } else {
        yield slot;
      }
    }
    for (; next < this.allocator.end; next++) this.vacate(next, known);
  }

  /** Makes a slot live whose vector has just been written. */
  put(slot: number): void {
    if (this.builds) {
      if (this.space.isLinked(slot) || this.linking.has(slot)) this.replaced.add(slot);
      this.removed.delete(slot);
      this.pending.add(slot);
      this.waitingList = undefined;
    } else {
      this.space.setLinked(slot);
    }
    this.show(slot);
  }

  /** Hides a slot from searches; answers false where it was not live. */
  remove(slot: number): boolean {
    if (!this.live.has(slot)) return false;
    this.live.delete(slot);
    this.space.setLive(slot, false);
    this.liveCount -= 1;
    if (this.pending.delete(slot)) this.waitingList = undefined;
    const inStructure = this.builds && (this.space.isLinked(slot) || this.linking.has(slot));
    if (inStructure) this.removed.add(slot);
    else this.free([slot]);
    return true;
  }

  /** The next slots to link, at most `most` for each of `workers`. */
  takeForLinking(workers: number, most: number): Uint32Array[] {
    const queue = this.pending.values();
    const shares: Uint32Array[] = [];
    for (let worker = 0; worker < workers; worker++) {
      const share = [...queue.take(most)];
      if (share.length === 0) break;
      for (const slot of share) this.linking.add(slot);
      shares.push(Uint32Array.from(share));
    }
    return shares;
  }

  /** Takes note that the first `done` of these slots are linked now; the rest are taken again later. */
  linked(slots: Uint32Array, done: number): void {
    for (const slot of slots) this.linking.delete(slot);
    for (const slot of slots.subarray(0, done)) {
      if (this.live.has(slot) && !this.replaced.has(slot)) this.pending.delete(slot);
    }
    this.waitingList = undefined;
    // Those that were not reached may have been removed meanwhile: they never came into the structure.
    const gone = [...slots.subarray(done)].filter((slot) => !this.live.has(slot));
    for (const slot of gone) this.removed.delete(slot);
    this.free(gone);
  }

  /** Starts taking removed and replaced slots out of the structure. `done` frees what was removed. */
  startMending(): { readonly replaced: Uint32Array; done(): void } {
    const { removed, replaced } = this;
    this.removed = new Set();
    this.replaced = new Set();
    this.mending = true;
    return {
      replaced: Uint32Array.from(replaced),
      done: () => {
        this.mending = false;
        // Removed after the start, but before the marks were set: released together with the others.
        const early = [...this.removed].filter((slot) => !this.space.isLinked(slot));
        for (const slot of early) this.removed.delete(slot);
        this.free([...removed, ...early].filter((slot) => !this.live.has(slot)));
      },
    };
  }

  setStranded(slots: Uint32Array): void {
    this.stranded = [...slots].filter((slot) => this.live.has(slot));
    this.waitingList = undefined;
  }

  /** Keeps slots from being reused while a search on a worker can still answer them. */
  searchUnderWay<T>(search: Promise<T>): Promise<T> {
    this.searching.add(search);
    const done = () => this.searching.delete(search);
    search.then(done, done);
    return search;
  }

  async searchesToEnd(): Promise<void> {
    await Promise.allSettled([...this.searching]);
  }

  /** Contradictions in the bookkeeping; empty where all is well. */
  problems(): string[] {
    const problems: string[] = [];
    const live = this.live.count();
    if (live !== this.liveCount) problems.push(`${this.liveCount} records counted, ${live} live`);
    for (const slot of this.live) {
      const known = this.pending.has(slot) || this.linking.has(slot) || this.space.isLinked(slot);
      if (!known) problems.push(`slot ${slot} is live but neither linked nor waiting`);
    }
    return problems;
  }

  private show(slot: number): void {
    if (this.live.has(slot)) return;
    this.live.add(slot);
    this.space.setLive(slot, true);
    this.liveCount += 1;
  }

  /** A slot that the store does not occupy: a stepping stone if the snapshot linked it, else free. */
  private vacate(slot: number, known: number): void {
    if (this.builds && slot < known && this.space.isLinked(slot)) this.removed.add(slot);
    else this.allocator.free([slot]);
  }

  private free(slots: readonly number[]): void {
    if (this.searching.size === 0) this.allocator.free(slots);
    else
      void this.searchesToEnd().then(() => this.allocator.free(slots.filter((slot) => !this.live.has(slot))));
  }
}
