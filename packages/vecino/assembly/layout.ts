// Where everything lies in the linear memory. The numbers are computed once, by `src/kernel/layout.ts`,
// which also draws the picture; this file reads them from the header and turns slots into addresses.
//
//   header | state | lane 0 | lane 1 | … | model | block 0 | block 1 | …
//
// A block holds everything about 1,024 slots, region after region, and all blocks have the same size. So an
// address is arithmetic, memory grows at its end without moving anything, and a snapshot is a copy of
// blocks. A lane is one thread's scratch.
//
// The engine knows one memory only, so what it calls a slot is what the rest of Vecino calls a node: a place in
// this memory.

import { attachLists } from './lists/layout';
import { attachTables } from './lsh/layout';

export const HEADER: usize = 4096;

const BLOCK_SHIFT: u32 = 10;
export const BLOCK_SLOTS: u32 = 1 << BLOCK_SHIFT;
const IN_BLOCK: u32 = BLOCK_SLOTS - 1;

/** Ends a list of links that is not full. */
export const NONE: u32 = 0xffffffff;

// The header's fields, in the order in which `src/kernel/layout.ts` writes them.
export let blockBase: usize = 0;
export let blockBytes: usize = 0;
let vectors: usize = 0;
export let vectorStride: usize = 0;
/** Floats of a vector with its padding: a multiple of four. */
export let floats: u32 = 0;
/** 0 squared Euclidean, 1 negative inner product. */
export let metric: u32 = 0;
let live: usize = 0;
let linked: usize = 0;
let visited: usize = 0;
export let allowed: usize = 0;
let locks: usize = 0;
let levels: usize = 0;
let upperIndex: usize = 0;
let links0: usize = 0;
let links0Stride: usize = 0;
let upper: usize = 0;
let upperStride: usize = 0;
/** Most links of a node on the lowest level, and on those above. */
export let degree0: u32 = 0;
export let degree: u32 = 0;
export let efConstruction: u32 = 0;
export let seed: u32 = 0;
/** How many upper lists a block has room for. */
export let upperLists: u32 = 0;
let highs: usize = 0;
let lows: usize = 0;
let norms: usize = 0;
/** Bytes of one half of a code: four bits a dimension, a multiple of 16. */
export let halfBytes: usize = 0;
/** Whether walks compare codes instead of vectors. */
export let coded: bool = false;

// This thread's lane.
export let query: usize = 0;
export let pool: usize = 0;
export let poolMax: u32 = 0;
export let heap: usize = 0;
export let heapMax: u32 = 0;
export let slotList: usize = 0;
export let gathered: usize = 0;
export let chosen: usize = 0;
export let keys: usize = 0;
export let expanding: usize = 0;
/** Room for three targets (see `sq8.ts`): of a walk, of choosing links, and of linking back or coding. */
export let walkTarget: usize = 0;
export let pairTarget: usize = 0;
export let codeBytes: usize = 0;
/** Room for the query as a target for codes in one piece; see `rows.ts`. */
export let rowTarget: usize = 0;
let rows: usize = 0;
/** Bytes of a code in one piece: one a dimension. */
export let rowBytes: usize = 0;
/** Room for one vector of 32-bit floats, where originals are kept in another form. */
export let decoded: usize = 0;

/** How the vectors themselves are kept. */
export let originals: u32 = 0;
export const F32: u32 = 0;
export const F16: u32 = 1;
export const ON_DISK: u32 = 2;

/** Scratch for projecting one vector; see `flat/project.ts`. */
export let coordinates: usize = 0;
/** The queries of a batch, one after the other; see `flat/query.ts`. */
export let batch: usize = 0;
export let batchStride: usize = 0;

// What a family has learnt from the data as a whole; see `flat/model.ts`.
export let model: usize = 0;
export let modelMean: usize = 0;
export let modelAxes: usize = 0;
export let coarseRotation: usize = 0;
export let fineRotation: usize = 0;
export let nextMean: usize = 0;
export let nextAxes: usize = 0;
export let axisImages: usize = 0;
let sketches: usize = 0;
let biases: usize = 0;

/** The state that all threads share: entry point and its level. */
export const ENTRY: usize = 2048;
export const ENTRY_LOCK: usize = 2056;
/** Codes a unit of the scalar quantizer. */
export const CODE_SCALE: usize = 2064;
/** What code 0 stands for in each dimension, in `floats` floats. */
export const CODE_ORIGIN: usize = 8192;

@inline export function field(index: usize): u32 {
  return load<u32>(HEADER + (index << 2));
}

