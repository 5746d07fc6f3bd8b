// Ranking: which lists are nearest to a query. Centroids are compared by their rows, a fifth of the time of 32-bit
// floats; an error moves a list by a place or two at the end of those that are probed. For the same reason lists are
// brought in order by counting how many have distances of about the same size, which takes three passes over them and
// no comparisons.

import { pairSums, productsOf } from '../byte-products';
import { metric } from '../layout';
import { distancesOf, largestOf, scaled, targetSquare, writeTarget } from './centroid-rows';
import {
  centroidNormAt, centroidRowBytes, centroidRowsAt, centroidTarget, listQuery, RANK_BINS, rankBinAt, rankDistanceAt,
  rankOrderAt, rankPlaceAt, ROW_GROUP,
} from './layout';

/** What all ranks lack of squared distances. */
let same: f32 = 0;
/** The squared distance of the list that was asked for last, as far as rows can tell; nothing by inner product. */
export let rankedSquare: f32 = 0;

/** Ranks the first `count` lists by the lane's query, as far as `most` of them will be asked for by `rankedList`. */
export function rankLists(most: u32, count: u32): void {
  measureLists(writeTarget(listQuery, centroidTarget, metric == 0), count);
  same = targetSquare;
  const least = leastRank(count);
  const largest = largestRank;
  const bins = largest > least ? <f32>(RANK_BINS - 1) / (largest - least) : 0;
  const leasts = f32x4.splat(least);
  const factors = f32x4.splat(bins);
  for (let list: u32 = 0; list < count; list += 8) {
    const at = rankDistanceAt(list);
    const low = i32x4.trunc_sat_f32x4_u(f32x4.mul(f32x4.sub(v128.load(at), leasts), factors));
    const high = i32x4.trunc_sat_f32x4_u(f32x4.mul(f32x4.sub(v128.load(at, 16), leasts), factors));
    v128.store(rankBinAt(list), i16x8.narrow_i32x4_u(low, high));
  }
  memory.fill(rankPlaceAt(0), 0, <usize>RANK_BINS << 1);
  for (let list: u32 = 0; list < count; list++) {
    const bin = rankPlaceAt(load<u16>(rankBinAt(list)));
    store<u16>(bin, <u16>(load<u16>(bin) + 1));
  }
  // The place of the first list of each bin, as far as lists are wanted.
  let place: u32 = 0;
  let wanted: u32 = 0;
  while (place < most) {
    const size = load<u16>(rankPlaceAt(wanted));
    store<u16>(rankPlaceAt(wanted), <u16>place);
    place += size;
    wanted += 1;
  }
  const ends = i16x8.splat(<i16>wanted);
  for (let first: u32 = 0; first < count; first += 8) {
    let near = i16x8.bitmask(i16x8.lt_u(v128.load(rankBinAt(first)), ends));
    if (first + 8 > count) near &= (1 << (count - first)) - 1;
    for (; near != 0; near &= near - 1) {
      const list = first + <u32>ctz(near);
      const bin = rankPlaceAt(load<u16>(rankBinAt(list)));
      const at = load<u16>(bin);
      store<u16>(bin, <u16>(at + 1));
      store<u16>(rankOrderAt(at), <u16>list);
    }
  }
}

/** The largest of the distances that `leastRank` has seen. */
let largestRank: f32 = 0;

/** The least distance of the first `count` lists. */
function leastRank(count: u32): f32 {
  const whole = count & ~3;
  let low = f32x4.splat(Infinity);
  let high = f32x4.splat(-Infinity);
  for (let list: u32 = 0; list < whole; list += 4) {
    const far = v128.load(rankDistanceAt(list));
    low = f32x4.pmin(low, far);
    high = f32x4.pmax(high, far);
  }
  let least = min(
    min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
  );
  largestRank = largestOf(high);
  for (let list = whole; list < count; list++) {
    const far = load<f32>(rankDistanceAt(list));
    least = min(least, far);
    largestRank = max(largestRank, far);
  }
  return least;
}

/** Leaves the distances of all lists, but for what is the same for all; `unit` is that of the products of bytes. */
function measureLists(unit: f32, count: u32): void {
  const units = f32x4.splat(unit);
  const bytes = centroidRowBytes * ROW_GROUP;
  const pairs = pairSums();
  for (let list: u32 = 0; list < count; list += ROW_GROUP) {
    let rows = centroidRowsAt(list);
    let at = centroidTarget;
    const end = rows + bytes;
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    while (rows < end) {
      const target = v128.load32_splat(at);
      s0 = i32x4.add(s0, productsOf(target, v128.load(rows), pairs));
      s1 = i32x4.add(s1, productsOf(target, v128.load(rows, 16), pairs));
      s2 = i32x4.add(s2, productsOf(target, v128.load(rows, 32), pairs));
      s3 = i32x4.add(s3, productsOf(target, v128.load(rows, 48), pairs));
      rows += 64;
      at += 4;
    }
    const into = rankDistanceAt(list);
    const norms = centroidNormAt(list);
    if (metric == 0) {
      v128.store(into, distancesOf(s0, units, norms));
      v128.store(into, distancesOf(s1, units, norms + 16), 16);
      v128.store(into, distancesOf(s2, units, norms + 32), 32);
      v128.store(into, distancesOf(s3, units, norms + 48), 48);
    } else {
      // By inner product lengths do not count, and the origin of the rows adds the same to every list.
      v128.store(into, scaled(s0, units));
      v128.store(into, scaled(s1, units), 16);
      v128.store(into, scaled(s2, units), 32);
      v128.store(into, scaled(s3, units), 48);
    }
  }
}

/** The list at place `i`. */
export function rankedList(i: u32): u32 {
  const list = <u32>load<u16>(rankOrderAt(i));
  rankedSquare = load<f32>(rankDistanceAt(list)) + same;
  return list;
}
