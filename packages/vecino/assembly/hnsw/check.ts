// Structural checks of the graph: lists that hold only linked nodes, and reachability.

import {
  degree0, degreeOf, isLinked, isStale, levelOf, linksAt, lockAt, NONE, pool, poolMax, visitedAt,
} from '../layout';
import { nextEpoch } from '../visited';
import { lock, unlock } from './lock';
import { entryPoint } from './walk';

/** Counts the bad links of a range: beyond the slots, to itself, to a node that is not there or too low, twice. */
export function badLinks(from: u32, to: u32, slots: u32): u32 {
  let bad: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isLinked(slot)) continue;
    const level = levelOf(slot);
    for (let l: u32 = 0; l <= level; l++) {
      const links = linksAt(slot, l);
      const width = degreeOf(l);
      for (let i: u32 = 0; i < width; i++) {
        const neighbour = load<u32>(links + (<usize>i << 2));
        if (neighbour == NONE) break;
        if (neighbour >= slots || neighbour == slot || !(isLinked(neighbour) || isStale(neighbour)) || levelOf(neighbour) < l) bad += 1;
        for (let j: u32 = 0; j < i; j++) {
          if (load<u32>(links + (<usize>j << 2)) == neighbour) bad += 1;
        }
      }
    }
  }
  return bad;
}

/**
 * Marks every node that the lowest level's links reach from the entry point, in passes over all slots until
 * one changes nothing (which needs no memory beyond the marks). Answers the number of linked nodes that stay
 * unreached; the first of them are left in the pool as 32-bit slots.
 */
export function unreachable(slots: u32, blocks: u32): u32 {
  const seen = nextEpoch(blocks);
  const done = nextEpoch(blocks);
  // When the epochs wrapped between the two, the first marks were cleared: nothing is marked yet, either way.
  const start = entryPoint();
  if (start != NONE) store<u8>(visitedAt(start), seen);
  let changed = start != NONE;
  while (changed) {
    changed = false;
    for (let slot: u32 = 0; slot < slots; slot++) {
      const mark = visitedAt(slot);
      if (load<u8>(mark) != seen) continue;
      store<u8>(mark, done);
      const links = linksAt(slot, 0);
      const width = degreeOf(0);
      for (let i: u32 = 0; i < width; i++) {
        const neighbour = load<u32>(links + (<usize>i << 2));
        if (neighbour == NONE) break;
        const other = visitedAt(neighbour);
        if (load<u8>(other) == seen || load<u8>(other) == done) continue;
        store<u8>(other, seen);
        changed = true;
      }
    }
  }
  let lost: u32 = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    if (!isLinked(slot) || load<u8>(visitedAt(slot)) == done) continue;
    if (lost < poolMax) store<u32>(pool + (<usize>lost << 2), slot);
    lost += 1;
  }
  return lost;
}

/**
 * Links to nodes that `unreachable` has just left in the pool, the first `count`, from neighbours of theirs that
 * are reached and whose lists have room; where none has and it may, the nearest of them gives up its last link.
 * Answers how many are linked to now: ask again whether that has cost others their last link. Of Fashion-MNIST's
 * 60,000 pictures the heuristic leaves 40 to 120 unreached, and this some 8.
 */
export function reconnect(count: u32, mayReplace: bool): u32 {
  let joined: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const lost = load<u32>(pool + (<usize>i << 2));
    const own = linksAt(lost, 0);
    let nearest: u32 = NONE;
    for (let j: u32 = 0; j < degree0; j++) {
      const neighbour = load<u32>(own + (<usize>j << 2));
      if (neighbour == NONE) break;
      if (!isLinked(neighbour) || isIn(neighbour, count)) continue;
      if (nearest == NONE) nearest = neighbour;
      if (!append(neighbour, lost)) continue;
      nearest = NONE;
      joined += 1;
      break;
    }
    if (nearest == NONE || !mayReplace) continue;
    const last = linksAt(nearest, 0) + (<usize>(degree0 - 1) << 2);
    lock(lockAt(nearest));
    store<u32>(last, lost);
    unlock(lockAt(nearest));
    joined += 1;
  }
  return joined;
}

/** Whether the pool's first 32-bit slots hold this one. */
function isIn(slot: u32, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) if (load<u32>(pool + (<usize>i << 2)) == slot) return true;
  return false;
}

/** Adds a link at the end of a node's list on the lowest level, if there is room. */
function append(node: u32, target: u32): bool {
  const links = linksAt(node, 0);
  let added = false;
  lock(lockAt(node));
  for (let i: u32 = 0; i < degree0; i++) {
    if (load<u32>(links + (<usize>i << 2)) != NONE) continue;
    if (i + 1 < degree0) store<u32>(links + (<usize>(i + 1) << 2), NONE);
    store<u32>(links + (<usize>i << 2), target);
    added = true;
    break;
  }
  unlock(lockAt(node));
  return added;
}
