// Ranking: which lists are nearest to a query. Centroids are compared by rows of seven bits a dimension, a third of
// the time of 32-bit floats; an error moves a list by a place or two at the end of those that are probed. For the same
// reason lists are brought in order by counting how many have distances of about the same size, which takes three
// passes over them and no comparisons.

import { dot, sum } from '../distance';
import { metric } from '../layout';
import {
  centroidAt, centroidCodeAt, centroidNormAt, centroidRowBytes, centroidRowsAt, centroidTarget, listQuery, RANK_BINS,
  rankBinAt, rankDistanceAt, rankOrderAt, rankPlaceAt, reduced, ROW_GROUP,
} from './layout';
import { centroidOffset, centroidStep, listCount, setCentroidRange } from './state';

const CODE_MAX: f32 = 127;
const TARGET_MAX: f32 = 127;

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
  let norm: f32 = 0;
  for (let i: u32 = 0; i < reduced; i++) {
    const code = nearest(min(max((load<f32>(centroid + (<usize>i << 2)) - offset) / step, 0), CODE_MAX));
    store<u8>(centroidCodeAt(list, i), <u8>code);
    const value = offset + code * step;
    norm += value * value;
  }
  store<f32>(centroidNormAt(list), norm);
}

/** What all ranks lack of squared distances. */
let same: f32 = 0;
/** The squared distance of the list that was asked for last, as far as rows can tell. */
export let rankedSquare: f32 = 0;

/** Of four signed bytes a lane and four of seven bits, the sum of their products. */
@inline function productsOf(t: v128, rows: v128): v128 {
  if (isDefined(RELAXED)) return i32x4.extadd_pairwise_i16x8_s(v128.relaxed_dot<i16>(t, rows));
  const low = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_low_i8x16_s(t, rows));
  const high = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_high_i8x16_s(t, rows));
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
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
  same = dot(listQuery, listQuery, reduced) - 2 * centroidOffset() * sumOfQuery();
  return scale;
}

function sumOfQuery(): f32 {
  let total = f32x4.splat(0);
  for (let i: u32 = 0; i < reduced; i += 4) total = f32x4.add(total, v128.load(listQuery + (i << 2)));
  return sum(total);
}

/** Ranks the first `count` lists by the lane's query, as far as `most` of them will be asked for by `rankedList`. */
export function rankLists(most: u32, count: u32): void {
  const scale = centroidTargetOfQuery();
  measureLists(<f32>-2 * centroidStep() / scale, count);
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
    v128.store(into, distancesOf(s0, units, norms));
    v128.store(into, distancesOf(s1, units, norms + 16), 16);
    v128.store(into, distancesOf(s2, units, norms + 32), 32);
    v128.store(into, distancesOf(s3, units, norms + 48), 48);
  }
}

/** By inner product lengths do not count, and the offset of the codes adds the same to every list. */
@inline function distancesOf(sums: v128, units: v128, norms: usize): v128 {
  const products = f32x4.mul(f32x4.convert_i32x4_s(sums), units);
  return metric == 0 ? f32x4.add(products, v128.load(norms)) : products;
}

/** The list at place `i`. */
export function rankedList(i: u32): u32 {
  const list = <u32>load<u16>(rankOrderAt(i));
  rankedSquare = load<f32>(rankDistanceAt(list)) + same;
  return list;
}
