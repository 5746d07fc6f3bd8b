// Taking removed nodes out of the graph.
//
// A removed node stays as a stepping stone until it is marked stale, `repair` has rewired its neighbours and
// `release` has freed it. What is removed while this goes on waits for the next time. Repair is the consolidation of Singh et al., "FreshDiskANN" (arXiv:2105.09613, Algorithm 4), on every
// level: a node with stale neighbours chooses anew among its other neighbours and the neighbours of the
// stale ones.

import { compareForBuilding, countComputations } from '../distance';
import { entryOf } from '../entry';
import {
  degreeOf, ENTRY_LOCK, heap, heapMax, isLinked, isLive, isStale, levelOf, linkedAt, linksAt, lockAt, NONE,
  STALE, visitedAt, walkTarget,
} from '../layout';
import { insert } from '../pool';
import { fullKeyTo, nodeTarget } from '../row';
import { nextEpoch } from '../visited';
import { setEntry, unlink } from './link';
import { lock, unlock } from './lock';
import { select, writeChosen } from './select';
import { entryPoint } from './walk';

/** Marks the nodes of a range whose records are gone. Answers their number. */
export function markStale(from: u32, to: u32): u32 {
  let count: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (isLinked(slot) && !isLive(slot)) store<u8>(linkedAt(slot), STALE);
    if (isStale(slot)) count += 1;
  }
  return count;
}

/** Marks one node whose vector has been replaced in place. */
export function markReplaced(slot: u32): void {
  if (isLinked(slot)) store<u8>(linkedAt(slot), STALE);
}

/** Rewires the nodes of a range around their stale neighbours. */
export function repair(from: u32, to: u32, blocks: u32): void {
  compareForBuilding();
  for (let slot = from; slot < to; slot++) {
    if (!isLinked(slot)) continue;
    const level = levelOf(slot);
    for (let l: u32 = 0; l <= level; l++) {
      if (hasStale(slot, l)) rewire(slot, l, blocks);
    }
  }
}

function hasStale(slot: u32, level: u32): bool {
  const links = linksAt(slot, level);
  const width = degreeOf(level);
  for (let i: u32 = 0; i < width; i++) {
    const neighbour = load<u32>(links + (<usize>i << 2));
    if (neighbour == NONE) return false;
    if (isStale(neighbour)) return true;
  }
  return false;
}

function rewire(slot: u32, level: u32, blocks: u32): void {
  const epoch = nextEpoch(blocks);
  const links = linksAt(slot, level);
  const width = degreeOf(level);
  let size: u32 = 0;
  const target = nodeTarget(slot, walkTarget);
  store<u8>(visitedAt(slot), epoch);
  lock(lockAt(slot));
  for (let i: u32 = 0; i < width; i++) {
    const neighbour = load<u32>(links + (<usize>i << 2));
    if (neighbour == NONE) break;
    if (!isStale(neighbour)) {
      size = collect(target, neighbour, size, epoch);
      continue;
    }
    const beyond = linksAt(neighbour, level);
    for (let j: u32 = 0; j < width; j++) {
      const next = load<u32>(beyond + (<usize>j << 2));
      if (next == NONE) break;
      if (!isStale(next)) size = collect(target, next, size, epoch);
    }
  }
  writeChosen(links, select(heap, size, width, slot), width);
  unlock(lockAt(slot));
}

/** Adds a node to the sorted candidates in the heap's memory, once. Answers their number. */
@inline function collect(target: usize, candidate: u32, size: u32, epoch: u8): u32 {
  const mark = visitedAt(candidate);
  if (load<u8>(mark) == epoch || size == heapMax) return size;
  store<u8>(mark, epoch);
  countComputations(1);
  insert(heap, size, heapMax, entryOf(fullKeyTo(target, candidate), candidate));
  return size + 1;
}

/** Frees the stale nodes of a range, after `repair` of the whole graph. Answers their number. */
export function release(from: u32, to: u32): u32 {
  let count: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isStale(slot)) continue;
    unlink(slot);
    count += 1;
  }
  return count;
}

/** Makes the highest live node the entry point, before the present one is released. */
export function moveEntry(slots: u32): void {
  const present = entryPoint();
  if (present == NONE || (isLinked(present) && isLive(present))) return;
  let best: u32 = NONE;
  let bestLevel: u32 = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    if (!isLinked(slot) || !isLive(slot)) continue;
    const level = levelOf(slot);
    if (best != NONE && level <= bestLevel) continue;
    best = slot;
    bestLevel = level;
  }
  lock(ENTRY_LOCK);
  setEntry(best, best == NONE ? 0 : bestLevel);
  unlock(ENTRY_LOCK);
}
