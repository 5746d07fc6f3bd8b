// Ranking: which lists are nearest to a query. Centroids are compared by their rows, a fifth of the time of 32-bit
// floats; an error moves a list by a place or two at the end of those that are probed. For the same reason lists are
// brought in order by counting how many have distances of about the same size, which takes three passes over them and
// no comparisons.

import { metric } from '../layout';
import { distancesOf, productsOf, scaled, targetSquare, writeTarget } from './centroid-rows';
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
  let least: f32 = Infinity;
  let largest: f32 = -Infinity;
  for (let list: u32 = 0; list < count; list++) {
    const far = load<f32>(rankDistanceAt(list));
    least = min(least, far);
    largest = max(largest, far);
  }
  const bins = largest > least ? <f32>(RANK_BINS - 1) / (largest - least) : 0;
  memory.fill(rankPlaceAt(0), 0, <usize>RANK_BINS << 1);
  for (let list: u32 = 0; list < count; list++) {
    const bin = <u32>((load<f32>(rankDistanceAt(list)) - least) * bins);
    store<u16>(rankBinAt(list), <u16>bin);
    store<u16>(rankPlaceAt(bin), <u16>(load<u16>(rankPlaceAt(bin)) + 1));
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
  for (let list: u32 = 0; list < count; list++) {
    const bin = load<u16>(rankBinAt(list));
    if (bin >= wanted) continue;
    const at = load<u16>(rankPlaceAt(bin));
    store<u16>(rankPlaceAt(bin), <u16>(at + 1));
    store<u16>(rankOrderAt(at), <u16>list);
  }
}

/** Leaves the distances of all lists, but for what is the same for all; `unit` is that of the products of bytes. */
function measureLists(unit: f32, count: u32): void {
  const units = f32x4.splat(unit);
  const bytes = centroidRowBytes * ROW_GROUP;
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
      s0 = i32x4.add(s0, productsOf(target, v128.load(rows)));
      s1 = i32x4.add(s1, productsOf(target, v128.load(rows, 16)));
      s2 = i32x4.add(s2, productsOf(target, v128.load(rows, 32)));
      s3 = i32x4.add(s3, productsOf(target, v128.load(rows, 48)));
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
