import { BitSet } from '../../base/bit-set.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Matches } from '../../filter/answers.ts';
import type { FamilyBuilder } from '../../index/family.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { NumberAllocator } from './number-allocator.ts';
import { SlotMap } from './slot-map.ts';

/** Nodes between two chances to pause. */
const SLICE = 1_024;

/**
 * What each node of an index is at this moment, as its owner's thread knows it.
 *
 * ```
 * free ──put──▶ pending ──linked──▶ live in the structure
 *   ▲              │                         │
 *   │           removed                   removed
 *   └──────────────┴──── released ◀── stepping stone
 * ```
 *
 * Where nodes do not depend on one another (`independent`), removed ones leave the structure at once. Without a
 * structure that is built in the background (`builds` false) nothing is ever pending, and removed
 * nodes are free at once.
 */
export class NodeStates {
  /** Nodes that searches may answer. */
  readonly live = new BitSet();
  readonly allocator = new NumberAllocator();
  private readonly builds: boolean;
  private readonly independent: boolean;
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
  /** Whether the structure holds marked nodes that are about to be released. */
  private mending = false;
  private waitingList: Uint32Array | undefined;
  private readonly searching = new Set<Promise<unknown>>();

  private readonly slots = new SlotMap();
  private readonly filtered = new WeakMap<Matches, BitSet>();
  private readonly freed: (slots: readonly number[]) => void;
  /** Whether another memory answers in this one's place: then the slots that are let go are told by that one. */
  isSpare = false;

