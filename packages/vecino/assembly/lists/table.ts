// The table of a query: what each codeword of each sub-quantizer adds to ⟨q, r'⟩, in whole numbers of one step for
// all, so that entries of four sub-quantizers add up in eight bits and a whole code in sixteen.

import { madd } from '../distance';
import {
  bits, codebookAt, codewords, endOf, firstOf, listQuery, subspaces, table, tableFloats,
} from './layout';

/** Entries of four bits' codes: four of them fit a byte. */
const ENTRY_MAX: f32 = 63;
const SUM_MAX: f32 = 32767;

/** Value of one step of the entries, and what all sums lack. */
export let tableStep: f32 = 1;
export let tableBase: f32 = 0;
/** Bits by which sums may be shifted up without overflow. */
export let tableShift: i32 = 0;

/** Added to a small number, it leaves the number, rounded, in the lowest bits. */
const ROUNDING: f32 = 8388608;

export function makeTable(): void {
  const stride = <usize>codewords << 2;
  let widest = f32x4.splat(0);
  let base: f32 = 0;
  for (let subspace: u32 = 0; subspace < subspaces; subspace++) {
    const book = codebookAt(subspace);
    const first = firstOf(subspace);
    const values = listQuery + (<usize>first << 2);
    const dimensions = endOf(subspace) - first;
    const into = tableFloats + <usize>subspace * stride;
    let low = f32x4.splat(Infinity);
    for (let group: usize = 0; group < stride; group += 16) {
      let product = f32x4.splat(0);
      let at = book + group;
      for (let i: u32 = 0; i < dimensions; i++) {
        product = madd(v128.load32_splat(values + (<usize>i << 2)), v128.load(at), product);
        at += stride;
      }
      v128.store(into + group, product);
      low = f32x4.pmin(low, product);
    }
    const least = leastOf(low);
    base += f32x4.extract_lane(least, 0);
    for (let group: usize = 0; group < stride; group += 16) {
      const above = f32x4.sub(v128.load(into + group), least);
      v128.store(into + group, above);
      widest = f32x4.pmax(widest, above);
    }
  }
  const most = max(
    max(f32x4.extract_lane(widest, 0), f32x4.extract_lane(widest, 1)),
    max(f32x4.extract_lane(widest, 2), f32x4.extract_lane(widest, 3)),
  );
  const whole = floor(min(bits == 8 ? SUM_MAX : ENTRY_MAX, SUM_MAX / <f32>subspaces));
  tableStep = most > 0 ? most / whole : 1;
  tableBase = base;
  tableShift = 0;
  while (tableShift < 8 && whole * <f32>subspaces * <f32>(2 << tableShift) <= SUM_MAX) tableShift += 1;
  roundEntries(<f32>1 / tableStep);
}

/** The least of four numbers, in all lanes. */
@inline function leastOf(s: v128): v128 {
  const halves = f32x4.pmin(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.pmin(
    halves,
    i8x16.shuffle(halves, halves, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11),
  );
}

function roundEntries(scale: f32): void {
  const scales = f32x4.splat(scale);
  const rounding = f32x4.splat(ROUNDING);
  const entries = <usize>subspaces * codewords;
  if (bits == 8) {
    const mask = i32x4.splat(0xffff);
    for (let i: usize = 0; i < entries; i += 8) {
      const from = tableFloats + (i << 2);
      const a = v128.and(f32x4.add(f32x4.mul(v128.load(from), scales), rounding), mask);
      const b = v128.and(f32x4.add(f32x4.mul(v128.load(from, 16), scales), rounding), mask);
      v128.store(table + (i << 1), i16x8.narrow_i32x4_u(a, b));
    }
    return;
  }
  const mask = i32x4.splat(0xff);
  for (let i: usize = 0; i < entries; i += 16) {
    const from = tableFloats + (i << 2);
    const a = v128.and(f32x4.add(f32x4.mul(v128.load(from), scales), rounding), mask);
    const b = v128.and(f32x4.add(f32x4.mul(v128.load(from, 16), scales), rounding), mask);
    const c = v128.and(f32x4.add(f32x4.mul(v128.load(from, 32), scales), rounding), mask);
    const d = v128.and(f32x4.add(f32x4.mul(v128.load(from, 48), scales), rounding), mask);
    v128.store(table + i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
  }
}
