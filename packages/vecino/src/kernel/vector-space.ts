import { assert } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { type EngineExports, engineModule, instantiate } from './engine-module.ts';
import {
  BLOCK_SLOTS,
  CODE_ORIGIN,
  CODE_SCALE,
  GRAPH_ENTRY,
  HEADER,
  type Layout,
  NO_NODE,
  SLOT_LIST_MAX,
} from './layout.ts';
import { blocksForPages } from './lists-layout.ts';

const PAGE = 65_536;

/** What a worker needs to work on the same index: everything that can be sent to another thread. */
export interface SharedSpace {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly layout: Layout;
}

/** Nodes with their distances, nearest first. */
export interface Neighbours {
  readonly nodes: Uint32Array;
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
  private readonly lane: number;
  /** Words of the lane's bitmap that may have bits: all of them until one was written. */
  private bitmapWords: number;
  private instance: EngineExports | undefined;
  private buffer: SharedArrayBuffer;
  private bytes: Uint8Array;
  private words: Uint32Array;
  private floats: Float32Array;
  private halves: Float16Array;

  constructor(shared: SharedSpace, lane: number) {
    assert(lane < shared.layout.lanes, `lane ${lane} of ${shared.layout.lanes}`);
    this.shared = shared;
    this.layout = shared.layout;
    this.lane = lane;
    this.bitmapWords = shared.layout.segmentSlots / 32;
    this.buffer = shared.memory.buffer;
    this.bytes = new Uint8Array(this.buffer);
    this.words = new Uint32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
    this.halves = new Float16Array(this.buffer);
  }

  /** Makes the memory of a new, empty index; the caller's thread owns it and has lane 0. */
  static create(layout: Layout, module = engineModule()): VectorSpace {
    const memory = new WebAssembly.Memory({
      initial: Math.ceil(layout.blockBase / PAGE),
      maximum: PAGE,
      shared: true,
    });
    new Uint32Array(memory.buffer, HEADER, layout.headerFields.length).set(layout.headerFields);
    new Uint32Array(memory.buffer, GRAPH_ENTRY, 2).set([NO_NODE, 0]);
    return new VectorSpace({ memory, module, layout }, 0);
  }

  /** The engine over this memory; made when first asked for, because some only look at another memory. */
  get engine(): EngineExports {
    this.instance ??= instantiate(this.shared.module, this.shared.memory, this.lane);
    return this.instance;
  }

  /** Blocks that the memory has room for. */
  get blocks(): number {
    return Math.floor(
      (this.shared.memory.buffer.byteLength - this.layout.blockBase) / this.layout.blockBytes,
    );
  }

  /** Blocks that nodes below this need: their own, and those with the pages of their lists. */
  blocksFor(nodes: number): number {
    const { lists } = this.layout;
    const own = Math.ceil(nodes / BLOCK_SLOTS);
    return lists ? Math.max(own, blocksForPages(lists, nodes)) : own;
  }

  /** Bytes of the memory, all of them. */
  get bytesAllocated(): number {
    return this.shared.memory.buffer.byteLength;
  }

  /**
   * Makes room for at least this many nodes; new blocks are prepared, and each node gets the slot of its own
   * number. Owner only.
   * @throws COLLECTION_FULL where the system gives no more memory
   */
  reserve(nodes: number): void {
    const before = this.blocks;
    const wanted = this.blocksFor(nodes);
    if (wanted <= before) return;
    assert(wanted <= this.layout.blocksMax, 'a segment fits its memory');
    // Growing costs the same whatever the amount, so it grows by at least an eighth.
    const target = Math.min(this.layout.blocksMax, Math.max(wanted, before + (before >> 3)));
    const needed = this.layout.blockBase + target * this.layout.blockBytes;
    const pages = Math.ceil((needed - this.shared.memory.buffer.byteLength) / PAGE);
    try {
      if (pages > 0) this.shared.memory.grow(pages);
    } catch (cause) {
      throw new VecinoError(
        'COLLECTION_FULL',
        `the system gave no more memory for ${nodes} vectors (${pages * PAGE} bytes were asked for)`,
        { cause, details: { bytes: pages * PAGE } },
      );
    }
    this.renew();
    for (let block = before; block < this.blocks; block++) {
      const start = this.nodeStart(block * BLOCK_SLOTS, this.layout.slots, 4) >>> 2;
      for (let i = 0; i < BLOCK_SLOTS; i++) this.words[start + i] = block * BLOCK_SLOTS + i;
      if (this.layout.hasGraph) this.engine.prepareBlock(block, 0);
    }
  }

  /** Copies a vector to its node; where originals are on disk, only its code is kept. */
  writeVector(node: number, vector: ArrayLike<number>): void {
    const { layout } = this;
    this.fresh();
    if (layout.originals === 'disk') {
      this.writeDecoded(vector);
      this.engine.encodeGiven(node);
    } else if (layout.originals === 'f16') {
      this.halves.set(vector, this.nodeStart(node, layout.vectors, layout.vectorStride) / 2);
    } else {
      this.floats.set(vector, this.nodeStart(node, layout.vectors, layout.vectorStride) / 4);
    }
  }