  /**
   * @param builder of the structure that is built in the background, if there is one
   * @param freed told the slots whose nodes are free now
   */
  constructor(
    space: VectorSpace,
    builder: Pick<FamilyBuilder, 'independent'> | undefined,
    freed: (slots: readonly number[]) => void,
  ) {
    this.space = space;
    this.builds = builder !== undefined;
    this.independent = builder?.independent ?? false;
    this.freed = freed;
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

  /** Whether a walk may meet nodes that are not live. */
  get hasRemoved(): boolean {
    return this.removed.size > 0 || this.mending;
  }

  /** What searches compare with one by one; made anew only after a change, because it can be long. */
  get waiting(): Uint32Array {
    this.waitingList ??= Uint32Array.from([...this.pending, ...this.stranded]);
    return this.waitingList;
  }

  /** Bytes of the bookkeeping, sets aside: they hold what is in motion only. */
  get bytes(): number {
    return this.slots.bytes + this.live.words.byteLength;
  }

  /** The node that holds a slot's vector, or has been set aside for it. */
  nodeOf(slot: number): number | undefined {
    return this.slots.get(slot);
  }

  /** The nodes of what a filter lets pass; reckoned once for each answer of a filter. */
  nodesOf(matches: Matches): BitSet {
    const known = this.filtered.get(matches);
    if (known) return known;
    const nodes = new BitSet(this.allocator.end);
    for (const slot of matches.slots.toArray()) {
      const node = this.slots.get(slot);
      if (node !== undefined) nodes.add(node);
    }
    this.filtered.set(matches, nodes);
    return nodes;
  }

  /** Slots at and beyond this one have no node. */
  get slotsEnd(): number {
    return this.slots.end;
  }

  /** Sets a node aside for a slot that has none, with memory for it. */
  place(slot: number): number {
    const [node = 0] = this.allocator.allocate(1);
    try {
      this.space.reserve(this.allocator.end);
    } catch (error) {
      this.allocator.free([node]);
      throw error;
    }
    this.space.writeSlot(node, slot);
    this.slots.set(slot, node);
    return node;
  }

  /** Gives back a node that was set aside and never used. */
  giveBack(slot: number): void {
    const node = this.slots.get(slot);
    if (node === undefined || this.live.has(node)) return;
    this.slots.delete(slot);
    this.allocator.free([node]);
  }

  /**
   * Learns from the memory which slots the nodes of a snapshot hold. In slices, one at each `yield`.
   * @throws SNAPSHOT_CORRUPT where two nodes claim a slot, or one claims a slot beyond the segment
   */
  *readNodes(nodes: number): Generator<undefined> {
    this.allocator.use(nodes);
    for (let node = 0; node < nodes; node++) {
      if (node % SLICE === SLICE - 1) yield;
      if (!this.space.isLinked(node)) {
        this.allocator.free([node]);
        continue;
      }
      const slot = this.space.slotOf(node);
      if (slot >= this.space.layout.segmentSlots || this.slots.get(slot) !== undefined) {
        throw new VecinoError('SNAPSHOT_CORRUPT', `node ${node} claims slot ${slot}, which it cannot have`);
      }
      this.slots.set(slot, node);
    }
  }

  /**
   * Takes over the slots that the store occupies: those that the snapshot has linked are live at once, the
   * others are answered, because they need their vectors. What the snapshot has linked beside them stays as a
   * stepping stone. In slices: `undefined` stands for a chance to pause.
   */
  *adopt(occupied: Iterable<number>): Generator<number | undefined> {
    let count = 0;
    for (const slot of occupied) {
      const node = this.slots.get(slot);
      if (node === undefined) yield slot;
      else this.show(node);
      count += 1;
      if (count % SLICE === 0) yield undefined;
    }
    for (let node = 0; node < this.allocator.end; node++) {
      if (node % SLICE === SLICE - 1) yield undefined;
      if (!this.space.isLinked(node) || this.live.has(node)) continue;
      if (this.builds && !this.independent) this.removed.add(node);
      else this.free([node]);
    }
  }

  /** Makes a node live whose vector has just been written. */
  put(node: number): void {
    if (this.builds) {
      if (this.independent) this.space.setLinked(node, false);
      if (this.space.isLinked(node) || this.linking.has(node)) this.replaced.add(node);
      this.removed.delete(node);
      this.pending.add(node);
      this.waitingList = undefined;
    } else {
      this.space.setLinked(node, true);
    }
    this.show(node);
  }

  /** Hides a node from searches; answers false where it was not live. */
  remove(node: number): boolean {
    if (!this.live.has(node)) return false;
    this.live.delete(node);
    this.space.setLive(node, false);
    this.liveCount -= 1;
    if (this.pending.delete(node)) this.waitingList = undefined;
    if (this.independent) this.space.setLinked(node, false);
    const inStructure = this.builds && (this.space.isLinked(node) || this.linking.has(node));
    if (inStructure) this.removed.add(node);
    else this.free([node]);
    return true;
  }

  /** The next nodes to link, at most `most` for each of `workers`. */
  takeForLinking(workers: number, most: number): Uint32Array[] {
    const queue = this.pending.values();
    const shares: Uint32Array[] = [];
    for (let worker = 0; worker < workers; worker++) {
      const share = [...queue.take(most)];
      if (share.length === 0) break;
      for (const node of share) this.linking.add(node);
      shares.push(Uint32Array.from(share));
    }
    return shares;
  }

  /** Takes note that the first `done` of these nodes are linked now; the rest are taken again later. */
  linked(nodes: Uint32Array, done: number): void {
    for (const node of nodes) this.linking.delete(node);
    for (const node of nodes.subarray(0, done)) {
      if (this.live.has(node) && !this.replaced.has(node)) this.pending.delete(node);
    }
    this.waitingList = undefined;
    // Those that were not reached may have been removed meanwhile: they never came into the structure.
    const gone = [...nodes.subarray(done)].filter((node) => !this.live.has(node));
    for (const node of gone) this.removed.delete(node);
    this.free(gone);
  }

  /** Starts taking removed and replaced nodes out of the structure. `done` frees what was removed. */
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
        const early = [...this.removed].filter((node) => !this.space.isLinked(node));
        for (const node of early) this.removed.delete(node);
        this.free([...removed, ...early].filter((node) => !this.live.has(node)));
      },
    };
  }

  setStranded(nodes: Uint32Array): void {
    this.stranded = [...nodes].filter((node) => this.live.has(node));
    this.waitingList = undefined;
  }

  /** Keeps nodes from being reused while a search on a worker can still answer them. */
  searchUnderWay<T>(search: Promise<T>): Promise<T> {
    this.searching.add(search);
    const done = () => this.searching.delete(search);
    search.then(done, done);
    return search;
  }

  async searchesToEnd(): Promise<void> {
    await Promise.allSettled([...this.searching]);
  }

  /**
   * What relaying makes of a node whose structure goes along: live in the structure, a stepping stone in it, or
   * neither, because it holds a vector that is not linked yet.
   */
  standing(node: number): 'live' | 'removed' | 'pending' | 'free' {
    if (!this.live.has(node)) return this.removed.has(node) ? 'removed' : 'free';
    return this.pending.has(node) || this.replaced.has(node) ? 'pending' : 'live';
  }

  /** Takes over a node that relaying has copied here and that is, or is about to be, in the structure. */
  moved(node: number, live: boolean): void {
    this.allocator.use(node + 1);
    this.slots.set(this.space.slotOf(node), node);
    this.space.setLinked(node, true);
    if (live) this.show(node);
    else this.removed.add(node);
  }

  /** Leaves out a node that was removed or written anew since the copy was begun: its slot may be another's. */
  leftOut(node: number): void {
    this.allocator.use(node + 1);
    this.space.setLinked(node, false);
    this.allocator.free([node]);
  }

  /** Makes a node live again that is in the structure with its vector. */
  revive(node: number): void {
    this.removed.delete(node);
    this.show(node);
  }

  /** The slots of vectors that wait to be linked. */
  *pendingSlots(): Generator<number> {
    for (const node of this.pending) yield this.space.slotOf(node);
  }

  /** Passes on to the states that take the place of these what they do not know: unreached nodes, slots to let go. */
  handOver(next: NodeStates): void {
    // Some may be gone since they were found.
    const unreached = this.stranded.flatMap((node) => next.nodeOf(this.space.slotOf(node)) ?? []);
    next.setStranded(Uint32Array.from(unreached));
    // What was kept only as a stepping stone, in a structure that did not go along.
    const slots = [...this.removed].map((node) => this.space.slotOf(node));
    this.freed(slots.filter((slot) => next.nodeOf(slot) === undefined));
  }

  /** Contradictions in the bookkeeping; empty where all is well. */
  problems(): string[] {
    const problems: string[] = [];
    const live = this.live.count();
    if (live !== this.liveCount) problems.push(`${this.liveCount} records counted, ${live} live`);
    for (const node of this.live) {
      const known = this.pending.has(node) || this.linking.has(node) || this.space.isLinked(node);
      if (!known) problems.push(`node ${node} is live but neither linked nor waiting`);
    }
    return problems;
  }

  private show(node: number): void {
    if (this.live.has(node)) return;
    this.live.add(node);
    this.space.setLive(node, true);
    this.liveCount += 1;
  }

  private free(nodes: readonly number[]): void {
    if (this.searching.size === 0) this.freeNow(nodes);
    else void this.searchesToEnd().then(() => this.freeNow(nodes.filter((node) => !this.live.has(node))));
  }

  private freeNow(nodes: readonly number[]): void {
    const slots = nodes.map((node) => this.space.slotOf(node));
    for (const node of nodes) this.space.setLinked(node, false);
    this.allocator.free(nodes);
    for (const slot of slots) this.slots.delete(slot);
    if (!this.isSpare) this.freed(slots);
  }
}
