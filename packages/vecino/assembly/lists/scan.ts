// The scan of a page: estimates of 32 entries, compared with a threshold.
//
// Four-bit codes by "fast scan" (André, Kermarrec and Le Scouarnec, "Cache locality is not enough: high-performance
// nearest neighbor search with product quantization fast scan", VLDB 2015): the 16 entries of a sub-quantizer's table
// are a register, and one shuffle looks up 16 codes. Eight-bit codes are looked up one by one.

import { keys } from '../layout';
import { bits, factorsAt, subspaces, table, termsAt } from './layout';
import { factorUnit, termUnit } from './state';
import { tableBase, tableShift, tableStep } from './table';

// Constants that the compiler would make anew in each round of a loop are loaded from memory before it.
const MASK: usize = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const LOW_BYTES: usize = memory.data<u16>([255, 255, 255, 255, 255, 255, 255, 255], 16);

/** Value of one unit of an estimate. */
export let estimateUnit: f32 = 1;
let shift: i32 = 0;
/** What additive terms are multiplied with to have that unit, in 1/32,768. */
let termScale: i32 = 0;

/** To be called with the query's table in place. */
export function prepareScan(): void {
  shift = tableShift;
  const whole = <f32>32768 * factorUnit() * tableStep;
  estimateUnit = whole / <f32>(1 << shift);
  // Terms must not have to grow: a coarser unit leaves room.
  while (shift > 0 && termUnit() > estimateUnit) {
    shift -= 1;
    estimateUnit = whole / <f32>(1 << shift);
  }
  termScale = <i32>nearest(min(termUnit() / estimateUnit, 0.9999) * 32768);
}

/** What is to be added to every sum of a list, in which the bound allows for an error of ⟨q, r'⟩ of so much. */
export function sumOffset(error: f32): i32 {
  const offset = nearest((tableBase + error) / tableStep * <f32>(1 << shift));
  return <i32>min(max(offset, -32768), 32767);
}

@inline function lookUp(entries: v128, numbers: v128): v128 {
  return isDefined(RELAXED) ? i8x16.relaxed_swizzle(entries, numbers) : i8x16.swizzle(entries, numbers);
}

/**
 * The bits of the entries of a page whose estimate, sums taken with an offset, is at most the threshold. The
 * estimates themselves, 16 bits each, are left at the start of the lane's `keys`.
 */
export function scanPage(page: usize, offset: i32, threshold: i32): u32 {
  if (bits == 8) return scanBytes(page, offset, threshold);
  const mask = v128.load(MASK);
  const lows = v128.load(LOW_BYTES);
  // Sums of even and of odd bytes of the lower and of the upper halves.
  let even0 = i16x8.splat(0);
  let odd0 = i16x8.splat(0);
  let even1 = i16x8.splat(0);
  let odd1 = i16x8.splat(0);
  let at = page;
  let entries = table;
  const end = page + (<usize>subspaces << 4);
  const end4 = page + (<usize>(subspaces & ~3) << 4);
  while (at < end4) {
    let codes = v128.load(at);
    let t = v128.load(entries);
    let a = lookUp(t, v128.and(codes, mask));
    let b = lookUp(t, v128.and(i16x8.shr_u(codes, 4), mask));
    codes = v128.load(at, 16);
    t = v128.load(entries, 16);
    a = i8x16.add(a, lookUp(t, v128.and(codes, mask)));
    b = i8x16.add(b, lookUp(t, v128.and(i16x8.shr_u(codes, 4), mask)));
    codes = v128.load(at, 32);
    t = v128.load(entries, 32);
    a = i8x16.add(a, lookUp(t, v128.and(codes, mask)));
    b = i8x16.add(b, lookUp(t, v128.and(i16x8.shr_u(codes, 4), mask)));
    codes = v128.load(at, 48);
    t = v128.load(entries, 48);
    a = i8x16.add(a, lookUp(t, v128.and(codes, mask)));
    b = i8x16.add(b, lookUp(t, v128.and(i16x8.shr_u(codes, 4), mask)));
    even0 = i16x8.add(even0, v128.and(a, lows));
    odd0 = i16x8.add(odd0, i16x8.shr_u(a, 8));
    even1 = i16x8.add(even1, v128.and(b, lows));
    odd1 = i16x8.add(odd1, i16x8.shr_u(b, 8));
    at += 64;
    entries += 64;
  }
  while (at < end) {
    const codes = v128.load(at);
    const t = v128.load(entries);
    const a = lookUp(t, v128.and(codes, mask));
    const b = lookUp(t, v128.and(i16x8.shr_u(codes, 4), mask));
    even0 = i16x8.add(even0, v128.and(a, lows));
    odd0 = i16x8.add(odd0, i16x8.shr_u(a, 8));
    even1 = i16x8.add(even1, v128.and(b, lows));
    odd1 = i16x8.add(odd1, i16x8.shr_u(b, 8));
    at += 16;
    entries += 16;
  }
  const terms = termsAt(page);
  const factors = factorsAt(page);
  const o = i16x8.splat(<i16>offset);
  const s = i16x8.splat(<i16>termScale);
  const most = i16x8.splat(<i16>threshold);
  // Bytes 0 2 4 … and 1 3 5 … of a half are entries 0 2 4 … and 1 3 5 …
  const e0 = estimate(interleaveLow(even0, odd0), terms, factors, o, s);
  const e1 = estimate(interleaveHigh(even0, odd0), terms + 16, factors + 16, o, s);
  const e2 = estimate(interleaveLow(even1, odd1), terms + 32, factors + 32, o, s);
  const e3 = estimate(interleaveHigh(even1, odd1), terms + 48, factors + 48, o, s);
  return keepAndCompare(e0, e1, e2, e3, most);
}

