// Scalar quantisation: a byte a dimension, one offset and one scale for the whole index.
//
// With a single scale the squared Euclidean distance of two codes, an integer, orders like the distance of the
// vectors up to rounding, so no norms or factors are stored. Data that are small integers lose nothing. The
// code is a quarter of the vector's size, and a walk waits mostly for memory.

import {
  CODE_OFFSET, CODE_SCALE, codeAt, codeStride, decoded, floats, ON_DISK, originals, query, queryCode,
} from './layout';
import { originalAt } from './original';

/** Codes a vector: (x - offset) × scale, rounded, 0 to 255. */
function encodeTo(vector: usize, code: usize): void {
  const offset = f32x4.splat(load<f32>(CODE_OFFSET));
  const scale = f32x4.splat(load<f32>(CODE_SCALE));
  const low = f32x4.splat(0);
  const high = f32x4.splat(255);
  for (let i: usize = 0; i < floats; i += 4) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(vector + (i << 2)), offset), scale);
    const whole = i32x4.trunc_sat_f32x4_u(f32x4.nearest(f32x4.min(f32x4.max(scaled, low), high)));
    const words = i16x8.narrow_i32x4_u(whole, whole);
    v128.store32_lane(code + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/** Codes the vector of a slot; where vectors are on disk, its code was made when it was written. */
export function encode(slot: u32): void {
  if (originals != ON_DISK) encodeTo(originalAt(slot), codeAt(slot));
}

/** Codes a vector that lies in the lane's `decoded`. */
export function encodeGiven(slot: u32): void {
  encodeTo(decoded, codeAt(slot));
}

/** Codes the vectors of a range of slots. */
export function encodeRange(from: u32, to: u32): void {
  for (let slot = from; slot < to; slot++) encode(slot);
}

/** Codes the lane's query. */
export function encodeQuery(): void {
  encodeTo(query, queryCode);
}

@inline function widened(at: usize): v128 {
  return v128.load8x8_u(at);
}

/** Squared Euclidean distance of two codes. At most 8,192 × 255², which fits. */
export function codeDistance(a: usize, b: usize): u32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  const end = a + codeStride;
  while (a < end) {
    const d0 = i16x8.sub(widened(a), widened(b));
    const d1 = i16x8.sub(widened(a + 8), widened(b + 8));
    const d2 = i16x8.sub(widened(a + 16), widened(b + 16));
    const d3 = i16x8.sub(widened(a + 24), widened(b + 24));
    s0 = i32x4.add(s0, i32x4.add(i32x4.dot_i16x8_s(d0, d0), i32x4.dot_i16x8_s(d1, d1)));
    s1 = i32x4.add(s1, i32x4.add(i32x4.dot_i16x8_s(d2, d2), i32x4.dot_i16x8_s(d3, d3)));
    a += 32;
    b += 32;
  }
  const s = i32x4.add(s0, s1);
  return <u32>(
    i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3)
  );
}
