// Search of hash tables: the entries of the buckets that the probes name, each node once, then those that came later;
// what their sketches do not rule out is compared.
//
// Nodes that were met wait until there are many. Then all of them are estimated, while the memory of the next ones is on
// its way, and compared if the bound is below the k-th distance so far. The first time there is none, and those of the
// least bounds give one. A query costs its projections, two or three nanoseconds a bucket counted, one an entry, some
// eight an estimate, and the comparison of some hundred to thousand nodes.

import { compared, compareGathered, finishComparing, GATHERED, limit, startComparing } from '../candidates';
import { allowed, gathered, isLinked, isLive } from '../layout';
import { keepWarm } from '../touch';
import {
  bits, entryAt, estimates, histogram, laterAt, PROBE_BYTES, probes, seen, sketchAt, tables, WAITING, waiting,
} from './layout';
import { prepareSteps, reachFor, writeProbes } from './probe';
import { boundOf, prepareQuery } from './sketch';
import { laterCount } from './state';

const GAVE_UP: u32 = 0x80000000;
/** So many estimates take as long as a comparison. */
const ESTIMATES_A_DISTANCE: u32 = 8;
/** Buckets of which the first entry is on its way while one is read, and sketches that are fetched together. */
const AHEAD: u32 = 12;
const TOGETHER: u32 = 32;
/** Times k, and at least, the nodes that are compared for a first limit. */
const FIRST_K: u32 = 2;
const FIRST_MIN: u32 = 48;
const BINS: u32 = 256;

let k: u32 = 0;
let mayBeRemoved: bool = false;
/** Nodes at and beyond this one came later, and the bitmap of what was met has no room for them. */
let nodesEnd: u32 = 0;
let waits: u32 = 0;
let count: u32 = 0;
let estimated: u32 = 0;
/** Computations after which to give up. */
let budget: u32 = 0;
let estimations: u32 = 0;

/** Estimates made by this thread since the count was last taken. */
export function takeEstimates(): u32 {
  const taken = estimations;
  estimations = 0;
  return taken;
}

/**
 * Leaves in the lane's pool, sorted by exact keys, the nearest of what lies in `probed` buckets. Answers the number of
 * entries, with the highest bit where it gave up because more than `most` had been compared.
 */
export function searchTables(
  probed: u32,
  wanted: u32,
  best: u32,
  filtered: bool,
  hasRemoved: bool,
  most: u32,
  nodes: u32,
): u32 {
  startComparing(wanted, best);
  k = wanted;
  mayBeRemoved = hasRemoved;
  nodesEnd = nodes;
  budget = most;
  waits = 0;
  count = 0;
  estimated = 0;
  forgetSeen(nodes, filtered);
  prepareQuery(<f32>probed / <f32>(tables << bits));
  prepareSteps();
  const end = writeProbes(reachFor(probed));
  const isWithin = readBuckets(end) && readLater() && compareWaiting();
  if (isWithin) compareCounted();
  estimations += estimated;
  const size = finishComparing();
  return isWithin ? size : size | GAVE_UP;
}

