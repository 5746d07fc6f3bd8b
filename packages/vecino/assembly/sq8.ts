// Scalar quantisation: a byte a dimension, one scale for the whole index, and what code 0 stands for in each
// dimension: the same for all, or as far below each dimension's own mean (see `src/quantizer/scalar-range.ts`).
//
// With a single scale the squared Euclidean distance of two codes, an integer, orders like the distance of the
// vectors up to rounding, so no factors are stored. Data that are small integers lose nothing. A code is
// stored as two halves (see `coarse.ts`): byte j of each 16 has dimension j of its 32 in the lower bits and
// dimension j + 16 in the upper ones. What is compared with codes is a target: a code spread to a byte a
// dimension, less 128, and behind it what it adds to every coarse key.

import {
  CODE_ORIGIN, CODE_SCALE, codeBytes, decoded, floats, halfBytes, highAt, lowAt, normAt, ON_DISK, originals, query,
  rowBytes, walkTarget,
} from './layout';
import { originalAt } from './original';
import { encodeRow } from './rows';

/** Codes a vector: (x - origin) × scale, rounded, 0 to 255; a byte a dimension, zeros behind the last up to `room`. */
export function quantise(vector: usize, bytes: usize, room: usize): void {
  const scale = f32x4.splat(load<f32>(CODE_SCALE));
  const low = f32x4.splat(0);
  const high = f32x4.splat(255);
  for (let i: usize = 0; i < floats; i += 4) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(vector + (i << 2)), v128.load(CODE_ORIGIN + (i << 2))), scale);
    const whole = i32x4.trunc_sat_f32x4_u(f32x4.nearest(f32x4.min(f32x4.max(scaled, low), high)));
    const words = i16x8.narrow_i32x4_u(whole, whole);
    v128.store32_lane(bytes + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
  memory.fill(bytes + floats, 0, room - floats);
}

/** Codes the vector of a slot; where vectors are on disk, its code was made when it was written. */
export function encode(slot: u32): void {
  if (originals != ON_DISK) encodeVector(originalAt(slot), slot);
}

/** Codes a vector that lies in the lane's `decoded`. */
export function encodeGiven(slot: u32): void {
  encodeVector(decoded, slot);
}

function encodeVector(vector: usize, slot: u32): void {
  if (rowBytes != 0) {
    encodeRow(vector, slot);
    return;
  }
  quantise(vector, codeBytes, halfBytes << 1);
  const high = highAt(slot);
  const low = lowAt(slot);
  const ones = i8x16.splat(0x0f);
  const tens = i8x16.splat(-16);
  let norm = i32x4.splat(0);
  for (let i: usize = 0; i < halfBytes; i += 16) {
    const a = v128.load(codeBytes + (i << 1));
    const b = v128.load(codeBytes + (i << 1), 16);
    v128.store(high + i, v128.or(v128.and(i16x8.shr_u(a, 4), ones), v128.and(b, tens)));
    v128.store(low + i, v128.or(v128.and(a, ones), v128.and(i16x8.shl(b, 4), tens)));
    norm = i32x4.add(norm, i32x4.add(normOf(a), normOf(b)));
  }
  store<i32>(normAt(slot), sum(norm));
}

/** What codes add to the coarse keys from them, see `coarse.ts`: (16 h - 120)² - e² = (16 h - 120 - e) x. */
@inline function normOf(codes: v128): v128 {
  const lows = v128.and(codes, i8x16.splat(0x0f));
  return i32x4.add(
    normOfEight(i16x8.extend_low_i8x16_u(codes), i16x8.extend_low_i8x16_u(lows)),
    normOfEight(i16x8.extend_high_i8x16_u(codes), i16x8.extend_high_i8x16_u(lows)),
  );
}

@inline function normOfEight(codes: v128, lows: v128): v128 {
  const left = i16x8.sub(i16x8.sub(codes, i16x8.add(lows, lows)), i16x8.splat(112));
  return i32x4.dot_i16x8_s(left, i16x8.sub(codes, i16x8.splat(128)));
}

