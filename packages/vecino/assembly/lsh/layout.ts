// Where hash tables lie: model, words of chains, scratch of this thread's lane. Drawn in
// `src/kernel/tables-layout.ts`, whose numbers these are.

import { blockBase, blockOf, field, floats, rowOf } from '../layout';

/** Where the header's fields of tables begin. */
const FIRST: usize = 128;

/** Bits of a hash beyond those that choose the bucket; they are kept in the words of chains. */
export const CHECK_BITS: u32 = 9;
/** A word of a chain: these bits, and below them the node. */
export const NODE_BITS: u32 = 23;
const NODE_MASK: u32 = (1 << NODE_BITS) - 1;
/** The node that ends a chain. */
export const NO_ENTRY: u32 = NODE_MASK;

/** Scalars of the model; their places are in `state.ts`. */
export let model: usize = 0;
let projections: usize = 0;
let shifts: usize = 0;
let steps: usize = 0;
let heads: usize = 0;
let links: usize = 0;
export let tables: u32 = 0;
/** Bits of a bucket's number; projections that choose it, and with the checked ones all of a table. */
export let bits: u32 = 0;
export let cuts: u32 = 0;
export let perTable: u32 = 0;
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
let checkCosts: usize = 0;
export let probes: usize = 0;
export let cursors: usize = 0;

export function attachTables(laneBase: usize): void {
  model = field(FIRST);
  projections = field(FIRST + 1);
  shifts = field(FIRST + 2);
  steps = field(FIRST + 3);
  heads = field(FIRST + 4);
  links = blockBase + field(FIRST + 5);
  tables = field(FIRST + 6);
  bits = field(FIRST + 7);
  celled = field(FIRST + 8) != 0;
  cuts = field(FIRST + 9);
  perTable = cuts + CHECK_BITS;
  queryFloats = field(FIRST + 10);
  seen = laneBase + field(FIRST + 11);
  hashed = laneBase + field(FIRST + 12);
  images = laneBase + field(FIRST + 13);
  stepLists = laneBase + field(FIRST + 14);
  checkCosts = laneBase + field(FIRST + 15);
  probes = laneBase + field(FIRST + 16);
  cursors = laneBase + field(FIRST + 17);
}

/** A projection, counted through all tables: `floats` 32-bit floats. */
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

/** Where the first word of a bucket's chain is. */
@inline export function headAt(table: u32, bucket: u32): usize {
  return heads + ((<usize>(table << bits) + bucket) << 2);
}

/** The bucket of a hash: its upper bits. */
@inline export function bucketOf(hash: u32): u32 {
  return hash >> (32 - bits);
}

/** Where the word is that follows a node in a table's chain. */
@inline export function wordAt(table: u32, node: u32): usize {
  return links + blockOf(node) + (<usize>table << 12) + (rowOf(node) << 2);
}

@inline export function nodeIn(word: u32): u32 {
  return word & NODE_MASK;
}

@inline export function checkedIn(word: u32): u32 {
  return word >> NODE_BITS;
}

/** Steps from the query's cell to others, of one table, nearest first; see `probe.ts`. */
export const STEP_BYTES: usize = 16;

@inline export function stepsOf(table: u32): usize {
  return stepLists + <usize>(table * 2 * bits) * STEP_BYTES;
}

/** What each pattern of checked bits that differ adds to the distance from the query, an f32 each. */
@inline export function checkCostsOf(table: u32): usize {
  return checkCosts + (<usize>table << (CHECK_BITS + 2));
}

/** A bucket that is to be looked at, or the chain of one: its next word, what its checked bits may cost, its table. */
export const PROBE_BYTES: usize = 16;
export const CURSORS: u32 = 16;