/** Reads the header; called once by each thread, with the lane that is its own. */
export function attach(lane: u32): void {
  blockBase = field(0);
  blockBytes = field(1);
  vectors = blockBase + field(2);
  vectorStride = field(3);
  floats = field(4);
  metric = field(5);
  live = blockBase + field(6);
  linked = blockBase + field(7);
  visited = blockBase + field(8) + lane * BLOCK_SLOTS;
  locks = blockBase + field(10);
  levels = blockBase + field(11);
  upperIndex = blockBase + field(12);
  links0 = blockBase + field(13);
  links0Stride = field(14);
  upper = blockBase + field(15);
  upperStride = field(16);
  degree0 = field(17);
  degree = field(18);
  efConstruction = field(19);
  seed = field(20);
  upperLists = field(21);
  const laneBase: usize = field(22) + lane * field(23);
  query = laneBase + field(24);
  pool = laneBase + field(25);
  poolMax = field(26);
  heap = laneBase + field(27);
  heapMax = field(28);
  slotList = laneBase + field(29);
  gathered = laneBase + field(30);
  chosen = laneBase + field(31);
  highs = blockBase + field(32);
  lows = blockBase + field(33);
  norms = blockBase + field(34);
  halfBytes = field(35);
  coded = halfBytes != 0;
  keys = laneBase + field(36);
  expanding = laneBase + field(37);
  walkTarget = laneBase + field(38);
  pairTarget = laneBase + field(39);
  codeBytes = laneBase + field(40);
  allowed = laneBase + field(9);
  decoded = laneBase + field(42);
  originals = field(43);
  sketches = blockBase + field(44);
  biases = blockBase + field(45);
  coordinates = laneBase + field(46);
  batch = laneBase + field(47);
  batchStride = field(48);
  model = field(49);
  modelMean = field(50);
  modelAxes = field(51);
  coarseRotation = field(52);
  fineRotation = field(53);
  nextMean = field(54);
  nextAxes = field(55);
  axisImages = field(56);
  rows = blockBase + field(64);
  rowBytes = field(65);
  rowTarget = laneBase + field(66);
  attachLists(laneBase);
  attachTables(laneBase);
}

@inline export function blockOf(slot: u32): usize {
  return (slot >> BLOCK_SHIFT) * blockBytes;
}

@inline export function rowOf(slot: u32): usize {
  return slot & IN_BLOCK;
}

/** The vector of a slot: `floats` 32-bit floats. */
@inline export function vectorAt(slot: u32): usize {
  return vectors + blockOf(slot) + rowOf(slot) * vectorStride;
}

/** The high halves of a slot's code: two dimensions a byte. */
@inline export function highAt(slot: u32): usize {
  return highs + blockOf(slot) + rowOf(slot) * halfBytes;
}

/** The sketches of a block's slots: all coarse ones, then all fine ones. */
@inline export function sketchesOf(block: u32): usize {
  return sketches + block * blockBytes;
}

/** The biases of a block's sketches, a float each: all coarse ones, then all fine ones. */
@inline export function biasesOf(block: u32): usize {
  return biases + block * blockBytes;
}

/** The low halves of a slot's code, in the same order. */
@inline export function lowAt(slot: u32): usize {
  return lows + blockOf(slot) + rowOf(slot) * halfBytes;
}

/** What the high halves of a slot's code add to every distance from them: an i32. */
@inline export function normAt(slot: u32): usize {
  return norms + blockOf(slot) + (rowOf(slot) << 2);
}

/** The code of a slot in one piece. */
@inline export function rowAt(slot: u32): usize {
  return rows + blockOf(slot) + rowOf(slot) * rowBytes;
}

/** One byte: whether the slot holds a record that searches may answer. Written by the owning thread only. */
@inline export function liveAt(slot: u32): usize {
  return live + blockOf(slot) + rowOf(slot);
}

@inline export function isLive(slot: u32): bool {
  return load<u8>(liveAt(slot)) != 0;
}

/** One byte: what the slot is to the graph. Written by builders only. */
@inline export function linkedAt(slot: u32): usize {
  return linked + blockOf(slot) + rowOf(slot);
}

/** The slot is a node of the graph. */
export const LINKED: u8 = 1;
/** The slot is still a stepping stone, but its record is gone and it is about to be released. */
export const STALE: u8 = 2;

@inline export function isLinked(slot: u32): bool {
  return load<u8>(linkedAt(slot)) == LINKED;
}

@inline export function isStale(slot: u32): bool {
  return load<u8>(linkedAt(slot)) == STALE;
}

/** One byte a lane: the epoch of the walk that saw the slot last. */
@inline export function visitedAt(slot: u32): usize {
  return visited + blockOf(slot) + rowOf(slot);
}

/** Whether the lane's bitmap of filtered nodes has this one: all of them live when the bitmap was made. */
@inline export function isAllowed(node: u32): bool {
  return ((load<u8>(allowed + (node >> 3)) >> <u8>(node & 7)) & 1) != 0;
}

@inline export function lockAt(slot: u32): usize {
  return locks + blockOf(slot) + rowOf(slot);
}

/** The highest level on which the slot's node has links. */
@inline export function levelAt(slot: u32): usize {
  return levels + blockOf(slot) + rowOf(slot);
}

@inline export function levelOf(slot: u32): u32 {
  return load<u8>(levelAt(slot));
}

/** Ordinal of the slot's first upper list within its block. */
@inline export function upperIndexAt(slot: u32): usize {
  return upperIndex + blockOf(slot) + (rowOf(slot) << 1);
}

/** The list of links of a slot on a level; the caller knows that the node is that high. */
@inline export function linksAt(slot: u32, level: u32): usize {
  if (level == 0) return links0 + blockOf(slot) + rowOf(slot) * links0Stride;
  return upper + blockOf(slot) + (<usize>load<u16>(upperIndexAt(slot)) + level - 1) * upperStride;
}

/** Most links on a level. */
@inline export function degreeOf(level: u32): u32 {
  return level == 0 ? degree0 : degree;
}

/** The lane's visited marks of one block, for clearing. */
@inline export function visitedBlock(block: u32): usize {
  return visited + block * blockBytes;
}
