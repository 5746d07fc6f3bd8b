import { assert } from '../base/assert.ts';
import type { BitSet } from '../base/bit-set.ts';
import { VecinoError } from '../base/errors.ts';
import { type EngineExports, engineModule, instantiate } from './engine-module.ts';
import {
  BLOCK_SLOTS,
  CODE_RANGE,
  GRAPH_ENTRY,
  HEADER,
  type Layout,
  NO_SLOT,
  SLOT_LIST_MAX,
} from './layout.ts';

const PAGE = 65_536;

/** What a worker needs to work on the same index: everything that can be sent to another thread. */
export interface SharedSpace {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly layout: Layout;
}

/** Slots with their distances, nearest first. */
export interface Neighbours {
  readonly slots: Uint32Array;
  readonly distances: Float32Array;
}

/**
 * One thread's view of an index's linear memory: typed access to blocks and lane, and the engine's instance.
 *
 * The owner makes it with `create` and grows it; a worker attaches to the same memory with a lane of its own.
 * Views are made anew after the memory has grown, because a shared buffer object does not grow with it.
 */
export class VectorSpace {
  readonly shared: SharedSpace;
  readonly layout: Layout;
  readonly engine: EngineExports;
  private readonly lane: number;
  private buffer: SharedArrayBuffer;
  private bytes: Uint8Array;
  private words: Uint32Array;
  private floats: Float32Array;

  constructor(shared: SharedSpace, lane: number) {
    assert(lane < shared.layout.lanes, `lane ${lane} of ${shared.layout.lanes}`);
    this.shared = shared;
    this.layout = shared.layout;
    this.lane = lane;
    this.engine = instantiate(shared.module, shared.memory, lane);
    this.buffer = shared.memory.buffer;
    this.bytes = new Uint8Array(this.buffer);
    this.words = new Uint32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
  }

  /** Makes the memory of a new, empty index; the caller's thread owns it and has lane 0. */
  static create(layout: Layout, module = engineModule()): VectorSpace {
    const memory = new WebAssembly.Memory({
      initial: Math.ceil(layout.blockBase / PAGE),
      maximum: PAGE,
      shared: true,
    });
    new Uint32Array(memory.buffer, HEADER, layout.headerFields.length).set(layout.headerFields);
    new Uint32Array(memory.buffer, GRAPH_ENTRY, 2).set([NO_SLOT, 0]);
    return new VectorSpace({ memory, module, layout }, 0);
  }

  /** Blocks that the memory has room for. */
  get blocks(): number {
    return Math.floor(
      (this.shared.memory.buffer.byteLength - this.layout.blockBase) / this.layout.blockBytes,
    );
  }

  /** Slots that there is room for. */
  get capacity(): number {
    return this.blocks * BLOCK_SLOTS;
  }

  /**
   * Makes room for at least this many slots; a graph's new blocks are prepared. Owner only.
   * @throws COLLECTION_FULL beyond what one memory of 4 GiB holds
   */
  reserve(slots: number): void {
    const before = this.blocks;
    const wanted = Math.ceil(slots / BLOCK_SLOTS);
    if (wanted <= before) return;
    if (wanted > this.layout.blocksMax) {
      const most = this.layout.blocksMax * BLOCK_SLOTS;
      throw new VecinoError(
        'COLLECTION_FULL',
        `an index holds at most ${most} vectors of ${this.layout.floats} floats, ${slots} are wanted; split the records over several collections`,
        { details: { expected: most, received: slots } },
      );
    }
    // Growing costs the same whatever the amount, so it grows by at least an eighth.
    const target = Math.min(this.layout.blocksMax, Math.max(wanted, before + (before >> 3)));
    const needed = this.layout.blockBase + target * this.layout.blockBytes;
    const pages = Math.ceil((needed - this.shared.memory.buffer.byteLength) / PAGE);
    try {
      if (pages > 0) this.shared.memory.grow(pages);
    } catch (cause) {
      throw new VecinoError(
        'COLLECTION_FULL',
        `the system gave no more memory for ${slots} vectors (${pages * PAGE} bytes were asked for)`,
        { cause, details: { bytes: pages * PAGE } },
      );
    }
    this.renew();
    if (this.layout.hasGraph) {
      for (let block = before; block < this.blocks; block++) this.engine.prepareBlock(block);
    }
  }

  /** Copies a vector into its slot. */
  writeVector(slot: number, vector: ArrayLike<number>): void {
    const start =
      this.blockStart(slot) + this.layout.vectors + (slot % BLOCK_SLOTS) * this.layout.vectorStride;
    this.fresh().floats.set(vector, start >> 2);
  }

