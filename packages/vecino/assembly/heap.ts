// A binary min-heap of entries: the candidates of a filtered walk, of which there can be many more than
// results.

/** Adds an entry; the caller knows that there is room. Answers the new size. */
export function push(heap: usize, size: u32, entry: u64): u32 {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = load<u64>(heap + (<usize>parent << 3));
    if (above <= entry) break;
    store<u64>(heap + (<usize>at << 3), above);
    at = parent;
  }
  store<u64>(heap + (<usize>at << 3), entry);
  return size + 1;
}

/** Removes the nearest entry, which the caller has read at the heap's start. Answers the new size. */
export function pop(heap: usize, size: u32): u32 {
  const last = size - 1;
  const moved = load<u64>(heap + (<usize>last << 3));
  let at: u32 = 0;
  for (;;) {
    let child = (at << 1) + 1;
    if (child >= last) break;
    let below = load<u64>(heap + (<usize>child << 3));
    if (child + 1 < last) {
      const right = load<u64>(heap + (<usize>(child + 1) << 3));
      if (right < below) {
        below = right;
        child += 1;
      }
    }
    if (below >= moved) break;
    store<u64>(heap + (<usize>at << 3), below);
    at = child;
  }
  store<u64>(heap + (<usize>at << 3), moved);
  return last;
}
