// Sketches: for each node 96 bits, on which side of 96 planes it lies, and two numbers that make of them an estimate.
//
// Buckets say which nodes may be near, sketches which of those are. After Gao and Long, "RaBitQ: quantizing
// high-dimensional vectors with a theoretical error bound for approximate nearest neighbor search" (arXiv:2405.12497),
// with r = x - mean, signs s and images q' of the query less the mean:
//
//   |q - x|² ≈ |q - mean|² + A - F ⟨q', s⟩      A = |r|²      F = 2|r|² / ⟨r', s⟩
//
// and -2⟨q, x⟩ likewise without A. We depart from it in that there are as many planes as there are bits to spare,
// fewer or more than dimensions, drawn from the data like those of tables, and in that the query is not quantised but
// looked up, a byte of the sketch at a time. An estimate errs in proportion to F|q - mean|; the slopes that so and so many
// neighbours need are measured when the planes are drawn. A search that looks at few buckets misses more in the others
// than by a tight bound, and one that looks at many is to miss nothing by it, so the slope grows with effort. Of GloVe's candidates that hold .93 of the neighbours, the best 1,000 in 53,000 by estimate hold
// .915; by the cost of the bits that differ, as buckets are ranked, .87.
//
// A sketch: 12 bytes of bits, A and F as the upper halves of 32-bit floats.

import { dot, l2Squared } from '../distance';
import { floats, metric, query } from '../layout';
import { vectorOf } from '../original';
import { hashed, imageOf, images, mean, products, queryFloats, SKETCH_BITS, sketchAt } from './layout';
import { lengthening, project, projectQuery } from './hash';
import { boundSlope } from './state';

const SKETCH_BYTES: u32 = SKETCH_BITS >> 3;
/** Sums of eight images have fifteen bits and a sign. */
const PRODUCT_MAX: f32 = 32767;

/** The upper half of a float, rounded. */
@inline function halved(value: f32): u32 {
  return min<u32>((reinterpret<u32>(value) + 0x8000) >> 16, 0xffff);
}

// What `makeSketch` has found.
let bits0: u64 = 0;
let bits1: u64 = 0;

/** Makes the sketch of a vector. */
function makeSketch(vector: usize): void {
  project(vector, 0, SKETCH_BITS);
  bits0 = 0;
  bits1 = 0;
  let along: f32 = 0;
  for (let i: u32 = 0; i < 64; i++) {
    const image = imageOf(i);
    along += abs(image);
    bits0 |= <u64>(image > 0) << i;
  }
  for (let i: u32 = 64; i < SKETCH_BITS; i++) {
    const image = imageOf(i);
    along += abs(image);
    bits1 |= <u64>(image > 0) << (i - 64);
  }
  const square = squareFromMean(vector);
  const term: f32 = metric == 0 ? square : 0;
  const factor: f32 = along > 0 ? (square + square) / along : 0;
  bits1 |= (<u64>halved(term) << 32) | (<u64>halved(factor) << 48);
}

/** The squared distance from the mean, without the coordinate that only records have. */
function squareFromMean(vector: usize): f32 {
  let square = l2Squared(vector, mean, floats);
  for (let i = queryFloats; i < floats; i++) {
    const only = load<f32>(vector + (<usize>i << 2)) - load<f32>(mean + (<usize>i << 2));
    square -= only * only;
  }
  return max<f32>(square, 0);
}

export function sketchNode(node: u32): void {
  makeSketch(vectorOf(node));
  const at = sketchAt(node);
  store<u64>(at, bits0);
  store<u64>(at, bits1, 8);
}

export function isSketchOf(node: u32): bool {
  makeSketch(vectorOf(node));
  const at = sketchAt(node);
  return load<u64>(at) == bits0 && load<u64>(at, 8) == bits1;
}

/** What all estimates of the query have in common, and what one unit of the products is worth. */
let base: f32 = 0;
let unit: f32 = 0;
/** How far the query is from the mean, as errors count it; and what bounds allow for. */
let reach: f32 = 0;
let slack: f32 = 0;

/** Makes the lane's query ready for tables, and for estimates of a search that looks at a share of all buckets. */
export function prepareQuery(share: f32): void {
  projectQuery();
  if (metric == 0) {
    base = l2Squared(query, mean, floats);
    reach = sqrt(base);
  } else {
    base = -2 * dot(query, mean, floats);
    reach = lengthening * sqrt(l2Squared(hashed, mean, floats));
  }
  slack = boundSlope(share) * reach;
  let most: f32 = 0;
  for (let i: u32 = 0; i < SKETCH_BITS; i += 8) {
    let along: f32 = 0;
    for (let j: u32 = 0; j < 8; j++) along += abs(imageOf(i + j));
    most = max(most, along);
  }
  const scale: f32 = most > 0 ? PRODUCT_MAX / most : 0;
  unit = most > 0 ? (lengthening * most) / PRODUCT_MAX : 0;
  for (let byte: u32 = 0; byte < SKETCH_BYTES; byte++) writeProducts(byte, scale);
}

/** For each value of a byte the sum of the images, of those as they are whose bits are set, of the others reversed. */
function writeProducts(byte: u32, scale: f32): void {
  const table = products + (<usize>byte << 9);
  const first = images + (<usize>byte << 5);
  let sum: f32 = 0;
  for (let i: usize = 0; i < 8; i++) sum -= load<f32>(first + (i << 2));
  store<i16>(table, <i16>nearest(sum * scale));
  // Each value is that without its highest bit, and that bit's image the other way round.
  for (let bit: u32 = 0; bit < 8; bit++) {
    const twice = <i32>nearest(load<f32>(first + (<usize>bit << 2)) * (scale + scale));
    const values: usize = 1 << bit;
    for (let value: usize = 0; value < values; value++) {
      const without = <i32>load<i16>(table + (value << 1));
      store<i16>(table + ((value + values) << 1), <i16>min(max(without + twice, -32768), 32767));
    }
  }
}

@inline function productOf(byte: usize, value: u64): i32 {
  return load<i16>(products + (byte << 9) + (<usize>(value & 255) << 1));
}

@inline function productWith(at: usize): i32 {
  const low = load<u64>(at);
  const high = load<u64>(at, 8);
  return productOf(0, low) + productOf(1, low >> 8) + productOf(2, low >> 16) + productOf(3, low >> 24) +
    productOf(4, low >> 32) + productOf(5, low >> 40) + productOf(6, low >> 48) + productOf(7, low >> 56) +
    productOf(8, high) + productOf(9, high >> 8) + productOf(10, high >> 16) + productOf(11, high >> 24);
}

/** A and F. */
@inline function termOf(at: usize): f32 {
  return reinterpret<f32>(<u32>load<u16>(at, 12) << 16);
}

@inline function factorOf(at: usize): f32 {
  return reinterpret<f32>(<u32>load<u16>(at, 14) << 16);
}

/**
 * What the distance of a node from the query is hardly ever below: squared, or the inner product times -2.
 */
@inline export function boundOf(node: u32): f32 {
  const at = sketchAt(node);
  return base + termOf(at) - factorOf(at) * (<f32>productWith(at) * unit + slack);
}

/** The slope that would just have served for a node whose distance, in the same measure, is known. */
export function slopeFor(node: u32, exact: f32): f32 {
  const at = sketchAt(node);
  const factor = factorOf(at);
  if (factor == 0 || reach == 0) return 0;
  return ((base + termOf(at) - exact) / factor - <f32>productWith(at) * unit) / reach;
}
