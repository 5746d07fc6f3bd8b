// Reranking: the exact distance to the best of what a walk over codes has found. Shared by all families.
//
// In two steps, each of which leaves out what lies surely behind the k-th: from coarse keys to whole codes, from
// these to vectors. An error of rounding is a fixed number of codes in the distance (not its square), whatever
// the dimension, so one margin serves all data. Before, the best 30 were compared by vector: a fifth of the time of
// a search of ten among 784 dimensions. Now it is 10 to 13 of them, and recall is the same or better,
// because more than 30 get the chance.

import { countComputations } from './distance';
import { entryOf, keyIn, slotOf } from './entry';
import { halfBytes, heap, lowAt, ON_DISK, originals, pool, vectorAt, vectorStride, walkTarget } from './layout';
import { keyOfOriginal } from './original';
import { insert } from './pool';
import { codeDistance } from './sq8';
import { keepWarm, touch, touchVector } from './touch';

/**
 * How many codes behind the k-th a distance must be to be surely beyond it. A coarse one errs by 4.6, but by more
 * where remainders are alike, as among the black and white pixels of Fashion-MNIST: 16 cost .005 there, 24 .001.
 */
const COARSE_MARGIN: f64 = 40;
/** The same for whole codes, which err by some 0.4. */
const CODE_MARGIN: f64 = 2;

/** How many of `count` sorted entries are not surely behind the k-th. */
function within(list: usize, count: u32, k: u32, margin: f64): u32 {
  if (k >= count) return count;
  const reach = sqrt<f64>(<f64>keyIn(load<u64>(list + (<usize>(k - 1) << 3)))) + margin;
  const limit = <u64>(reach * reach) << 32;
  let end = k;
  while (end < count && load<u64>(list + (<usize>end << 3)) < limit) end += 1;
  return end;
}

/**
 * Sorts the first entries of the pool, as a walk for the lane's walk target left it, by whole codes. Their low halves
 * are touched first: without, they were 13 % of a build.
 */
export function refine(count: u32): void {
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    warm += touch(lowAt(slotOf(load<u64>(pool + (<usize>i << 3)))), halfBytes);
  }
  keepWarm(warm);
  for (let i: u32 = 0; i < count; i++) {
    const slot = slotOf(load<u64>(pool + (<usize>i << 3)));
    insert(heap, i, count, entryOf(codeDistance(walkTarget, slot), slot));
  }
  memory.copy(pool, heap, <usize>count << 3);
  countComputations(count);
}

/**
 * Replaces the pool, as a walk for the lane's query left it, by entries with exact keys, sorted: at least the best
 * k, at most `most`, which is no less. Where vectors are on disk, the keys are those of whole codes, and the
 * caller reads and compares. Answers their number.
 */
export function rerank(size: u32, most: u32, k: u32): u32 {
  const refined = within(pool, size, k, COARSE_MARGIN);
  refine(refined);
  if (originals == ON_DISK) return refined;
  const exact = within(pool, min(refined, most), k, CODE_MARGIN);
  let warm: u32 = 0;
  for (let i: u32 = 0; i < exact; i++) {
    warm += touchVector(vectorAt(slotOf(load<u64>(pool + (<usize>i << 3)))), vectorStride);
  }
  keepWarm(warm);
  for (let i: u32 = 0; i < exact; i++) {
    const slot = slotOf(load<u64>(pool + (<usize>i << 3)));
    insert(heap, i, exact, entryOf(keyOfOriginal(slot), slot));
  }
  memory.copy(pool, heap, <usize>exact << 3);
  countComputations(exact);
  return exact;
}
