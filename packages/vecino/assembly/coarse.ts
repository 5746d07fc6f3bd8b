// Coarse keys: the distance from a whole code to the high half of another.
//
// A code of a byte is two halves of four bits. The high halves of all dimensions lie together, so a walk, which
// waits for memory most of the time, reads half as much; the low halves are read only to rerank and to choose
// links. The order of halves is that of locally adaptive quantisation with two levels (Aguerrebere et al.,
// "Similarity search in the blink of an eye with compressed indices", arXiv:2304.04759), with one range
// for the whole index in place of one a vector.
//
// With t the target and x the other code, both a byte less 128, and h the high half of x, its decoded value is
// 16 h - 120, the middle of what it may stand for, and the remainder e is low half - 8. Then
//
//   |t - x|² = (Σ t² + 240 t) + (Σ (16 h - 120)² - e²) - 32 Σ t h - 2 Σ (t - x) e
//
// where the first sum belongs to the target, the second (the norm) is kept beside the code, the third is the
// product below, and the last, which is left out, is of either sign and zero in the mean. So the key errs by some
// 4.6 codes in the distance, whatever that is and in any dimension (`COARSE_MARGIN` below counts on it), and is
// exact for equal vectors. In a walk over 60,000 vectors it took two thirds of the time of whole bytes at 784
// dimensions, 0.6 at 384 and 0.8 at 100 and 128, at the same ef, whose recall is .003 to .01 lower.

import { gathered, halfBytes, highAt, keys, normAt } from './layout';
import { sum } from './sq8';

// Constants that the compiler would make anew in each round of a loop are loaded from memory before it.
const MASK: usize = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const ONES: usize = memory.data<u8>([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0], 16);

/** Products of 16 signed bytes and 16 halves, added in pairs or so: only their sum is the same in both builds. */
@inline function dotOf(t: v128, nibbles: v128): v128 {
  if (isDefined(RELAXED)) return v128.relaxed_dot<i16>(t, nibbles);
  return i16x8.add(i16x8.extmul_low_i8x16_s(t, nibbles), i16x8.extmul_high_i8x16_s(t, nibbles));
}

/** The products of 16 bytes of halves with 32 dimensions of a target; at most 7,680, so four of them fit 16 bits. */
@inline function groupOf(t0: v128, t1: v128, row: v128, mask: v128): v128 {
  return i16x8.add(dotOf(t0, v128.and(row, mask)), dotOf(t1, v128.and(i16x8.shr_u(row, 4), mask)));
}

@inline function keyFrom(dot: i32, constant: i32, slot: u32): u32 {
  return <u32>max<i32>(constant + load<i32>(normAt(slot)) - (dot << 5), 0);
}

/** The key of a slot. */
export function coarseKey(target: usize, slot: u32): u32 {
  const mask = v128.load(MASK);
  const ones = v128.load(ONES);
  let s = i32x4.splat(0);
  let row = highAt(slot);
  let at = target;
  const end = row + halfBytes;
  const end4 = row + (halfBytes & ~63);
  while (row < end4) {
    let d = groupOf(v128.load(at), v128.load(at, 16), v128.load(row), mask);
    d = i16x8.add(d, groupOf(v128.load(at, 32), v128.load(at, 48), v128.load(row, 16), mask));
    d = i16x8.add(d, groupOf(v128.load(at, 64), v128.load(at, 80), v128.load(row, 32), mask));
    d = i16x8.add(d, groupOf(v128.load(at, 96), v128.load(at, 112), v128.load(row, 48), mask));
    s = i32x4.add(s, i32x4.dot_i16x8_s(d, ones));
    row += 64;
    at += 128;
  }
  while (row < end) {
    s = i32x4.add(s, i32x4.dot_i16x8_s(groupOf(v128.load(at), v128.load(at, 16), v128.load(row), mask), ones));
    row += 16;
    at += 32;
  }
  return keyFrom(sum(s), load<i32>(target + (halfBytes << 1)), slot);
}

/** The keys of the gathered slots; four rows share each load of the target. */
export function coarseKeys(target: usize, count: u32): void {
  const constant = load<i32>(target + (halfBytes << 1));
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    const slots = gathered + (<usize>i << 2);
    const to = keys + (<usize>i << 2);
    const a = load<u32>(slots);
    const b = load<u32>(slots, 4);
    const c = load<u32>(slots, 8);
    const d = load<u32>(slots, 12);
    const mask = v128.load(MASK);
    const ones = v128.load(ONES);
    let sa = i32x4.splat(0);
    let sb = i32x4.splat(0);
    let sc = i32x4.splat(0);
    let sd = i32x4.splat(0);
    let ra = highAt(a);
    let rb = highAt(b);
    let rc = highAt(c);
    let rd = highAt(d);
    let at = target;
    const end = target + (halfBytes << 1);
    while (at < end) {
      const stop = min(at + 128, end);
      let da = i16x8.splat(0);
      let db = i16x8.splat(0);
      let dc = i16x8.splat(0);
      let dd = i16x8.splat(0);
      while (at < stop) {
        const t0 = v128.load(at);
        const t1 = v128.load(at, 16);
        da = i16x8.add(da, groupOf(t0, t1, v128.load(ra), mask));
        db = i16x8.add(db, groupOf(t0, t1, v128.load(rb), mask));
        dc = i16x8.add(dc, groupOf(t0, t1, v128.load(rc), mask));
        dd = i16x8.add(dd, groupOf(t0, t1, v128.load(rd), mask));
        at += 32;
        ra += 16;
        rb += 16;
        rc += 16;
        rd += 16;
      }
      sa = i32x4.add(sa, i32x4.dot_i16x8_s(da, ones));
      sb = i32x4.add(sb, i32x4.dot_i16x8_s(db, ones));
      sc = i32x4.add(sc, i32x4.dot_i16x8_s(dc, ones));
      sd = i32x4.add(sd, i32x4.dot_i16x8_s(dd, ones));
    }
    store<u32>(to, keyFrom(sum(sa), constant, a));
    store<u32>(to, keyFrom(sum(sb), constant, b), 4);
    store<u32>(to, keyFrom(sum(sc), constant, c), 8);
    store<u32>(to, keyFrom(sum(sd), constant, d), 12);
  }
  for (; i < count; i++) {
    store<u32>(keys + (<usize>i << 2), coarseKey(target, load<u32>(gathered + (<usize>i << 2))));
  }
}