/** The sum of four integers. */
@inline export function sum(s: v128): i32 {
  const halves = i32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}

/** Codes the vectors of a range of slots. */
export function encodeRange(from: u32, to: u32): void {
  for (let slot = from; slot < to; slot++) encode(slot);
}

/** Turns codes, a byte a dimension, into a target in place: signed, with the constant behind. */
function finishTarget(target: usize): void {
  const centre = i8x16.splat(-128);
  let constant = i32x4.splat(0);
  const end = target + (halfBytes << 1);
  let at = target;
  while (at < end) {
    const t = v128.xor(v128.load(at), centre);
    v128.store(at, t);
    const a = i16x8.extend_low_i8x16_s(t);
    const b = i16x8.extend_high_i8x16_s(t);
    const shift = i16x8.splat(240);
    constant = i32x4.add(constant, i32x4.dot_i16x8_s(a, i16x8.add(a, shift)));
    constant = i32x4.add(constant, i32x4.dot_i16x8_s(b, i16x8.add(b, shift)));
    at += 16;
  }
  store<i32>(end, sum(constant));
}

/** The lane's query as a target. */
export function targetOfQuery(): usize {
  quantise(query, walkTarget, halfBytes << 1);
  finishTarget(walkTarget);
  return walkTarget;
}

/** A slot's code as a target. */
export function targetOfSlot(slot: u32, target: usize): usize {
  const high = highAt(slot);
  const low = lowAt(slot);
  const ones = i8x16.splat(0x0f);
  const tens = i8x16.splat(-16);
  for (let i: usize = 0; i < halfBytes; i += 16) {
    const h = v128.load(high + i);
    const l = v128.load(low + i);
    v128.store(target + (i << 1), v128.or(v128.and(i16x8.shl(h, 4), tens), v128.and(l, ones)));
    v128.store(target + (i << 1), v128.or(v128.and(h, tens), v128.and(i16x8.shr_u(l, 4), ones)), 16);
  }
  finishTarget(target);
  return target;
}

/** Squared Euclidean distance of a target and the whole code of a slot. */
export function codeDistance(target: usize, slot: u32): u32 {
  const high = highAt(slot);
  const low = lowAt(slot);
  const ones = i8x16.splat(0x0f);
  const tens = i8x16.splat(-16);
  const centre = i8x16.splat(-128);
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  for (let i: usize = 0; i < halfBytes; i += 16) {
    const h = v128.load(high + i);
    const l = v128.load(low + i);
    const a = v128.xor(v128.or(v128.and(i16x8.shl(h, 4), tens), v128.and(l, ones)), centre);
    const b = v128.xor(v128.or(v128.and(h, tens), v128.and(i16x8.shr_u(l, 4), ones)), centre);
    const t = v128.load(target + (i << 1));
    const u = v128.load(target + (i << 1), 16);
    const d0 = i16x8.sub(i16x8.extend_low_i8x16_s(t), i16x8.extend_low_i8x16_s(a));
    const d1 = i16x8.sub(i16x8.extend_high_i8x16_s(t), i16x8.extend_high_i8x16_s(a));
    const d2 = i16x8.sub(i16x8.extend_low_i8x16_s(u), i16x8.extend_low_i8x16_s(b));
    const d3 = i16x8.sub(i16x8.extend_high_i8x16_s(u), i16x8.extend_high_i8x16_s(b));
    s0 = i32x4.add(s0, i32x4.add(i32x4.dot_i16x8_s(d0, d0), i32x4.dot_i16x8_s(d1, d1)));
    s1 = i32x4.add(s1, i32x4.add(i32x4.dot_i16x8_s(d2, d2), i32x4.dot_i16x8_s(d3, d3)));
  }
  return sum(i32x4.add(s0, s1));
}
