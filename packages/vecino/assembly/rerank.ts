// Reranking: the exact distance to the best of what a walk over codes has found. Shared by all families.

import { countComputations } from './distance';
import { entryOf, slotOf } from './entry';
import { heap, pool, vectorAt } from './layout';
import { keyOfOriginal } from './original';
import { insert } from './pool';

/** Replaces the pool by its first `count` entries with exact keys, sorted. Answers their number. */
export function rerank(size: u32, count: u32): u32 {
  if (count > size) count = size;
  // Touching the rows first lets the processor fetch them side by side.
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) warm += load<u8>(vectorAt(slotOf(load<u64>(pool + (<usize>i << 3)))));
  touched = warm;
  for (let i: u32 = 0; i < count; i++) {
    const slot = slotOf(load<u64>(pool + (<usize>i << 3)));
    insert(heap, i, count, entryOf(keyOfOriginal(slot), slot));
  }
  memory.copy(pool, heap, <usize>count << 3);
  countComputations(count);
  return count;
}

let touched: u32 = 0;
