// Assignment: the nearest centroid of many vectors, which is the bulk of the time of a build.
//
// Two vectors at a time are compared with the rows of all centroids, sixteen lists at once, and each of four lanes
// keeps the two nearest that it has met. These eight are compared by the centroids themselves: rows alone would take a
// neighbour for the nearest where both are about as far away. It takes half of the time of comparing all centroids by
// their 32-bit floats (Fashion-MNIST .54, glosses .49, GloVe .65).

import { pairSums, productsOf } from '../byte-products';
import { dot } from '../distance';
import { distancesOf, hasBeyond, squaresBeyond, writeTarget } from './centroid-rows';
import {
  centroidAt, centroidBeyondAt, centroidNormAt, centroidRowBytes, centroidRowsAt, centroidSquareAt, centroidTarget,
  extra, otherDistanceAt, placeAt, rankDistanceAt, reduced, ROW_GROUP, tile,
} from './layout';
import { listVectorOf } from './project';
import { listCount } from './state';

const NUMBERS: usize = memory.data<u32>([0, 1, 2, 3], 16);

/** The nearest lists of the four vectors of the tile. */
export let list0: u32 = 0;
export let list1: u32 = 0;
export let list2: u32 = 0;
export let list3: u32 = 0;

/** Finds the nearest lists of the four vectors of the tile: `list0` to `list3`. */
export function nearestOfTile(): void {
  const stride = <usize>reduced << 2;
  nearestOfPair(tile, tile + stride);
  list0 = first;
  list1 = second;
  nearestOfPair(tile + 2 * stride, tile + 3 * stride);
  list2 = first;
  list3 = second;
}

let first: u32 = 0;
let second: u32 = 0;

function nearestOfPair(a: usize, b: usize): void {
  const count = listCount();
  const bytes = centroidRowBytes;
  const pairs = pairSums();
  const units = f32x4.splat(writeTarget(a, centroidTarget, true));
  const otherUnits = f32x4.splat(writeTarget(b, centroidTarget + bytes, true));
  for (let list: u32 = 0; list < count; list += ROW_GROUP) {
    let rows = centroidRowsAt(list);
    let at = centroidTarget;
    const last = at + bytes;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    while (at < last) {
      const s = v128.load32_splat(at);
      const t = v128.load32_splat(at + bytes);
      let row = v128.load(rows);
      a0 = i32x4.add(a0, productsOf(s, row, pairs));
      b0 = i32x4.add(b0, productsOf(t, row, pairs));
      row = v128.load(rows, 16);
      a1 = i32x4.add(a1, productsOf(s, row, pairs));
      b1 = i32x4.add(b1, productsOf(t, row, pairs));
      row = v128.load(rows, 32);
      a2 = i32x4.add(a2, productsOf(s, row, pairs));
      b2 = i32x4.add(b2, productsOf(t, row, pairs));
      row = v128.load(rows, 48);
      a3 = i32x4.add(a3, productsOf(s, row, pairs));
      b3 = i32x4.add(b3, productsOf(t, row, pairs));
      rows += 64;
      at += 4;
    }
    const norms = centroidNormAt(list);
    const into = rankDistanceAt(list);
    v128.store(into, distancesOf(a0, units, norms));
    v128.store(into, distancesOf(a1, units, norms + 16), 16);
    v128.store(into, distancesOf(a2, units, norms + 32), 32);
    v128.store(into, distancesOf(a3, units, norms + 48), 48);
    const other = otherDistanceAt(list);
    v128.store(other, distancesOf(b0, otherUnits, norms));
    v128.store(other, distancesOf(b1, otherUnits, norms + 16), 16);
    v128.store(other, distancesOf(b2, otherUnits, norms + 32), 32);
    v128.store(other, distancesOf(b3, otherUnits, norms + 48), 48);
  }
  if (hasBeyond()) {
    addBeyond(rankDistanceAt(0), a, count);
    addBeyond(otherDistanceAt(0), b, count);
  }
  first = nearestOf(a, rankDistanceAt(0), count);
  second = nearestOf(b, otherDistanceAt(0), count);
}

/** Adds to the distances of a vector from all lists what rows leave out. */
function addBeyond(distances: usize, vector: usize, count: u32): void {
  const beyond = f32x4.splat(load<f32>(vector + (<usize>extra << 2)));
  for (let list: u32 = 0; list < count; list += 4) {
    const at = distances + (<usize>list << 2);
    v128.store(at, f32x4.add(v128.load(at), squaresBeyond(beyond, centroidBeyondAt(list))));
  }
}

/** The list whose centroid is nearest, among those that are by rows: the two nearest of each lane. */
function nearestOf(vector: usize, distances: usize, count: u32): u32 {
  for (let list = count; (list & 3) != 0; list++) store<f32>(distances + (<usize>list << 2), Infinity);
  const four = i32x4.splat(4);
  let numbers = v128.load(NUMBERS);
  let lists = numbers;
  let least = v128.load(distances);
  let nextLists = numbers;
  let nextLeast = f32x4.splat(Infinity);
  const end = distances + (<usize>count << 2);
  for (let at = distances + 16; at < end; at += 16) {
    numbers = i32x4.add(numbers, four);
    const far = v128.load(at);
    const isLeast = f32x4.lt(far, least);
    const isNext = f32x4.lt(far, nextLeast);
    nextLists = v128.bitselect(lists, v128.bitselect(numbers, nextLists, isNext), isLeast);
    nextLeast = v128.bitselect(least, f32x4.pmin(nextLeast, far), isLeast);
    lists = v128.bitselect(numbers, lists, isLeast);
    least = f32x4.pmin(least, far);
  }
  nearest = 0;
  nearestFar = Infinity;
  // Of fewer than eight lists some are named twice.
  const last = i32x4.splat(count - 1);
  compareWith(vector, i32x4.min_s(lists, last));
  compareWith(vector, i32x4.min_s(nextLists, last));
  return nearest;
}

let nearest: u32 = 0;
let nearestFar: f32 = 0;

function compareWith(vector: usize, lists: v128): void {
  compareOne(vector, i32x4.extract_lane(lists, 0));
  compareOne(vector, i32x4.extract_lane(lists, 1));
  compareOne(vector, i32x4.extract_lane(lists, 2));
  compareOne(vector, i32x4.extract_lane(lists, 3));
}

/** Compares with a centroid by |c|²/2 - ⟨x, c⟩; of equal ones the first is taken. */
@inline function compareOne(vector: usize, list: u32): void {
  const far = load<f32>(centroidSquareAt(list)) * 0.5 - dot(vector, centroidAt(list), reduced);
  if (far > nearestFar || (far == nearestFar && list >= nearest)) return;
  nearest = list;
  nearestFar = far;
}

/** Writes to each node's place the list whose centroid is nearest. */
export function assignNodes(from: u32, to: u32): void {
  const stride = <usize>reduced << 2;
  for (let node = from; node < to; node += 4) {
    const several = min<u32>(4, to - node);
    for (let i: u32 = 0; i < several; i++) memory.copy(tile + i * stride, listVectorOf(node + i), stride);
    nearestOfTile();
    store<u32>(placeAt(node), list0);
    if (several > 1) store<u32>(placeAt(node + 1), list1);
    if (several > 2) store<u32>(placeAt(node + 2), list2);
    if (several > 3) store<u32>(placeAt(node + 3), list3);
  }
}
