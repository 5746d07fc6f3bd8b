// The walks over the graph: greedy descent, best-first search of one level, and the filtered search.
//
// Paper: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
// Navigable Small World graphs" (arXiv:1603.09320). `walkLevel` is Algorithm 2 (SEARCH-LAYER), `descend` its
// use with ef = 1, `searchGraph` Algorithm 5. A search computes about ef × M distances and their number grows
// with the logarithm of n. Deviations, all because a walk waits for memory more than it computes (of a search
// among 100,000 vectors of 128 dimensions 70 % of the time were loads that had not arrived):
// - candidates and results are one sorted pool, in which expanded entries are marked, instead of two heaps;
// - the four nearest candidates are expanded together, as in the beam of Subramanya et al., "DiskANN"
//   (NeurIPS 2019), so that the processor fetches their links, and then all their neighbours' rows, side by
//   side; some 4 % more distances, but a search takes 10 to 25 % less time at equal recall (six gained no more);
// - the unvisited neighbours are gathered first, without a branch, and a byte of each cache line of their rows is
//   read before the first is compared (WebAssembly has no prefetch instruction).

import { compareForSearching, countComputations } from '../distance';
import { entryOf, slotOf } from '../entry';
import { pop, push } from '../heap';
import {
  coded, degreeOf, degree0, ENTRY, expanding, gathered, heap, heapMax, isAllowed, isLinked, isLive, keys, levelOf, linksAt, NONE, pool, visitedAt,
} from '../layout';
import { insert } from '../pool';
import { keysTo, keyTo, queryTarget, touchRows } from '../row';
import { keepWarm, touch } from '../touch';
import { hidden, nextEpoch } from '../visited';

/**
 * Candidates that are expanded together where walks compare codes; whole vectors are too dear to compare with more
 * of them than needed. The lane's lists have room for the neighbours of so many.
 */
const BEAM: usize = 4;

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

/** Appends a node's unvisited neighbours to the lane's gathered slots and marks them. Answers the new number. */
@inline function gather(node: u32, level: u32, epoch: u8, before: u32): u32 {
  const links = linksAt(node, level);
  const width = degreeOf(level);
  let count = before;
  for (let i: u32 = 0; i < width; i++) {
    const neighbour = load<u32>(links + (<usize>i << 2));
    if (neighbour == NONE) break;
    const mark = visitedAt(neighbour);
    // Written in any case and kept only if unvisited: no branch, which would be mispredicted half of the time.
    store<u32>(gathered + (<usize>count << 2), neighbour);
    count += u32(load<u8>(mark) != epoch);
    store<u8>(mark, epoch);
  }
  return count;
}

/** See `gatherBeside`. */
const BESIDE: u32 = 3;

/**
 * Gathers in the place of the hidden node: who is linked to it would be linked to another without it. One of its
 * neighbours stands for that with one in three of those. With none of them, stored texts miss nearly twice as many
 * of their ten nearest as other queries do, with all of them two thirds as many; with one in three all data came to 0.8
 * to 1.2 times as many. To take the node out of the graph and link it again would be exact and as dear as building.
 */
function gatherBeside(node: u32, level: u32, epoch: u8, before: u32): u32 {
  if ((node ^ hidden) % BESIDE != 0) return before;
  const width = degreeOf(level);
  const links = linksAt(node, level);
  let i: u32 = 0;
  while (i < width && load<u32>(links + (<usize>i << 2)) != hidden) i++;
  if (i == width) return before;
  const beyond = linksAt(hidden, level);
  for (let j: u32 = 0; j < width; j++) {
    const neighbour = load<u32>(beyond + (<usize>((node + j) % width) << 2));
    if (neighbour == NONE || load<u8>(visitedAt(neighbour)) == epoch) continue;
    store<u8>(visitedAt(neighbour), epoch);
    store<u32>(gathered + (<usize>before << 2), neighbour);
    return before + 1;
  }
  return before;
}

/**
 * As `gather` on the lowest level, but of wanted neighbours only. Where these are less than half of the list, the
 * lists of the unwanted ones are looked through, too, each once in a walk, until there are so many. So the wanted
 * nodes hang together even if they are few, and no distance is computed to a node that cannot be answered. This
 * is the neighbourhood of Patel et al., "ACORN" (arXiv:2403.04871, ACORN-1), which fills the whole list: half of
 * it gave at 10 % matching .978 in place of .994 with two thirds of the distances (glosses, ef 64), a quarter .89.
 */