  /** A slot's vector, padding included; valid until the memory grows. */
  readVector(slot: number): Float32Array {
    const start =
      this.blockStart(slot) + this.layout.vectors + (slot % BLOCK_SLOTS) * this.layout.vectorStride;
    return this.fresh().floats.subarray(start >> 2, (start >> 2) + this.layout.floats);
  }

  /** Whether searches may answer the slot. */
  setLive(slot: number, live: boolean): void {
    this.fresh().bytes[this.blockStart(slot) + this.layout.live + (slot % BLOCK_SLOTS)] = live ? 1 : 0;
  }

  /** Whether the slot is a node of the graph (or waits as a stale one for its release). */
  isLinked(slot: number): boolean {
    return this.fresh().bytes[this.blockStart(slot) + this.layout.linked + (slot % BLOCK_SLOTS)] !== 0;
  }

  setLinked(slot: number): void {
    this.fresh().bytes[this.blockStart(slot) + this.layout.linked + (slot % BLOCK_SLOTS)] = 1;
  }

  /** What code 0 stands for, and the codes a unit. */
  writeCodeRange(offset: number, scale: number): void {
    this.fresh().floats.set([offset, scale], CODE_RANGE >> 2);
  }

  /** Puts the query into the lane. */
  writeQuery(vector: ArrayLike<number>): void {
    const { floats } = this.fresh();
    const start = (this.layout.query + this.lane * this.layout.laneBytes) >> 2;
    floats.set(vector, start);
    // Padding of the vectors is zero, so it must be zero here too.
    if (vector.length < this.layout.floats) floats.fill(0, start + vector.length, start + this.layout.floats);
  }

  /** Puts slots into the lane's list for `scanList`. */
  writeSlotList(slots: Uint32Array): void {
    assert(slots.length <= SLOT_LIST_MAX, 'slot list fits its region');
    this.fresh().words.set(slots, (this.layout.slotList + this.lane * this.layout.laneBytes) >> 2);
  }

  /** Puts a bitmap over the first `slots` slots into the lane's parts of the blocks. */
  writeAllowed(bitmap: BitSet, slots: number): void {
    const { words } = this.fresh();
    const perBlock = BLOCK_SLOTS / 32;
    const offset = (this.layout.allowed >> 2) + this.lane * perBlock;
    const blocks = Math.ceil(slots / BLOCK_SLOTS);
    for (let block = 0; block < blocks; block++) {
      const at = ((this.layout.blockBase + block * this.layout.blockBytes) >>> 2) + offset;
      const part = bitmap.words.subarray(block * perBlock, (block + 1) * perBlock);
      words.set(part, at);
      if (part.length < perBlock) words.fill(0, at + part.length, at + perBlock);
    }
  }

  /** The nearest `count` entries of the lane's pool. */
  readPool(count: number): Neighbours {
    const { words } = this.fresh();
    const start = (this.layout.pool + this.lane * this.layout.laneBytes) >> 2;
    const slots = new Uint32Array(count);
    const keys = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      slots[i] = (words[start + 2 * i] ?? 0) >>> 1;
      const key = words[start + 2 * i + 1] ?? 0;
      // The inverse of `keyOf` in assembly/entry.ts.
      keys[i] = key & 0x80000000 ? key ^ 0x80000000 : ~key;
    }
    return { slots, distances: new Float32Array(keys.buffer) };
  }

  /** The first `count` 32-bit words of the lane's pool, as `unreachable` leaves them. */
  readPoolWords(count: number): Uint32Array {
    const start = (this.layout.pool + this.lane * this.layout.laneBytes) >> 2;
    return this.fresh().words.slice(start, start + count);
  }

  /** The part of a block that a snapshot keeps. */
  storedBlock(block: number): Uint8Array {
    const start = this.layout.blockBase + block * this.layout.blockBytes;
    return this.fresh().bytes.subarray(start, start + this.layout.storedBytes);
  }

  /** The graph's entry point and its level; slot NO_SLOT where the graph is empty. */
  get entry(): { readonly slot: number; readonly level: number } {
    const { words } = this.fresh();
    return { slot: words[GRAPH_ENTRY >> 2] ?? NO_SLOT, level: words[(GRAPH_ENTRY >> 2) + 1] ?? 0 };
  }

  private blockStart(slot: number): number {
    return this.layout.blockBase + Math.floor(slot / BLOCK_SLOTS) * this.layout.blockBytes;
  }

  private fresh(): this {
    if (this.buffer.byteLength !== this.shared.memory.buffer.byteLength) this.renew();
    return this;
  }

  private renew(): void {
    this.buffer = this.shared.memory.buffer;
    this.bytes = new Uint8Array(this.buffer);
    this.words = new Uint32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
  }
}
