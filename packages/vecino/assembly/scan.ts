// Exact search: the distance from the lane's query to each slot of a range or list, the nearest kept in the
// lane's pool. The caller cuts long scans into several calls, because a loop that runs long in its first
// call would stay in the engine's baseline compiler.

import { compareForSearching, countComputations } from './distance';
import { entryOf } from './entry';
import { isAllowed, isLive, pool, slotList } from './layout';
import { keyOfOriginal, prepareOriginals } from './original';
import { holds, insert } from './pool';

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

/** Live slots of the lane's bitmap within a range. Answers the size of the pool. */
export function scanAllowed(from: u32, to: u32, size: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let computed: u32 = 0;
  for (let slot = from; slot < to; slot++) {
    if (!isAllowed(slot) || !isLive(slot)) continue;
    size = offer(slot, size, k);
    computed += 1;
  }
  countComputations(computed);
  return size;
}

/** Live slots of the lane's list, those of its bitmap only if `filtered`. Answers the size of the pool. */
export function scanList(count: u32, filtered: bool, size: u32, k: u32): u32 {
  compareForSearching();
  prepareOriginals();
  let computed: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(slotList + (<usize>i << 2));
    if (!isLive(slot) || (filtered && !isAllowed(slot))) continue;
    size = offer(slot, size, k);
    computed += 1;
  }
  countComputations(computed);
  return size;
}