function gatherWanted(node: u32, filtered: bool, epoch: u8, before: u32): u32 {
  const stones = heap;
  const links = linksAt(node, 0);
  const linkBytes = <usize>degree0 << 2;
  let count = before;
  let unwanted: u32 = 0;
  let warm: u32 = 0;
  let length: u32 = 0;
  for (; length < degree0; length++) {
    const neighbour = load<u32>(links + (<usize>length << 2));
    if (neighbour == NONE) break;
    const mark = visitedAt(neighbour);
    if (load<u8>(mark) == epoch) continue;
    if (isWanted(neighbour, filtered)) {
      store<u8>(mark, epoch);
      store<u32>(gathered + (<usize>count << 2), neighbour);
      count += 1;
    } else {
      store<u32>(stones + (<usize>unwanted << 2), neighbour);
      unwanted += 1;
      const beyond = linksAt(neighbour, 0);
      warm += touch(beyond, linkBytes);
    }
  }
  keepWarm(warm);
  const most = before + (length >> 1);
  for (let i: u32 = 0; i < unwanted && count < most; i++) {
    const stone = load<u32>(stones + (<usize>i << 2));
    const beyond = linksAt(stone, 0);
    store<u8>(visitedAt(stone), epoch);
    for (let j: u32 = 0; j < degree0; j++) {
      const neighbour = load<u32>(beyond + (<usize>j << 2));
      if (neighbour == NONE) break;
      if (!isWanted(neighbour, filtered)) continue;
      const mark = visitedAt(neighbour);
      if (load<u8>(mark) == epoch) continue;
      store<u8>(mark, epoch);
      store<u32>(gathered + (<usize>count << 2), neighbour);
      count += 1;
    }
  }
  return count;
}

/** The first place of the pool that may hold an unexpanded entry. */
let next: u32 = 0;

/** Moves the nearest unexpanded entries, at most a beam, to the lane's `expanding` slots. Answers their number. */
@inline function takeBeam(size: u32, level: u32): usize {
  const linkBytes = <usize>degreeOf(level) << 2;
  const most: usize = coded ? BEAM : 1;
  let taken: usize = 0;
  let warm: u32 = 0;
  let from = next;
  while (from < size && taken < most) {
    const at = pool + (<usize>from << 3);
    const entry = load<u64>(at);
    from += 1;
    if (entry & 1) continue;
    store<u64>(at, entry | 1);
    store<u32>(expanding + (taken << 2), slotOf(entry));
    const links = linksAt(slotOf(entry), level);
    warm += touch(links, linkBytes);
    taken += 1;
  }
  keepWarm(warm);
  next = from;
  return taken;
}

/** Offers the gathered slots to the pool, and turns back to the first place that changed. Answers its size. */
@inline function offerGathered(target: usize, count: u32, ef: u32, before: u32): u32 {
  const entries = pool;
  let size = before;
  let turn = next;
  touchRows(count);
  keysTo(target, count);
  let bound: u64 = size == ef ? load<u64>(entries + (<usize>(ef - 1) << 3)) : u64.MAX_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const found = entryOf(load<u32>(keys + (<usize>i << 2)), load<u32>(gathered + (<usize>i << 2)));
    if (found >= bound) continue;
    const position = insert(entries, size, ef, found);
    if (size < ef) size += 1;
    if (size == ef) bound = load<u64>(entries + (<usize>(ef - 1) << 3));
    if (position < turn) turn = position;
  }
  next = turn;
  countComputations(count);
  return size;
}

/**
 * Best-first search of one level from the entry in the pool's first place; afterwards the pool holds the
 * `ef` nearest nodes found, sorted. Answers their number.
 */
export function walkLevel(target: usize, ef: u32, level: u32, epoch: u8): u32 {
  let size: u32 = 1;
  next = 0;
  store<u8>(visitedAt(slotOf(load<u64>(pool))), epoch);
  for (let taken = takeBeam(size, level); taken > 0; taken = takeBeam(size, level)) {
    let count: u32 = 0;
    for (let i: usize = 0; i < taken; i++) {
      const node = load<u32>(expanding + (i << 2));
      count = gather(node, level, epoch, count);
      if (hidden != NONE) count = gatherBeside(node, level, epoch, count);
    }
    size = offerGathered(target, count, ef, size);
  }
  return size;
}

/** The entry of the graph's entry point with its distance to the target. */
@inline export function entryTo(target: usize, slot: u32): u64 {
  countComputations(1);
  return entryOf(keyTo(target, slot), slot);
}

/** The entry of the node to begin with on the lowest level; of a neighbour where that one is hidden. */
function beginning(target: usize, start: u32): u64 {
  const first = descend(target, entryTo(target, start), entryLevel(), 0);
  if (slotOf(first) != hidden) return first;
  const neighbour = load<u32>(linksAt(hidden, min(1, levelOf(hidden))));
  return neighbour == NONE ? first : entryTo(target, neighbour);
}

