// Exact search that skips most of the vectors: bounds of all distances from coarse sketches, better bounds for
// what they let pass from fine sketches, and the vectors of the little that is left.
//
// Filter and refine with lower bounds is as old as the VA-file (Weber, Schek and Blott, VLDB 1998), and that no
// order of refining computes fewer distances than the order of the bounds is Seidl and Kriegel (SIGMOD 1998).
// Deviations: memory likes its own order better than that of the bounds, so only the first few are taken
// by bound, which gives a k-th neighbour near the final one; everything else is sifted in the order of slots,
// and what passes is gathered, its bytes are read ahead, and compared. n slots cost n coarse sketches; how many
// pass is the data's affair (a percent at 32 bytes on Fashion-MNIST), and always all that must.

import { pairSums, productsOf } from '../byte-products';
import { compareForSearching, countComputations, distance } from '../distance';
import { entryOf, keyIn, keyOf, slotOf } from '../entry';
import {
  biasesOf, BLOCK_SLOTS, heap, isAllowed, isLinked, isLive, pool, query, sketchesOf, slotList, vectorAt,
  vectorStride,
} from '../layout';
import { insert } from '../pool';
import { keepWarm, touch, touchVector } from '../touch';
import { bytesOf, COARSE, FINE } from './model';
import { codesOf, poolOf, queryOf, setSize, sizeOf, thresholdOf, vectorOf, weightOf } from './query';
import { fineAt, fineBiasAt, isUnbounded } from './sketch';

/** Slots that pass the coarse sketches and are looked at together: enough to read ahead, few enough to stay cached. */
const GATHERED_MAX: u32 = 256;
/** The slots with the best bounds that give the first k-th neighbour, beyond k. */
const PROMISING: u32 = 24;

/**
 * Coarse sketches are read this far ahead of their use, a page, because processors stop fetching ahead at its end
 * (GloVe, 340,000 of 64 bytes: 4.4 to 4.0 ms a search). What follows a block's sketches is longer.
 */
const AHEAD: usize = 4096;

/** Writes the coarse bounds of a block's slots, a float each. */
function boundBlock(at: usize, block: u32, into: usize): void {
  const bytes = bytesOf(COARSE);
  const codes = codesOf(at, COARSE);
  const weight = f32x4.splat(weightOf(at, COARSE));
  const pairs = pairSums();
  let warm = i32x4.splat(0);
  let sketch = sketchesOf(block);
  let bias = biasesOf(block);
  const end = into + BLOCK_SLOTS * 4;
  while (into < end) {
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    let code = codes;
    const next = sketch + (bytes << 4);
    while (sketch < next) {
      const querys = v128.load32_splat(code);
      warm = v128.or(warm, v128.load64_zero(sketch, AHEAD));
      s0 = i32x4.add(s0, productsOf(querys, v128.load(sketch), pairs));
      s1 = i32x4.add(s1, productsOf(querys, v128.load(sketch, 16), pairs));
      s2 = i32x4.add(s2, productsOf(querys, v128.load(sketch, 32), pairs));
      s3 = i32x4.add(s3, productsOf(querys, v128.load(sketch, 48), pairs));
      sketch += 64;
      code += 4;
    }
    v128.store(into, f32x4.sub(f32x4.mul(v128.load(bias), weight), f32x4.convert_i32x4_s(s0)));
    v128.store(into, f32x4.sub(f32x4.mul(v128.load(bias, 16), weight), f32x4.convert_i32x4_s(s1)), 16);
    v128.store(into, f32x4.sub(f32x4.mul(v128.load(bias, 32), weight), f32x4.convert_i32x4_s(s2)), 32);
    v128.store(into, f32x4.sub(f32x4.mul(v128.load(bias, 48), weight), f32x4.convert_i32x4_s(s3)), 48);
    into += 64;
    bias += 64;
  }
  keepWarm(i32x4.extract_lane(warm, 0));
}

/** The fine bound of a slot. */
@inline function fineBound(at: usize, slot: u32): f32 {
  let sketch = fineAt(slot);
  let code = codesOf(at, FINE);
  const pairs = pairSums();
  const end = sketch + bytesOf(FINE);
  let s = i32x4.splat(0);
  while (sketch < end) {
    s = i32x4.add(s, productsOf(v128.load(code), v128.load(sketch), pairs));
    sketch += 16;
    code += 16;
  }
  const sum = i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3);
  return load<f32>(fineBiasAt(slot)) * weightOf(at, FINE) - <f32>sum;
}

/** Whether the slot may be answered and has a sketch; others are compared by other means, or not at all. */
@inline function isAsked(slot: u32, filtered: bool): bool {
  return isLinked(slot) && isLive(slot) && (!filtered || isAllowed(slot));
}

/** The distance that a slot must not exceed to be answered. */
@inline function limitOf(at: usize, k: u32): f32 {
  if (sizeOf(at) < k) return Infinity;
  const key = keyIn(load<u64>(poolOf(at) + (<usize>(k - 1) << 3)));
  return reinterpret<f32>((key & 0x80000000) != 0 ? key ^ 0x80000000 : ~key);
}

/** Compares a slot by its vector. Answers whether it is among the k nearest so far. */
@inline function offer(at: usize, slot: u32, k: u32): bool {
  const entries = poolOf(at);
  const size = sizeOf(at);
  const entry = entryOf(keyOf(distance(vectorOf(at), vectorAt(slot))), slot);
  if (size == k && entry >= load<u64>(entries + (<usize>(k - 1) << 3))) return false;
  insert(entries, size, k, entry);
  if (size < k) setSize(at, size + 1);
  return true;
}