  /** A node's vector, padding included, valid until the memory grows. Not where originals are on disk. */
  readVector(node: number): Float32Array {
    const { originals, vectors, vectorStride, floats } = this.layout;
    assert(originals !== 'disk', 'the index holds vectors');
    const start = this.nodeStart(node, vectors, vectorStride);
    this.fresh();
    if (originals === 'f32') return this.floats.subarray(start / 4, start / 4 + floats);
    return Float32Array.from(this.halves.subarray(start / 2, start / 2 + floats));
  }

  /** Whether the node holds this vector, as far as the index keeps it. */
  holds(node: number, vector: Float32Array): boolean {
    const { originals } = this.layout;
    if (originals === 'disk') return this.holdsCodeOf(node, vector);
    const stored = this.readVector(node);
    const kept = originals === 'f16' ? Float16Array.from(vector) : vector;
    return kept.every((value, i) => Object.is(stored[i], value));
  }

  /** Codes the vector in the node's place, which is the only way, and puts back what was there if it differs. */
  private holdsCodeOf(node: number, vector: Float32Array): boolean {
    const before = this.codeOf(node).map((part) => part.slice());
    this.writeVector(node, vector);
    const after = this.codeOf(node);
    const isSame = before.every((part, i) => part.every((byte, j) => byte === after[i]?.[j]));
    if (!isSame) for (const [i, part] of before.entries()) after[i]?.set(part);
    return isSame;
  }

  /** All bytes that a node's code consists of; valid until the memory grows. */
  private codeOf(node: number): Uint8Array[] {
    const { bytes } = this.fresh();
    return this.layout.codeRegions.map(([region, stride]) => {
      const start = this.nodeStart(node, region, stride);
      return bytes.subarray(start, start + stride);
    });
  }

  /** The number of the record that the node holds. */
  slotOf(node: number): number {
    return this.fresh().words[this.nodeStart(node, this.layout.slots, 4) / 4] ?? 0;
  }

  writeSlot(node: number, slot: number): void {
    this.fresh().words[this.nodeStart(node, this.layout.slots, 4) / 4] = slot;
  }

  /** Whether searches may answer the node. */
  setLive(node: number, live: boolean): void {
    this.fresh().bytes[this.nodeStart(node, this.layout.live, 1)] = live ? 1 : 0;
  }

  /** Whether the node is in the structure (or waits as a stale one for its release). */
  isLinked(node: number): boolean {
    return this.fresh().bytes[this.nodeStart(node, this.layout.linked, 1)] !== 0;
  }

  setLinked(node: number, linked: boolean): void {
    this.fresh().bytes[this.nodeStart(node, this.layout.linked, 1)] = linked ? 1 : 0;
  }

  /** 32-bit floats of the model; valid until the memory grows. */
  floatsAt(start: number, count: number): Float32Array {
    return this.fresh().floats.subarray(start / 4, start / 4 + count);
  }

  /** 32-bit words of the model; valid until the memory grows. */
  wordsAt(start: number, count: number): Uint32Array {
    return this.fresh().words.subarray(start / 4, start / 4 + count);
  }

  isLive(node: number): boolean {
    return this.fresh().bytes[this.nodeStart(node, this.layout.live, 1)] !== 0;
  }

  /** Whether the family has learnt from the data as a whole, be it that there is nothing to learn. */
  get hasModel(): boolean {
    const model = this.layout.model ?? this.layout.lists ?? this.layout.tables;
    return model !== undefined && this.wordsAt(model.start + 12, 1)[0] !== 0;
  }

  /** The part of the model that a snapshot keeps; empty for families that learn nothing. */
  storedModel(): Uint8Array {
    const model = this.layout.model ?? this.layout.lists ?? this.layout.tables;
    return model
      ? this.fresh().bytes.subarray(model.start, model.start + model.storedBytes)
      : new Uint8Array();
  }

  /** What code 0 stands for, above the centre of each dimension where there is one, and the codes a unit. */
  writeCodeRange(offset: number, scale: number, centre?: ArrayLike<number>): void {
    const { floats } = this.fresh();
    floats[CODE_SCALE >> 2] = scale;
    for (let dimension = 0; dimension < this.layout.floats; dimension++) {
      floats[(CODE_ORIGIN >> 2) + dimension] = offset + (centre?.[dimension] ?? 0);
    }
  }

  /** Puts the query into the lane. */
  writeQuery(vector: ArrayLike<number>): void {
    const { floats } = this.fresh();
    const start = (this.layout.query + this.lane * this.layout.laneBytes) >> 2;
    floats.set(vector, start);
    // Padding of the vectors is zero, so it must be zero here too.
    if (vector.length < this.layout.floats) floats.fill(0, start + vector.length, start + this.layout.floats);
  }

  /** Puts nodes into the lane's list for `scanList`. */
  writeNodeList(nodes: Uint32Array): void {
    assert(nodes.length <= SLOT_LIST_MAX, 'list of nodes fits its region');
    this.fresh().words.set(nodes, (this.layout.slotList + this.lane * this.layout.laneBytes) >> 2);
  }

