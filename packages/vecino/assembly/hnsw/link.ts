// Building the graph: Algorithm 1 of the paper (INSERT).
//
// Deviations: a node's level is a function of seed and slot, so that the order of threads cannot change it,
// and room for its upper lists is set aside when its block is made; a node gets M links on every level and
// accepts 2M on the lowest, as the authors' own code does; a node is linked by one thread, and several
// threads may link different nodes at once.

import { compareForBuilding, countComputations } from '../distance';
import { entryOf, keyIn, slotOf } from '../entry';
import {
  BLOCK_SLOTS, chosen, codeBytes, coded, degree, degreeOf, efConstruction, ENTRY, ENTRY_LOCK, heap, levelAt, levelOf, LINKED,
  linkedAt, linksAt, lockAt, NONE, pool, seed, upperIndexAt, upperLists, visitedAt, walkTarget,
} from '../layout';
import { insert } from '../pool';
import { refine } from '../rerank';
import { fullKeyTo, nodeTarget } from '../row';
import { encode } from '../sq8';
import { nextEpoch } from '../visited';
import { lock, unlock } from './lock';
import { select, writeChosen } from './select';
import { descend, entryLevel, entryPoint, entryTo, walkLevel } from './walk';

/** 32 well-mixed bits of a slot and the seed (the finaliser of MurmurHash3). */
@inline function mix(slot: u32): u32 {
  let h = slot * 0x9e3779b1 + seed;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}

/** Level l or higher has probability M^-l, as in the paper. */
function drawLevel(slot: u32): u32 {
  const hash = mix(slot);
  let level: u32 = 0;
  for (let bound = 0xffffffff / degree; hash < bound && level < 15; bound /= degree) level += 1;
  return level;
}

/**
 * Prepares a block: levels, room for upper lists, and empty lists of links. Slots below `kept` have their levels
 * already, because compaction has moved their nodes here.
 */
export function prepareBlock(block: u32, kept: u32): void {
  const first = block * BLOCK_SLOTS;
  let lists: u32 = 0;
  for (let slot = first; slot < first + BLOCK_SLOTS; slot++) {
    let level = slot < kept ? levelOf(slot) : drawLevel(slot);
    // The room is six standard deviations above the mean; in the rare block that needs more a node stays low.
    if (lists + level > upperLists) level = 0;
    store<u8>(levelAt(slot), <u8>level);
    store<u16>(upperIndexAt(slot), <u16>lists);
    lists += level;
    clearLinks(slot, level);
  }
}

function clearLinks(slot: u32, level: u32): void {
  for (let l: u32 = 0; l <= level; l++) {
    memory.fill(linksAt(slot, l), 0xff, <usize>degreeOf(l) << 2);
  }
}

/** Takes a node that nothing links to out of the graph. */
export function unlink(slot: u32): void {
  clearLinks(slot, levelOf(slot));
  store<u8>(linkedAt(slot), 0);
}

/** Links a slot, whose vector is in place, into the graph. */
export function link(slot: u32, blocks: u32): void {
  compareForBuilding();
  if (coded) encode(slot);
  const target = nodeTarget(slot, walkTarget);
  const level = levelOf(slot);
  if (entryPoint() == NONE) {
    lock(ENTRY_LOCK);
    const first = entryPoint() == NONE;
    if (first) setEntry(slot, level);
    unlock(ENTRY_LOCK);
    if (first) {
      store<u8>(linkedAt(slot), LINKED);
      return;
    }
  }
  const top = entryLevel();
  let nearest = descend(target, entryTo(target, entryPoint()), top, level);
  for (let l = <i32>min(level, top); l >= 0; l--) {
    const epoch = nextEpoch(blocks);
    store<u64>(pool, nearest & ~1);
    store<u8>(visitedAt(slot), epoch);
    const size = walkLevel(target, efConstruction, l, epoch);
    nearest = load<u64>(pool) & ~1;
    if (coded) refine(size);
    connect(slot, size, l);
  }
  store<u8>(linkedAt(slot), LINKED);
  if (level > top) {
    lock(ENTRY_LOCK);
    if (level > entryLevel()) setEntry(slot, level);
    unlock(ENTRY_LOCK);
  }
}

export function setEntry(slot: u32, level: u32): void {
  atomic.store<u64>(ENTRY, (<u64>level << 32) | slot);
}

/** Gives a node its links among the pool's entries, and each of them a link back. */
function connect(slot: u32, candidates: u32, level: u32): void {
  const count = select(pool, candidates, degree, slot);
  lock(lockAt(slot));
  writeChosen(linksAt(slot, level), count, degreeOf(level));
  unlock(lockAt(slot));
  // The chosen list is scratch that linking back uses too; the pool is free now and keeps a copy.
  memory.copy(pool + (<usize>efConstruction << 3), chosen, <usize>count << 3);
  const links = pool + (<usize>efConstruction << 3);
  for (let i: u32 = 0; i < count; i++) {
    const entry = load<u64>(links + (<usize>i << 3));
    linkBack(slotOf(entry), slot, keyIn(entry), level);
  }
}

/** Adds a link from a node to a newcomer at the given distance; a full list is chosen anew. */
function linkBack(node: u32, newcomer: u32, key: u32, level: u32): void {
  const links = linksAt(node, level);
  const width = degreeOf(level);
  lock(lockAt(node));
  let count: u32 = 0;
  for (; count < width; count++) {
    const neighbour = load<u32>(links + (<usize>count << 2));
    if (neighbour == NONE || neighbour == newcomer) break;
  }
  if (count < width) {
    if (load<u32>(links + (<usize>count << 2)) == NONE) {
      if (count + 1 < width) store<u32>(links + (<usize>(count + 1) << 2), NONE);
      store<u32>(links + (<usize>count << 2), newcomer);
    }
  } else {
    // The heap's memory is free while building.
    store<u64>(heap, entryOf(key, newcomer));
    const row = nodeTarget(node, codeBytes);
    for (let i: u32 = 0; i < width; i++) {
      const neighbour = load<u32>(links + (<usize>i << 2));
      insert(heap, i + 1, width + 1, entryOf(fullKeyTo(row, neighbour), neighbour));
    }
    countComputations(width);
    writeChosen(links, select(heap, width + 1, width, node), width);
  }
  unlock(lockAt(node));
}