/** Searches the whole graph near the lane's query. Answers the number of entries in the pool. */
export function searchGraph(ef: u32, blocks: u32): u32 {
  const start = entryPoint();
  if (start == NONE) return 0;
  compareForSearching();
  const target = queryTarget();
  store<u64>(pool, beginning(target, start));
  return walkLevel(target, ef, 0, nextEpoch(blocks));
}

/** Bit 31 of an answer: the budget ended the search. */
const GAVE_UP: u32 = 0x80000000;

/**
 * Searches near the lane's query for slots that are live and, if `filtered`, in the lane's bitmap, of those below
 * `slots`. Walks among the wanted nodes; if these do not hang together, so that the pool is not filled or the
 * caller knows of it (`isSparse`), through all nodes. Each walk gives up after `budget` distances, when comparing
 * with all wanted slots is cheaper. Answers the number of entries in the pool, with bit 31 set if the search gave
 * up.
 */
export function searchFiltered(
  ef: u32, filtered: bool, isSparse: bool, budget: u32, slots: u32, blocks: u32,
): u32 {
  const start = entryPoint();
  if (start == NONE) return 0;
  compareForSearching();
  const target = queryTarget();
  const first = beginning(target, start);
  if (!isSparse) {
    const size = walkWanted(target, first, ef, filtered, budget, slots, nextEpoch(blocks));
    if (size & GAVE_UP || size == ef) return size;
  }
  return walkThrough(target, first, ef, filtered, budget, nextEpoch(blocks));
}

/** Wanted nodes from all over the memory where a filtered walk begins besides the nearest node of all. */
const SEEDS: u32 = 32;
/** Nodes that are looked at to find one of them. */
const SEED_REACH: u32 = 128;

/**
 * Gathers wanted nodes from places far apart. Where a filter wants what is far from the query, nothing near to it
 * leads there: of 60,000 texts, the tenth farthest from one of ten landmarks was found with a recall of .89 and
 * by a third as many queries a second. Answers the number of gathered slots.
 */
function gatherSeeds(filtered: bool, slots: u32, epoch: u8, before: u32): u32 {
  const step = slots / SEEDS;
  let count = before;
  for (let seed: u32 = 0; seed < SEEDS; seed++) {
    const from = seed * step;
    const to = from + min(step, SEED_REACH);
    for (let slot = from; slot < to; slot++) {
      if (!isWanted(slot, filtered) || !isLinked(slot)) continue;
      const mark = visitedAt(slot);
      store<u32>(gathered + (<usize>count << 2), slot);
      count += u32(load<u8>(mark) != epoch);
      store<u8>(mark, epoch);
      break;
    }
  }
  return count;
}

/** As `walkLevel` among the wanted nodes; `first` may be another, and is then only where the walk begins. */
function walkWanted(
  target: usize, first: u64, ef: u32, filtered: bool, budget: u32, slots: u32, epoch: u8,
): u32 {
  let size: u32 = 0;
  let computed: u32 = 0;
  next = 0;
  store<u8>(visitedAt(slotOf(first)), epoch);
  if (isWanted(slotOf(first), filtered)) {
    store<u64>(pool, first);
    size = 1;
  } else {
    computed = gatherWanted(slotOf(first), filtered, epoch, 0);
  }
  if (filtered) computed = gatherSeeds(filtered, slots, epoch, computed);
  size = offerGathered(target, computed, ef, size);
  for (let taken = takeBeam(size, 0); taken > 0; taken = takeBeam(size, 0)) {
    if (computed > budget) return size | GAVE_UP;
    let count: u32 = 0;
    for (let i: usize = 0; i < taken; i++) count = gatherWanted(load<u32>(expanding + (i << 2)), filtered, epoch, count);
    size = offerGathered(target, count, ef, size);
    computed += count;
  }
  return size;
}

/** Passes through all nodes and keeps the `ef` nearest of the wanted ones, with candidates and results apart. */
function walkThrough(target: usize, first: u64, ef: u32, filtered: bool, budget: u32, epoch: u8): u32 {
  const results = pool;
  const candidates = heap;
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
      return size | GAVE_UP;
    }
    waiting = pop(candidates, waiting);
    const count = gather(slotOf(entry), 0, epoch, 0);
    touchRows(count);
    computed += count;
    keysTo(target, count);
    for (let i: u32 = 0; i < count; i++) {
      const neighbour = load<u32>(gathered + (<usize>i << 2));
      const found = entryOf(load<u32>(keys + (<usize>i << 2)), neighbour);
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
  // The bitmap first, because it mostly decides.
  return filtered ? isAllowed(slot) : isLive(slot);
}
