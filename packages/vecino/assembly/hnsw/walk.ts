// The walks over the graph: greedy descent, best-first search of one level, and the filtered search.
//
// Paper: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
// Navigable Small World graphs" (arXiv:1603.09320). `walkLevel` is Algorithm 2 (SEARCH-LAYER), `descend` its
// use with ef = 1, `searchGraph` Algorithm 5. Deviations:
// - candidates and results are one sorted pool, in which expanded entries are marked, instead of two heaps;
// - the unvisited neighbours of a node are gathered first, and a byte of each cache line of their rows is read
//   meanwhile, so that the processor fetches them side by side (WebAssembly has no prefetch instruction).
// A search computes about ef × M distances and their number grows with the logarithm of n.

import { compareForSearching, countComputations } from '../distance';
import { entryOf, slotOf } from '../entry';
import { pop, push } from '../heap';
import {
  coded, degreeOf, ENTRY, gathered, heap, heapMax, isAllowed, isLive, linksAt, NONE, pool, query, queryCode, rowAt,
  rowStride, visitedAt,
} from '../layout';
import { insert } from '../pool';
import { keyTo } from '../row';
import { encodeQuery } from '../sq8';
import { nextEpoch } from '../visited';

/**
 * Bytes of each row that are touched ahead. Touching every cache line of codes of 784 bytes, not just the first,
 * took a search of 60,000 from 67 to 46 microseconds; touching more of longer vectors gained nothing.
 */
const TOUCHED: usize = 1024;

/** Keeps the compiler from dropping the reads that only warm the cache. */
let touched: u32 = 0;

/** Slot of the entry point, or NONE in an empty graph. */
@inline export function entryPoint(): u32 {
  return <u32>atomic.load<u64>(ENTRY);
}

@inline export function entryLevel(): u32 {
  return <u32>(atomic.load<u64>(ENTRY) >> 32);
}

/** Walks greedily from a node to the nearest that it can reach, level by level. Answers its entry. */
export function descend(target: usize, from: u64, fromLevel: u32, toLevel: u32): u64 {
  let best = from;
  let computed: u32 = 0;
  for (let level = fromLevel; level > toLevel; level--) {
    const width = degreeOf(level);
    for (;;) {
      const links = linksAt(slotOf(best), level);
      const before = best;
      for (let i: u32 = 0; i < width; i++) {
        const neighbour = load<u32>(links + (<usize>i << 2));
        if (neighbour == NONE) break;
        const entry = entryOf(keyTo(target, neighbour), neighbour);
        computed += 1;
        if (entry < best) best = entry;
      }
      if (best == before) break;
    }
  }
  countComputations(computed);
  return best;
}

/** Writes a node's unvisited neighbours to the lane's gather list, marks them, and answers their number. */
@inline export function gather(node: u32, level: u32, epoch: u8): u32 {
  const links = linksAt(node, level);
  const width = degreeOf(level);
  let count: u32 = 0;
  let warm: u32 = 0;
  const rowBytes = min<usize>(rowStride, TOUCHED);
  for (let i: u32 = 0; i < width; i++) {
    const neighbour = load<u32>(links + (<usize>i << 2));
    if (neighbour == NONE) break;
    const mark = visitedAt(neighbour);
    if (load<u8>(mark) == epoch) continue;
    store<u8>(mark, epoch);
    const row = rowAt(neighbour);
    for (let line: usize = 0; line < rowBytes; line += 64) warm += load<u8>(row + line);
    store<u32>(gathered + (<usize>count << 2), neighbour);
    count += 1;
  }
  touched = warm;
  return count;
}

/**
 * Best-first search of one level from the entry in the pool's first place; afterwards the pool holds the
 * `ef` nearest nodes found, sorted. Answers their number.
 */