/** Marks what a filter leaves out as met already, so that one look at one bit serves both. */
function forgetSeen(nodes: u32, filtered: bool): void {
  const bytes = (<usize>nodes + 127) >> 7 << 4;
  if (!filtered) {
    memory.fill(seen, 0, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) v128.store(seen + i, v128.not(v128.load(allowed + i)));
}

/** Meets all entries of the probes. Answers false if it gave up. */
function readBuckets(end: usize): bool {
  let warm: u32 = 0;
  for (let probe = probes; probe < end; probe += PROBE_BYTES) {
    const ahead = probe + AHEAD * PROBE_BYTES;
    if (ahead < end) warm += load<u32>(entryAt(load<u32>(ahead, 8), load<u32>(ahead)));
    const last = load<u32>(probe, 4);
    const table = load<u32>(probe, 8);
    for (let place = load<u32>(probe); place < last; place++) {
      meet(load<u32>(entryAt(table, place)));
      if (waits == WAITING && !compareWaiting()) return false;
    }
  }
  keepWarm(warm);
  return true;
}

/** Meets all nodes that came after the tables were laid. Answers false if it gave up. */
function readLater(): bool {
  if (laterCount() == 0) return true;
  for (let first: u32 = 0; first < nodesEnd; first += 32) {
    for (let marks = load<u32>(laterAt(first)); marks != 0; marks &= marks - 1) {
      meet(first + ctz<u32>(marks));
      if (waits == WAITING && !compareWaiting()) return false;
    }
  }
  return true;
}

/** Lets a node wait that was not met before. */
@inline function meet(node: u32): void {
  if (node >= nodesEnd) return;
  const at = seen + (node >> 3);
  const before = load<u8>(at);
  const bit = <u8>1 << <u8>(node & 7);
  store<u8>(at, before | bit);
  // Written in any case: what was met before is overwritten by the next.
  store<u32>(waiting + (<usize>waits << 2), node);
  waits += <u32>((before & bit) == 0);
}

/** Estimates all nodes that wait, and compares with those that their bounds leave in the running. */
function compareWaiting(): bool {
  if (waits == 0) return true;
  estimateWaiting();
  if (limit == Infinity && !compareNearest()) return false;
  for (let i: u32 = 0; i < waits; i++) {
    if (load<f32>(estimates + (<usize>i << 2)) < limit && !choose(i)) return false;
  }
  estimated += waits;
  waits = 0;
  return compared + estimated / ESTIMATES_A_DISTANCE <= budget;
}

/** The sketches of a few are read before the first is used, so that the processor fetches them side by side. */
function estimateWaiting(): void {
  const end = waits;
  let warm: u32 = 0;
  for (let from: u32 = 0; from < end; from += TOGETHER) {
    const to = min(end, from + TOGETHER);
    for (let i = from; i < to; i++) warm += load<u8>(sketchAt(load<u32>(waiting + (<usize>i << 2))));
    for (let i = from; i < to; i++) {
      const at = <usize>i << 2;
      store<f32>(estimates + at, boundOf(load<u32>(waiting + at)));
    }
  }
  keepWarm(warm);
}

/** Compares with those of the least bounds, several times as many as are wanted: together they give a first limit. */
function compareNearest(): bool {
  const most = nearestBound(max(FIRST_K * k, FIRST_MIN));
  for (let i: u32 = 0; i < waits; i++) {
    const at = estimates + (<usize>i << 2);
    if (load<f32>(at) > most) continue;
    if (!choose(i)) return false;
    store<f32>(at, Infinity);
  }
  compareCounted();
  return true;
}

/** A bound below which are so many of those that wait, or some more; bounds beyond the mean are not told apart. */
function nearestBound(wanted: u32): f32 {
  if (waits <= wanted) return Infinity;
  let least: f32 = Infinity;
  let sum: f64 = 0;
  for (let i: u32 = 0; i < waits; i++) {
    const bound = load<f32>(estimates + (<usize>i << 2));
    least = min(least, bound);
    sum += <f64>bound;
  }
  const width = (<f32>(sum / <f64>waits) - least) / <f32>(BINS - 1);
  if (!(width > 0)) return Infinity;
  memory.fill(histogram, 0, <usize>BINS << 2);
  for (let i: u32 = 0; i < waits; i++) {
    const bin = min<f32>((load<f32>(estimates + (<usize>i << 2)) - least) / width, <f32>(BINS - 1));
    const at = histogram + (<usize>(<u32>bin) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let below: u32 = 0;
  for (let bin: u32 = 0; bin < BINS - 1; bin++) {
    below += load<u32>(histogram + (<usize>bin << 2));
    if (below >= wanted) return least + width * <f32>(bin + 1);
  }
  return Infinity;
}

/** Gathers one of those that wait. Answers false if it gave up. */
@inline function choose(i: u32): bool {
  const node = load<u32>(waiting + (<usize>i << 2));
  if (!isLinked(node) || (mayBeRemoved && !isLive(node))) return true;
  store<u32>(gathered + (<usize>count << 2), node);
  count += 1;
  if (count < GATHERED) return true;
  compareCounted();
  return compared <= budget;
}

function compareCounted(): void {
  if (count > 0) compareGathered(count);
  count = 0;
}
