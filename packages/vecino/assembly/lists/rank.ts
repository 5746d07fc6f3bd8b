// Ranking: which lists are nearest to a query. Centroids are compared by rows of seven bits a dimension, a third of
// the time of 32-bit floats; an error moves a list by a place or two at the end of those that are probed.

import { dot, sum } from '../distance';
import { distanceOf, entryOf, keyIn, keyOf, slotOf } from '../entry';
import { heap, metric } from '../layout';
import { pop, push } from '../heap';
import { insert } from '../pool';
import {
  centroidAt, centroidNormAt, centroidRowAt, centroidRowBytes, centroidTarget, listQuery, ranked, reduced,
} from './layout';
import { centroidOffset, centroidStep, listCount, setCentroidRange } from './state';

const CODE_MAX: f32 = 127;
const TARGET_MAX: f32 = 127;
/** Up to so many lists are kept in order as they come; of more, the nearest are taken from a heap one by one. */
const SORTED_MAX: u32 = 64;

/** Makes the rows of all centroids. */
export function codeCentroids(): void {
  const count = listCount();
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  for (let i: usize = 0; i < <usize>count * reduced; i++) {
    const value = load<f32>(centroidAt(0) + (i << 2));
    low = min(low, value);
    high = max(high, value);
  }
  setCentroidRange(high > low ? (high - low) / CODE_MAX : 1, low);
  for (let list: u32 = 0; list < count; list++) codeCentroid(list);
}

/** Makes the row of one centroid, by the range of all. */
export function codeCentroid(list: u32): void {
  const offset = centroidOffset();
  const step = centroidStep();
  const centroid = centroidAt(list);
  const row = centroidRowAt(list);
  let norm: f32 = 0;
  for (let i: usize = 0; i < reduced; i++) {
    const code = nearest(min(max((load<f32>(centroid + (i << 2)) - offset) / step, 0), CODE_MAX));
    store<u8>(row + i, <u8>code);
    const value = offset + code * step;
    norm += value * value;
  }
  memory.fill(row + reduced, 0, centroidRowBytes - reduced);
  store<f32>(centroidNormAt(list), norm);
}

let sorted: bool = true;
let size: u32 = 0;
/** What all ranks lack of squared distances. */
let same: f32 = 0;
/** The squared distance of the list that was asked for last, as far as rows can tell. */
export let rankedSquare: f32 = 0;

/** The product of 16 signed and 16 seven-bit bytes, in four sums. */
@inline function productOf(t: v128, row: v128): v128 {
  if (isDefined(RELAXED)) return i32x4.extadd_pairwise_i16x8_s(v128.relaxed_dot<i16>(t, row));
  return i32x4.add(
    i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_low_i8x16_s(t, row)),
    i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_high_i8x16_s(t, row)),
  );
}

@inline function sumOf(s: v128): i32 {
  const halves = i32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}

/** Writes the query as a signed byte a dimension; answers the bytes a unit. */
function centroidTargetOfQuery(): f32 {
  let most = f32x4.splat(0);
  for (let i: usize = 0; i < reduced; i += 4) {
    most = f32x4.pmax(most, f32x4.abs(v128.load(listQuery + (i << 2))));
  }
  const largest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  const scale = largest > 0 ? TARGET_MAX / largest : 1;
  const scales = f32x4.splat(scale);
  for (let i: usize = 0; i < reduced; i += 4) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(listQuery + (i << 2)), scales)));
    const words = i16x8.narrow_i32x4_s(whole, whole);
    v128.store32_lane(centroidTarget + i, i8x16.narrow_i16x8_s(words, words), 0);
  }
  memory.fill(centroidTarget + reduced, 0, centroidRowBytes - reduced);
  same = dot(listQuery, listQuery, reduced) - 2 * centroidOffset() * sumOfQuery();
  return scale;
}

function sumOfQuery(): f32 {
  let total = f32x4.splat(0);
  for (let i: u32 = 0; i < reduced; i += 4) total = f32x4.add(total, v128.load(listQuery + (i << 2)));
  return sum(total);
}

/** Ranks the first `count` lists by the lane's query, as far as `probes` of them will be asked for by `rankedList`. */
export function rankLists(probes: u32, count: u32): void {
  const scale = centroidTargetOfQuery();
  const unit = <f32>-2 * centroidStep() / scale;
  sorted = probes <= SORTED_MAX;
  size = 0;
  for (let list: u32 = 0; list < count; list++) {
    let row = centroidRowAt(list);
    let at = centroidTarget;
    const end = row + centroidRowBytes;
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    while (row + 16 < end) {
      s0 = i32x4.add(s0, productOf(v128.load(at), v128.load(row)));
      s1 = i32x4.add(s1, productOf(v128.load(at, 16), v128.load(row, 16)));
      row += 32;
      at += 32;
    }
    if (row < end) s0 = i32x4.add(s0, productOf(v128.load(at), v128.load(row)));
    // The offset of the codes adds the same to every list.
    const norm = metric == 0 ? load<f32>(centroidNormAt(list)) : 0;
    const far = norm + <f32>sumOf(i32x4.add(s0, s1)) * unit;
    const entry = entryOf(keyOf(far), list);
    if (!sorted) {
      size = push(heap, size, entry);
    } else if (size < probes || entry < load<u64>(ranked + (<usize>(probes - 1) << 3))) {
      insert(ranked, size, probes, entry);
      if (size < probes) size += 1;
    }
  }
}

/** The list at place `i`; to be asked for in order. */
export function rankedList(i: u32): u32 {
  const entry = load<u64>(sorted ? ranked + (<usize>i << 3) : heap);
  if (!sorted) size = pop(heap, size);
  rankedSquare = distanceOf(keyIn(entry)) + same;
  return slotOf(entry);
}