  /** Puts the words of a bitmap over the first `nodes` nodes into the lane; those beyond it count as not set. */
  writeAllowed(bitmap: Uint32Array, nodes: number): void {
    const { allowed, laneBytes } = this.layout;
    const start = (allowed + this.lane * laneBytes) / 4;
    const needed = Math.ceil(nodes / 32);
    const { words } = this.fresh();
    words.set(bitmap.subarray(0, needed), start);
    // Nodes that come while the search is under way are not of an earlier bitmap either.
    words.fill(0, start + Math.min(bitmap.length, needed), start + Math.max(needed, this.bitmapWords));
    this.bitmapWords = needed;
  }

  /** The nearest `count` entries of the lane's pool. */
  readPool(count: number): Neighbours {
    const { words } = this.fresh();
    const start = (this.layout.pool + this.lane * this.layout.laneBytes) >> 2;
    const nodes = new Uint32Array(count);
    const keys = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      nodes[i] = (words[start + 2 * i] ?? 0) >>> 1;
      const key = words[start + 2 * i + 1] ?? 0;
      // The inverse of `keyOf` in assembly/entry.ts.
      keys[i] = key & 0x80000000 ? key ^ 0x80000000 : ~key;
    }
    return { nodes, distances: new Float32Array(keys.buffer) };
  }

  /** The first `count` 32-bit words of the lane's pool, as `unreachable` leaves them. */
  readPoolWords(count: number): Uint32Array {
    const start = (this.layout.pool + this.lane * this.layout.laneBytes) >> 2;
    return this.fresh().words.slice(start, start + count);
  }

  /** Another memory, seen from the same thread. */
  attach(other: SharedSpace): VectorSpace {
    return new VectorSpace(other, this.lane);
  }

  copyCodeRange(source: VectorSpace): void {
    if (!this.layout.coded) return;
    const { floats } = source.fresh();
    const own = this.fresh().floats;
    own[CODE_SCALE >> 2] = floats[CODE_SCALE >> 2] ?? 0;
    own.set(floats.subarray(CODE_ORIGIN >> 2, (CODE_ORIGIN >> 2) + this.layout.floats), CODE_ORIGIN >> 2);
  }

  copyModel(source: VectorSpace): void {
    this.storedModel().set(source.storedModel());
  }

  /** The words of the memory, and where the list of a node on the lowest level begins among them. */
  lowestLinks(): { readonly words: Uint32Array; wordOf(node: number): number } {
    const { links0, degree0 } = this.layout;
    return { words: this.fresh().words, wordOf: (node) => this.nodeStart(node, links0, degree0 * 4) / 4 };
  }

  /** The list of a node on a level above the lowest; the node must be that high. Valid until the memory grows. */
  upperLinks(node: number, level: number): Uint32Array {
    const { upperIndex, upper, degree } = this.layout;
    const ordinal = new Uint16Array(this.fresh().buffer, this.nodeStart(node, upperIndex, 2), 1)[0] ?? 0;
    const first = node - (node % BLOCK_SLOTS);
    const start = this.nodeStart(first, upper, 0) / 4 + (ordinal + level - 1) * degree;
    return this.words.subarray(start, start + degree);
  }

  /** The highest level on which the node has links. */
  levelOf(node: number): number {
    return this.fresh().bytes[this.nodeStart(node, this.layout.levels, 1)] ?? 0;
  }

  /** The distance of the lane's query to a vector that is not in the index. */
  distanceTo(vector: ArrayLike<number>): number {
    const { query, decoded, laneBytes, floats, kernel } = this.layout;
    this.fresh().writeDecoded(vector);
    const lane = this.lane * laneBytes;
    if (kernel === 'l2') return this.engine.l2Squared(query + lane, decoded + lane, floats);
    return -this.engine.dot(query + lane, decoded + lane, floats);
  }

  /** The part of a block that a snapshot keeps. */
  storedBlock(block: number): Uint8Array {
    const start = this.layout.blockBase + block * this.layout.blockBytes;
    return this.fresh().bytes.subarray(start, start + this.layout.storedBytes);
  }

  /** The graph's entry point and its level; node NO_NODE where the graph is empty. */
  get entry(): { readonly node: number; readonly level: number } {
    const { words } = this.fresh();
    return { node: words[GRAPH_ENTRY >> 2] ?? NO_NODE, level: words[(GRAPH_ENTRY >> 2) + 1] ?? 0 };
  }

  /** All bytes of the memory; valid until it grows. */
  get memoryBytes(): Uint8Array {
    return this.fresh().bytes;
  }

  /** Where a node's row of a region begins. */
  nodeStart(node: number, region: number, stride: number): number {
    const { blockBase, blockBytes } = this.layout;
    return blockBase + Math.floor(node / BLOCK_SLOTS) * blockBytes + region + (node % BLOCK_SLOTS) * stride;
  }

  private writeDecoded(vector: ArrayLike<number>): void {
    const start = (this.layout.decoded + this.lane * this.layout.laneBytes) / 4;
    this.floats.set(vector, start);
    this.floats.fill(0, start + vector.length, start + this.layout.floats);
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
    this.halves = new Float16Array(this.buffer);
  }
}
