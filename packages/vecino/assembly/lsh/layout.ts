// Where hash tables lie: model, cells and sketches in the blocks, scratch of this thread's lane. Drawn in
// `src/kernel/tables-layout.ts`, whose numbers these are.

import { blockBase, blockOf, field, floats, rowOf } from '../layout';

/** Where the header's fields of tables begin. */
const FIRST: usize = 128;

/** Bits of a sketch: one for each of the first projections. */
export const SKETCH_BITS: u32 = 96;
const SKETCH_SHIFT: usize = 4;

/** Scalars of the model; their places are in `state.ts`. */
export let model: usize = 0;
/** The mean of the sample, which is taken off vectors before they are sketched. */
export let mean: usize = 0;
let projections: usize = 0;
let shifts: usize = 0;
let steps: usize = 0;
let bounds: usize = 0;
let cells: usize = 0;
let sketches: usize = 0;
let later: usize = 0;
export let tables: u32 = 0;
/** Bits of a bucket's number, and projections that choose it. */
export let bits: u32 = 0;
export let cuts: u32 = 0;
/** Whether projections are cut into cells, or by one plane each. */
export let celled: bool = false;
/** Floats of a query that count: under the inner product one fewer than of a record. */
export let queryFloats: u32 = 0;

// This thread's lane.
/** One bit a node: whether the search has met it. */
export let seen: usize = 0;
/** The query as it is hashed, and what the projections make of a vector. */
export let hashed: usize = 0;
export let images: usize = 0;
let stepLists: usize = 0;
/** For each byte of a sketch and each of its values, what it adds to the product with the query: an i16. */
export let products: usize = 0;
export let probes: usize = 0;
/** Nodes that were met and wait to be estimated, and their estimates, an f32 each. */
export let waiting: usize = 0;
export let estimates: usize = 0;
export let histogram: usize = 0;

export function attachTables(laneBase: usize): void {
  model = field(FIRST);
  mean = field(FIRST + 1);
  projections = field(FIRST + 2);
  shifts = field(FIRST + 3);
  steps = field(FIRST + 4);
  bounds = field(FIRST + 5);
  cells = blockBase + field(FIRST + 6);
  sketches = blockBase + field(FIRST + 7);
  later = blockBase + field(FIRST + 8);
  tables = field(FIRST + 9);
  bits = field(FIRST + 10);
  celled = field(FIRST + 11) != 0;
  cuts = field(FIRST + 12);
  queryFloats = field(FIRST + 13);
  seen = laneBase + field(FIRST + 14);
  hashed = laneBase + field(FIRST + 15);
  images = laneBase + field(FIRST + 16);
  stepLists = laneBase + field(FIRST + 17);
  products = laneBase + field(FIRST + 18);
  probes = laneBase + field(FIRST + 19);
  waiting = laneBase + field(FIRST + 20);
  estimates = laneBase + field(FIRST + 21);
  histogram = laneBase + field(FIRST + 22);
}

/** The first projection of a table; those of sketches come before. */
@inline export function firstOf(table: u32): u32 {
  return SKETCH_BITS + table * cuts;
}

/** A projection: `floats` 32-bit floats. */
@inline export function projectionAt(ordinal: u32): usize {
  return projections + ((<usize>ordinal * floats) << 2);
}

/** What is taken off it, an f32. */
@inline export function shiftAt(ordinal: u32): usize {
  return shifts + (<usize>ordinal << 2);
}

/** What one cell more adds to the hash, a u32. */
@inline export function stepOf(ordinal: u32): u32 {
  return load<u32>(steps + (<usize>ordinal << 2));
}

@inline export function imageOf(ordinal: u32): f32 {
  return load<f32>(images + (<usize>ordinal << 2));
}

/** The bucket of a hash: its upper bits. */
@inline export function bucketOf(hash: u32): u32 {
  return hash >> (32 - bits);
}

/**
 * Where the first entry of a bucket is named, by its place in the table; the next word names the end of the bucket. One
 * word more than that is room for laying; see `buckets.ts`.
 */
@inline export function boundAt(table: u32, bucket: u32): usize {
  return bounds + ((<usize>table * ((1 << bits) + 2) + bucket) << 2);
}

/** The entry at a place of a table: a node, u32. */
@inline export function entryAt(table: u32, place: u32): usize {
  return cells + blockOf(place) + (<usize>table << 12) + (rowOf(place) << 2);
}

/** The sketch of a node: 96 bits, and two numbers of 16 bits; see `sketch.ts`. */
@inline export function sketchAt(node: u32): usize {
  return sketches + blockOf(node) + (rowOf(node) << SKETCH_SHIFT);
}

/** The word with the bit of a node that came after the tables were laid; the bit is the node's lowest five. */
@inline export function laterAt(node: u32): usize {
  return later + blockOf(node) + ((rowOf(node) >> 5) << 2);
}

@inline export function isLater(node: u32): bool {
  return ((load<u32>(laterAt(node)) >> (node & 31)) & 1) != 0;
}

/** Steps from the query's cell to others, of one table, nearest first; see `probe.ts`. */
export const STEP_BYTES: usize = 16;

@inline export function stepsOf(table: u32): usize {
  return stepLists + <usize>(table * 2 * bits) * STEP_BYTES;
}

/** A bucket that is to be looked at: the places of its first entry and of its end, and its table. */
export const PROBE_BYTES: usize = 16;
/** Nodes that wait at most. */
export const WAITING: u32 = 8192;