export function walkLevel(target: usize, ef: u32, level: u32, epoch: u8): u32 {
  const entries = pool;
  let size: u32 = 1;
  let next: u32 = 0;
  let computed: u32 = 0;
  store<u8>(visitedAt(slotOf(load<u64>(entries))), epoch);
  while (next < size) {
    const at = entries + (<usize>next << 3);
    const entry = load<u64>(at);
    next += 1;
    if (entry & 1) continue;
    store<u64>(at, entry | 1);
    const count = gather(slotOf(entry), level, epoch);
    if (next < size) touched += load<u32>(linksAt(slotOf(load<u64>(at + 8)), level));
    computed += count;
    let bound: u64 = size == ef ? load<u64>(entries + (<usize>(ef - 1) << 3)) : u64.MAX_VALUE;
    for (let i: u32 = 0; i < count; i++) {
      const neighbour = load<u32>(gathered + (<usize>i << 2));
      const found = entryOf(keyTo(target, neighbour), neighbour);
      if (found >= bound) continue;
      const position = insert(entries, size, ef, found);
      if (size < ef) size += 1;
      if (size == ef) bound = load<u64>(entries + (<usize>(ef - 1) << 3));
      if (position < next) next = position;
    }
  }
  countComputations(computed);
  return size;
}

/** The entry of the graph's entry point with its distance to the target. */
@inline export function entryTo(target: usize, slot: u32): u64 {
  countComputations(1);
  return entryOf(keyTo(target, slot), slot);
}

/** The lane's query as a row to compare with. */
@inline function prepareTarget(): usize {
  compareForSearching();
  if (!coded) return query;
  encodeQuery();
  return queryCode;
}

/** Searches the whole graph near the lane's query. Answers the number of entries in the pool. */
export function searchGraph(ef: u32, blocks: u32): u32 {
  const start = entryPoint();
  if (start == NONE) return 0;
  const target = prepareTarget();
  store<u64>(pool, descend(target, entryTo(target, start), entryLevel(), 0));
  return walkLevel(target, ef, 0, nextEpoch(blocks));
}

/**
 * Searches near the lane's query for slots that are live and, if `filtered`, in the lane's bitmap. The walk
 * passes through all nodes and keeps the `ef` nearest of the wanted ones; it ends when the nearest candidate
 * is farther than the last of them, or after `budget` distances. Answers the number of entries in the pool;
 * with bit 31 set if the budget ended it.
 */
export function searchFiltered(ef: u32, filtered: bool, budget: u32, blocks: u32): u32 {
  const start = entryPoint();
  if (start == NONE) return 0;
  const target = prepareTarget();
  const results = pool;
  const candidates = heap;
  const epoch = nextEpoch(blocks);
  const first = descend(target, entryTo(target, start), entryLevel(), 0);
  store<u8>(visitedAt(slotOf(first)), epoch);
  let waiting = push(candidates, 0, first);
  let size: u32 = 0;
  if (isWanted(slotOf(first), filtered)) {
    store<u64>(results, first);
    size = 1;
  }
  let computed: u32 = 0;
  let bound: u64 = size == ef ? load<u64>(results + (<usize>(ef - 1) << 3)) : u64.MAX_VALUE;
  while (waiting > 0) {
    const entry = load<u64>(candidates);
    if (entry > bound) break;
    if (computed > budget) {
      countComputations(computed);
      return size | 0x80000000;
    }
    waiting = pop(candidates, waiting);
    const count = gather(slotOf(entry), 0, epoch);
    computed += count;
    for (let i: u32 = 0; i < count; i++) {
      const neighbour = load<u32>(gathered + (<usize>i << 2));
      const found = entryOf(keyTo(target, neighbour), neighbour);
      if (found >= bound) continue;
      if (waiting < heapMax) waiting = push(candidates, waiting, found);
      if (!isWanted(neighbour, filtered)) continue;
      insert(results, size, ef, found);
      if (size < ef) size += 1;
      if (size == ef) bound = load<u64>(results + (<usize>(ef - 1) << 3));
    }
  }
  countComputations(computed);
  return size;
}

@inline function isWanted(slot: u32, filtered: bool): bool {
  return isLive(slot) && (!filtered || isAllowed(slot));
}
