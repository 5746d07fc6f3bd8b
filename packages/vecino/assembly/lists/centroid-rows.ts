// The rows of centroids: seven bits a dimension, counted from the least of all lists in each, so that a dimension in
// which all are alike costs nothing. The coordinate that records have beyond the query by inner product can be many
// times as wide as all others: it is left out of the rows, and counted by itself where vectors are assigned. A query
// or a vector becomes a signed byte a dimension and is compared with sixteen lists at once: their rows lie together,
// four dimensions of each in turn, so that one load of four bytes serves four registers and every lane of a sum
// belongs to one list.

import {
  centroidAt, centroidBeyondAt, centroidCodeAt, centroidNormAt, centroidOrigin, extra, projection, reduced,
} from './layout';
import { centroidStep, listCount, setCentroidStep } from './state';

const CODE_MAX: f32 = 127;
const TARGET_MAX: f32 = 127;

/** Makes the rows of all centroids. */
export function codeCentroids(): void {
  const count = listCount();
  const bytes = <usize>reduced << 2;
  let most = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    let low = f32x4.splat(Infinity);
    let high = f32x4.splat(-Infinity);
    for (let list: u32 = 0; list < count; list++) {
      const value = v128.load(centroidAt(list) + at);
      low = f32x4.pmin(low, value);
      high = f32x4.pmax(high, value);
    }
    v128.store(centroidOrigin + at, low);
    const width = f32x4.sub(high, low);
    most = f32x4.pmax(most, hasBeyond() ? v128.andnot(width, beyondMask(at)) : width);
  }
  const range = largestOf(most);
  setCentroidStep(range > 0 ? range / CODE_MAX : 1);
  for (let list: u32 = 0; list < count; list++) codeCentroid(list);
}

/** Makes the row of one centroid, by the range of all. */
export function codeCentroid(list: u32): void {
  const step = centroidStep();
  const centroid = centroidAt(list);
  let norm: f32 = 0;
  for (let i: u32 = 0; i < reduced; i++) {
    const above = load<f32>(centroid + (<usize>i << 2)) - load<f32>(centroidOrigin + (<usize>i << 2));
    if (hasBeyond() && i == extra) {
      store<u8>(centroidCodeAt(list, i), 0);
      continue;
    }
    const code = nearest(min(max(above / step, 0), CODE_MAX));
    store<u8>(centroidCodeAt(list, i), <u8>code);
    norm += code * code;
  }
  store<f32>(centroidNormAt(list), norm * step * step);
  if (hasBeyond()) store<f32>(centroidBeyondAt(list), load<f32>(centroid + (<usize>extra << 2)));
}

/** Whether vectors have a coordinate that queries lack, and that lies in one place. */
@inline export function hasBeyond(): bool {
  return projection == 0 && extra < reduced;
}

/** All bits of that coordinate, if it is one of the four at an offset of a vector. */
@inline function beyondMask(at: usize): v128 {
  const place = <i32>extra - <i32>(at >> 2);
  return i32x4.eq(i32x4(0, 1, 2, 3), i32x4.splat(place));
}

/** What that coordinate adds to the squared distances of a vector from four centroids. */
@inline export function squaresBeyond(beyond: v128, centroids: usize): v128 {
  const miss = f32x4.sub(beyond, v128.load(centroids));
  return f32x4.mul(miss, miss);
}

/** The squared length of the vector that was written last, from the origin of the rows where it was taken from there. */
export let targetSquare: f32 = 0;

/**
 * Writes a vector as a signed byte a dimension.
 *
 * @param moved whether it is taken from the origin of the rows, as distances ask for, and products do not
 * @returns what the sum of products of bytes is to be multiplied with to be -2 times the product of vector and centroid
 */
export function writeTarget(vector: usize, to: usize, moved: bool): f32 {
  let most = f32x4.splat(0);
  let square = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>reduced << 2; i += 16) {
    const value = valueOf(vector, i, moved);
    most = f32x4.pmax(most, f32x4.abs(value));
    square = f32x4.add(square, f32x4.mul(value, value));
  }
  targetSquare =
    f32x4.extract_lane(square, 0) + f32x4.extract_lane(square, 1) +
    f32x4.extract_lane(square, 2) + f32x4.extract_lane(square, 3);
  const largest = largestOf(most);
  const scale = largest > 0 ? TARGET_MAX / largest : 1;
  const scales = f32x4.splat(scale);
  for (let i: usize = 0; i < reduced; i += 4) {
    const scaled = f32x4.mul(valueOf(vector, i << 2, moved), scales);
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled));
    const words = i16x8.narrow_i32x4_s(whole, whole);
    v128.store32_lane(to + i, i8x16.narrow_i16x8_s(words, words), 0);
  }
  return -2 * centroidStep() / scale;
}

@inline function valueOf(vector: usize, at: usize, moved: bool): v128 {
  const value = v128.load(vector + at);
  const from = moved ? f32x4.sub(value, v128.load(centroidOrigin + at)) : value;
  return hasBeyond() ? v128.andnot(from, beyondMask(at)) : from;
}

@inline export function largestOf(values: v128): f32 {
  return max(
    max(f32x4.extract_lane(values, 0), f32x4.extract_lane(values, 1)),
    max(f32x4.extract_lane(values, 2), f32x4.extract_lane(values, 3)),
  );
}

/** The products of a vector and four centroids, times -2. */
@inline export function scaled(sums: v128, units: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sums), units);
}

/** The squared distances of a vector from four centroids, but for what is the same for all. */
@inline export function distancesOf(sums: v128, units: v128, norms: usize): v128 {
  return f32x4.add(scaled(sums, units), v128.load(norms));
}