/**
 * Answers the k nearest of the asked slots of some blocks for the first `queries` of the batch, each into its
 * own pool, which keeps what other blocks have given. The blocks fit the heap's memory, a float for each slot.
 */
export function searchBlocks(queries: u32, from: u32, to: u32, k: u32, filtered: bool): void {
  compareForSearching();
  for (let ordinal: u32 = 0; ordinal < queries; ordinal++) {
    const at = queryOf(ordinal);
    for (let block = from; block < to; block++) {
      boundBlock(at, block, heap + <usize>(block - from) * BLOCK_SLOTS * 4);
    }
    if (sizeOf(at) < k) comparePromising(at, from, to, k, filtered);
    sift(at, from, to, k, filtered);
  }
}

/** Compares the slots with the best bounds, so that a good k-th neighbour is known. */
function comparePromising(at: usize, from: u32, to: u32, k: u32, filtered: bool): void {
  // The lane's own pool is free: an answer is copied there only in the end.
  const most = k + PROMISING;
  let size: u32 = 0;
  let bound: f32 = Infinity;
  const slots = (to - from) * BLOCK_SLOTS;
  const first = from * BLOCK_SLOTS;
  for (let i: u32 = 0; i < slots; i += 4) {
    const bounds = v128.load(heap + (<usize>i << 2));
    let passing = i32x4.bitmask(f32x4.lt(bounds, f32x4.splat(bound)));
    while (passing != 0) {
      const j = i + ctz(passing);
      passing &= passing - 1;
      const value = load<f32>(heap + (<usize>j << 2));
      if (value >= bound || isUnbounded(value) || !isAsked(first + j, filtered)) continue;
      insert(pool, size, most, entryOf(keyOf(value), j));
      if (size < most) size += 1;
      if (size == most) {
        const key = keyIn(load<u64>(pool + (<usize>(most - 1) << 3)));
        bound = reinterpret<f32>((key & 0x80000000) != 0 ? key ^ 0x80000000 : ~key);
      }
    }
  }
  let warm: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    warm += touchVector(vectorAt(first + slotOf(load<u64>(pool + (<usize>i << 3)))), vectorStride);
  }
  keepWarm(warm);
  for (let i: u32 = 0; i < size; i++) {
    const j = slotOf(load<u64>(pool + (<usize>i << 3)));
    offer(at, first + j, k);
    // It has been compared; no threshold lets it pass again.
    store<f32>(heap + (<usize>j << 2), Infinity);
  }
  countComputations(size);
}

/** Compares every slot whose bound does not rule it out. */
function sift(at: usize, from: u32, to: u32, k: u32, filtered: bool): void {
  const slots = (to - from) * BLOCK_SLOTS;
  const first = from * BLOCK_SLOTS;
  let threshold = thresholdOf(at, COARSE, limitOf(at, k));
  let count: u32 = 0;
  for (let i: u32 = 0; i < slots; i += 16) {
    const bounds = heap + (<usize>i << 2);
    const limit = f32x4.splat(threshold);
    const near0 = f32x4.le(v128.load(bounds), limit);
    const near1 = f32x4.le(v128.load(bounds, 16), limit);
    const near2 = f32x4.le(v128.load(bounds, 32), limit);
    const near3 = f32x4.le(v128.load(bounds, 48), limit);
    let passing = i8x16.bitmask(
      i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(near0, near1), i16x8.narrow_i32x4_s(near2, near3)),
    );
    while (passing != 0) {
      const j = i + ctz(passing);
      passing &= passing - 1;
      if (!isAsked(first + j, filtered)) continue;
      if (load<f32>(heap + (<usize>j << 2)) == Infinity) continue;
      store<u32>(slotList + (<usize>count << 2), first + j);
      count += 1;
    }
    if (count > GATHERED_MAX - 16) {
      if (compareGathered(at, count, k)) threshold = thresholdOf(at, COARSE, limitOf(at, k));
      count = 0;
    }
  }
  compareGathered(at, count, k);
}

/** Compares the slots of the lane's list that their fine sketches do not rule out. Answers whether the k-th neighbour changed. */
function compareGathered(at: usize, count: u32, k: u32): bool {
  if (bytesOf(FINE) != 0) count = siftFine(at, count, thresholdOf(at, FINE, limitOf(at, k)));
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    warm += touchVector(vectorAt(load<u32>(slotList + (<usize>i << 2))), vectorStride);
  }
  keepWarm(warm);
  let changed = false;
  for (let i: u32 = 0; i < count; i++) {
    if (offer(at, load<u32>(slotList + (<usize>i << 2)), k)) changed = true;
  }
  countComputations(count);
  return changed;
}

/** Keeps the slots of the list whose fine bounds are within the threshold. Answers their number. */
function siftFine(at: usize, count: u32, threshold: f32): u32 {
  const bytes = bytesOf(FINE);
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    warm += touch(fineAt(load<u32>(slotList + (<usize>i << 2))), bytes);
  }
  keepWarm(warm);
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(slotList + (<usize>i << 2));
    if (fineBound(at, slot) > threshold) continue;
    store<u32>(slotList + (<usize>kept << 2), slot);
    kept += 1;
  }
  return kept;
}

/** Copies a query of the batch and its answer into the lane. Answers the number of entries in the lane's pool. */
export function takeAnswer(ordinal: u32): u32 {
  const at = queryOf(ordinal);
  const size = sizeOf(at);
  memory.copy(query, vectorOf(at), vectorStride);
  memory.copy(pool, poolOf(at), <usize>size << 3);
  return size;
}

