// Assignment: the nearest centroid of many vectors.
//
// By |c|²/2 - ⟨x, c⟩, four vectors and two centroids at a time: eight sums stay in registers, and each load serves
// several products, so that arithmetic and not memory sets the pace. It is the bulk of the time of a build.

import { madd, sum } from '../distance';
import { listVectorOf } from './project';
import { centroidAt, centroidSquareAt, placeAt, tile, reduced } from './layout';
import { listCount } from './state';

let best0: f32 = 0;
let best1: f32 = 0;
let best2: f32 = 0;
let best3: f32 = 0;
export let list0: u32 = 0;
export let list1: u32 = 0;
export let list2: u32 = 0;
export let list3: u32 = 0;

/** Finds the nearest lists of the four vectors of the tile: `list0` to `list3`. */
export function nearestOfTile(): void {
  const count = listCount();
  const stride = <usize>reduced << 2;
  const a = tile;
  const b = a + stride;
  const c = b + stride;
  const d = c + stride;
  let m0: f32 = Infinity;
  let m1: f32 = Infinity;
  let m2: f32 = Infinity;
  let m3: f32 = Infinity;
  let n0: u32 = 0;
  let n1: u32 = 0;
  let n2: u32 = 0;
  let n3: u32 = 0;
  for (let list: u32 = 0; list < count; list += 2) {
    const p = centroidAt(list);
    // Of an odd number the last is compared twice.
    const other = min(list + 1, count - 1);
    const q = centroidAt(other);
    let a0 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let c0 = f32x4.splat(0);
    let d0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let c1 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    for (let i: usize = 0; i < stride; i += 16) {
      const x = v128.load(p + i);
      const y = v128.load(q + i);
      let v = v128.load(a + i);
      a0 = madd(x, v, a0);
      a1 = madd(y, v, a1);
      v = v128.load(b + i);
      b0 = madd(x, v, b0);
      b1 = madd(y, v, b1);
      v = v128.load(c + i);
      c0 = madd(x, v, c0);
      c1 = madd(y, v, c1);
      v = v128.load(d + i);
      d0 = madd(x, v, d0);
      d1 = madd(y, v, d1);
    }
    const half = load<f32>(centroidSquareAt(list)) * 0.5;
    const otherHalf = load<f32>(centroidSquareAt(other)) * 0.5;
    let far = half - sum(a0);
    if (far < m0) { m0 = far; n0 = list; }
    far = otherHalf - sum(a1);
    if (far < m0) { m0 = far; n0 = other; }
    far = half - sum(b0);
    if (far < m1) { m1 = far; n1 = list; }
    far = otherHalf - sum(b1);
    if (far < m1) { m1 = far; n1 = other; }
    far = half - sum(c0);
    if (far < m2) { m2 = far; n2 = list; }
    far = otherHalf - sum(c1);
    if (far < m2) { m2 = far; n2 = other; }
    far = half - sum(d0);
    if (far < m3) { m3 = far; n3 = list; }
    far = otherHalf - sum(d1);
    if (far < m3) { m3 = far; n3 = other; }
  }
  best0 = m0;
  best1 = m1;
  best2 = m2;
  best3 = m3;
  list0 = n0;
  list1 = n1;
  list2 = n2;
  list3 = n3;
}

/** Writes to each node's place the list whose centroid is nearest. Answers the sum of |c|²/2 - ⟨x, c⟩. */
export function assignNodes(from: u32, to: u32): f64 {
  const stride = <usize>reduced << 2;
  let total: f64 = 0;
  for (let node = from; node < to; node += 4) {
    const several = min<u32>(4, to - node);
    for (let i: u32 = 0; i < several; i++) memory.copy(tile + i * stride, listVectorOf(node + i), stride);
    nearestOfTile();
    store<u32>(placeAt(node), list0);
    total += best0;
    if (several > 1) { store<u32>(placeAt(node + 1), list1); total += best1; }
    if (several > 2) { store<u32>(placeAt(node + 2), list2); total += best2; }
    if (several > 3) { store<u32>(placeAt(node + 3), list3); total += best3; }
  }
  return total;
}