@inline function keepAndCompare(e0: v128, e1: v128, e2: v128, e3: v128, most: v128): u32 {
  v128.store(keys, e0);
  v128.store(keys, e1, 16);
  v128.store(keys, e2, 32);
  v128.store(keys, e3, 48);
  const lower = i8x16.narrow_i16x8_s(i16x8.le_s(e0, most), i16x8.le_s(e1, most));
  const upper = i8x16.narrow_i16x8_s(i16x8.le_s(e2, most), i16x8.le_s(e3, most));
  return i8x16.bitmask(lower) | (i8x16.bitmask(upper) << 16);
}

/** An estimate that `scanPage` has left. */
@inline export function estimateAt(entry: u32): i32 {
  return load<i16>(keys + (<usize>entry << 1));
}

@inline function interleaveLow(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline function interleaveHigh(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Eight estimates from eight sums, the terms and the factors. */
@inline function estimate(sums: v128, terms: usize, factors: usize, offset: v128, scale: v128): v128 {
  const products = shareOf(v128.load(factors), i16x8.add_sat_s(i16x8.shl(sums, shift), offset));
  return i16x8.sub_sat_s(shareOf(v128.load(terms), scale), products);
}

/**
 * Products of numbers and of 1/32,768. Both builds agree: factors and the scale of terms are not negative, so that the
 * one product that does not fit does not come up.
 */
@inline function shareOf(a: v128, b: v128): v128 {
  return isDefined(RELAXED) ? v128.relaxed_q15mulr<i16>(a, b) : i16x8.q15mulr_sat_s(a, b);
}

function scanBytes(page: usize, offset: i32, threshold: i32): u32 {
  for (let entry: usize = 0; entry < 32; entry += 4) {
    let s0: u32 = 0;
    let s1: u32 = 0;
    let s2: u32 = 0;
    let s3: u32 = 0;
    let at = page + entry;
    let entries = table;
    for (let i: u32 = 0; i < subspaces; i++) {
      const numbers = load<u32>(at);
      s0 += load<u16>(entries + ((numbers & 255) << 1));
      s1 += load<u16>(entries + (((numbers >> 8) & 255) << 1));
      s2 += load<u16>(entries + (((numbers >> 16) & 255) << 1));
      s3 += load<u16>(entries + ((numbers >> 24) << 1));
      at += 32;
      entries += 512;
    }
    store<u64>(keys + (entry << 1), <u64>s0 | (<u64>s1 << 16) | (<u64>s2 << 32) | (<u64>s3 << 48));
  }
  const terms = termsAt(page);
  const factors = factorsAt(page);
  const o = i16x8.splat(<i16>offset);
  const s = i16x8.splat(<i16>termScale);
  const most = i16x8.splat(<i16>threshold);
  return keepAndCompare(
    estimate(v128.load(keys), terms, factors, o, s),
    estimate(v128.load(keys, 16), terms + 16, factors + 16, o, s),
    estimate(v128.load(keys, 32), terms + 32, factors + 32, o, s),
    estimate(v128.load(keys, 48), terms + 48, factors + 48, o, s),
    most,
  );
}
