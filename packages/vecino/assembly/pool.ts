// A pool is a sorted array of entries, nearest first, of bounded size. It is both the list of candidates
// and the result of a walk. Insertion starts at the far end, where most newcomers land; up to some hundred
// entries this beats a heap (measured by the first prototype).

/**
 * Inserts an entry that is known to belong into the pool (there is room, or it is nearer than the last) and
 * not to be in it. Answers its position.
 */
@inline export function insert(pool: usize, size: u32, capacity: u32, entry: u64): u32 {
  let at = pool + (<usize>(size < capacity ? size : capacity - 1) << 3);
  while (at > pool) {
    const before = load<u64>(at - 8);
    if (before < entry) break;
    store<u64>(at, before);
    at -= 8;
  }
  store<u64>(at, entry);
  return <u32>((at - pool) >> 3);
}

/** Whether an entry with this slot and distance is in the pool, expanded or not. */
export function holds(pool: usize, size: u32, entry: u64): bool {
  let low: u32 = 0;
  let high = size;
  const wanted = entry | 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((load<u64>(pool + (<usize>middle << 3)) | 1) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < size && (load<u64>(pool + (<usize>low << 3)) | 1) == wanted;
}
