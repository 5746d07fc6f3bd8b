// Exact search: the distance from the lane's query to each slot of a range or list, the nearest kept in the
// lane's pool. The caller cuts long scans into several calls, because a loop that runs long in its first
// call would stay in the engine's baseline compiler.
//
// Where slots are left out, the processor does not foresee which vector comes next: comparing with every second
// one of 60,000 × 384 took twice as long as with all of them. So those that are wanted are gathered, and every
// cache line of a group is read before its first distance.

import { compareForSearching, countComputations } from './distance';
import { entryOf } from './entry';
import { gathered, isAllowed, isLive, pool, slotList, vectorAt, vectorStride } from './layout';
import { keyOfOriginal, prepareOriginals } from './original';
import { holds, insert } from './pool';
import { keepWarm, touchVector } from './touch';

/** Offers one slot to the pool unless it is there already, and answers the pool's new size. */
@inline function offer(slot: u32, size: u32, k: u32): u32 {
  const entry = entryOf(keyOfOriginal(slot), slot);
  if (size == k && entry >= load<u64>(pool + (<usize>(k - 1) << 3))) return size;
  if (holds(pool, size, entry)) return size;
  insert(pool, size, k, entry);
  return size < k ? size + 1 : k;
}

/** Live slots of `from` (included) to `to` (excluded). Answers the size of the pool. */
export function scanRange(from: u32, to: u32, size: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let computed: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isLive(slot)) continue;
    size = offer(slot, size, k);
    computed += 1;
  }
  countComputations(computed);
  return size;
}

/**
 * The same, where nearly all are in the bitmap: comparing with every live slot in passing is quicker than leaving
 * some out.
 */
export function scanMostAllowed(from: u32, to: u32, before: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let size = before;
  let computed: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isLive(slot)) continue;
    computed += 1;
    const entry = entryOf(keyOfOriginal(slot), slot);
    if (size == k && entry >= load<u64>(pool + (<usize>(k - 1) << 3))) continue;
    if (!isAllowed(slot)) continue;
    insert(pool, size, k, entry);
    if (size < k) size += 1;
  }
  countComputations(computed);
  return size;
}

/** Slots that are gathered before they are compared. */
const GROUP: u32 = 8;

/** Offers the first `count` of the lane's gathered slots. Answers the size of the pool. */
function offerGathered(count: u32, before: u32, k: u32): u32 {
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    warm += touchVector(vectorAt(load<u32>(gathered + (<usize>i << 2))), vectorStride);
  }
  keepWarm(warm);
  let size = before;
  for (let i: u32 = 0; i < count; i++) size = offer(load<u32>(gathered + (<usize>i << 2)), size, k);
  countComputations(count);
  return size;
}

/** Live slots of the lane's bitmap within a range. Answers the size of the pool. */
export function scanAllowed(from: u32, to: u32, before: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let size = before;
  let count: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isAllowed(slot) || !isLive(slot)) continue;
    store<u32>(gathered + (<usize>count << 2), slot);
    count += 1;
    if (count < GROUP) continue;
    size = offerGathered(count, size, k);
    count = 0;
  }
  return offerGathered(count, size, k);
}

/** Live slots of the lane's list, those of its bitmap only if `filtered`. Answers the size of the pool. */
export function scanList(length: u32, filtered: bool, before: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let size = before;
  let count: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const slot = load<u32>(slotList + (<usize>i << 2));
    if (!isLive(slot) || (filtered && !isAllowed(slot))) continue;
    store<u32>(gathered + (<usize>count << 2), slot);
    count += 1;
    if (count < GROUP) continue;
    size = offerGathered(count, size, k);
    count = 0;
  }
  return offerGathered(count, size, k);
}
