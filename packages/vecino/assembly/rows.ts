// Codes of a byte a dimension in one piece (SQ8): what is compared when a list's codes have left a vector in the
// running. Origin and scale are those of `sq8.ts`.
//
// A target is the query as 16-bit integers. By Euclidean distance they are in the unit of the codes, and the key is
// the squared distance in that unit. By inner product they are scaled to use their bits, and the key is the
// product, turned round. The coordinate that records have beyond the query (see `src/vector/prepare.ts`) then counts
// for nothing, because the query has 0 there.

import { CODE_ORIGIN, CODE_SCALE, metric, floats, query, rowAt, rowBytes, rowTarget } from './layout';
import { quantise, sum } from './sq8';

/** Targets by distance stay within a code's range to either side, so that no sum of squares overflows. */
const TARGET_MIN: f32 = -255;
const TARGET_MAX: f32 = 510;
/** Targets by inner product have twelve bits, fewer beyond 2,056 dimensions. */
const PRODUCT_MAX: f32 = 4095;

/** The value of one unit of the key: of a squared distance, or of an inner product. */
let unit: f32 = 1;
/** What the inner product of the query and code 0 in all dimensions is. */
let productOfZero: f32 = 0;
/** Codes by which keys err: how far the k-th must be behind to be surely beyond. */
let margin: f32 = 0;

/** Rounding moves a distance by some .4 codes; two leave nothing out that counts (see `rerank.ts`). */
const DISTANCE_MARGIN: f32 = 2;

/** Codes the vector given into the row of a slot. */
export function encodeRow(vector: usize, slot: u32): void {
  quantise(vector, rowAt(slot), floats);
}

/** Writes what a slot's row stands for. */
export function decodeRow(slot: u32, to: usize): void {
  const step = <f32>1 / load<f32>(CODE_SCALE);
  const row = rowAt(slot);
  for (let i: usize = 0; i < floats; i++) {
    store<f32>(to + (i << 2), load<f32>(CODE_ORIGIN + (i << 2)) + step * <f32>load<u8>(row + i));
  }
}

/** Makes the lane's query the target. */
export function rowTargetOfQuery(): void {
  const scale = load<f32>(CODE_SCALE);
  if (metric == 0) {
    unit = 1 / (scale * scale);
    margin = DISTANCE_MARGIN;
    writeTarget(true, scale, TARGET_MIN, TARGET_MAX);
    return;
  }
  let largest: f32 = 0;
  let zero: f32 = 0;
  let squares: f32 = 0;
  for (let i: u32 = 0; i < floats; i++) {
    const value = load<f32>(query + (<usize>i << 2));
    largest = max(largest, abs(value));
    zero += value * load<f32>(CODE_ORIGIN + (<usize>i << 2));
    squares += value * value;
  }
  const most = min(PRODUCT_MAX, <f32>(<u32>0x7fffffff / (255 * floats)));
  const step = largest > 0 ? largest / most : 1;
  unit = step / scale;
  productOfZero = zero;
  // Each dimension's rounding errs by .29 codes; three standard deviations of their sum.
  margin = 0.9 * sqrt(squares) / step;
  writeTarget(false, 1 / step, -most, most);
}

/** Writes the query, or what it is above the origin, × scale in 16-bit integers between two bounds. */
function writeTarget(aboveOrigin: bool, scale: f32, least: f32, most: f32): void {
  const scales = f32x4.splat(scale);
  const lows = f32x4.splat(least);
  const highs = f32x4.splat(most);
  for (let i: usize = 0; i < floats; i += 4) {
    const origin = aboveOrigin ? v128.load(CODE_ORIGIN + (i << 2)) : f32x4.splat(0);
    const value = f32x4.mul(f32x4.sub(v128.load(query + (i << 2)), origin), scales);
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.pmin(f32x4.pmax(value, lows), highs)));
    v128.store64_lane(rowTarget + (i << 1), i16x8.narrow_i32x4_s(whole, whole), 0);
  }
}

/** The squared distance of the target and a row, or their product. */
@inline function sumOver(row: usize, byDistance: bool): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let at = rowTarget;
  const end16 = row + (rowBytes & ~15);
  const end = row + rowBytes;
  while (row < end16) {
    s0 = i32x4.add(s0, termOf(v128.load(at), v128.load8x8_u(row), byDistance));
    s1 = i32x4.add(s1, termOf(v128.load(at, 16), v128.load8x8_u(row, 8), byDistance));
    row += 16;
    at += 32;
  }
  while (row < end) {
    const codes = i16x8.extend_low_i8x16_u(v128.load32_zero(row));
    s0 = i32x4.add(s0, termOf(v128.load64_zero(at), codes, byDistance));
    row += 4;
    at += 8;
  }
  return sum(i32x4.add(s0, s1));
}

/** What eight dimensions add to it. */
@inline function termOf(target: v128, codes: v128, byDistance: bool): v128 {
  if (!byDistance) return i32x4.dot_i16x8_s(target, codes);
  const miss = i16x8.sub(target, codes);
  return i32x4.dot_i16x8_s(miss, miss);
}

/** The key of a slot's row: smaller is nearer. */
@inline export function rowKey(slot: u32): u32 {
  return metric == 0 ? distanceTo(rowAt(slot)) : <u32>(<i32>0x80000000 - productWith(rowAt(slot)));
}

function distanceTo(row: usize): u32 {
  return sumOver(row, true);
}

function productWith(row: usize): i32 {
  return sumOver(row, false);
}

/** The largest key that may belong to a vector which is as near as one of this key. */
export function surelyBeyond(key: u32): u32 {
  if (metric == 0) {
    const reach = sqrt<f32>(<f32>key) + margin;
    return <u32>(reach * reach);
  }
  return key + <u32>min(margin, <f32>(<u32>0xffffffff - key));
}

/** What a key stands for: a squared distance, or an inner product, turned round. */
export function valueOf(key: u32): f32 {
  return metric == 0 ? <f32>key * unit : -(productOfZero + <f32>(<i32>(<u32>0x80000000 - key)) * unit);
}
