// Distances between two vectors of 32-bit floats; smaller is nearer.
//
// Four accumulators hide the latency of the additions; eight spill registers (measured). Vectors are padded
// with zeros to a multiple of four floats, which changes neither sum.

import { floats, metric } from './layout';

/** Distances computed by this thread since the count was last taken. */
let computations: u32 = 0;

export function takeComputations(): u32 {
  const taken = computations;
  computations = 0;
  return taken;
}

@inline export function countComputations(count: u32): void {
  computations += count;
}

/** a × b + c, fused where the build has relaxed SIMD. */
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(RELAXED)) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

@inline export function sum(s: v128): f32 {
  const halves = f32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

/** Squared Euclidean distance. */
export function l2Squared(a: usize, b: usize, count: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const end16 = a + ((<usize>count & ~15) << 2);
  while (a < end16) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    const d2 = f32x4.sub(v128.load(a, 32), v128.load(b, 32));
    const d3 = f32x4.sub(v128.load(a, 48), v128.load(b, 48));
    s0 = madd(d0, d0, s0);
    s1 = madd(d1, d1, s1);
    s2 = madd(d2, d2, s2);
    s3 = madd(d3, d3, s3);
    a += 64;
    b += 64;
  }
  const end4 = a + ((<usize>count & 15) << 2);
  while (a < end4) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    s0 = madd(d0, d0, s0);
    a += 16;
    b += 16;
  }
  return sum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

/** Inner product. */
export function dot(a: usize, b: usize, count: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const end16 = a + ((<usize>count & ~15) << 2);
  while (a < end16) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = madd(v128.load(a, 48), v128.load(b, 48), s3);
    a += 64;
    b += 64;
  }
  const end4 = a + ((<usize>count & 15) << 2);
  while (a < end4) {
    s0 = madd(v128.load(a), v128.load(b), s0);
    a += 16;
    b += 16;
  }
  return sum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

/**
 * Whether distances are those of a search (by the index's metric) or those of building, which are always
 * Euclidean. Under the inner product a record is nearer to a long one than to itself, so a graph of such
 * neighbours is all hubs and leaves most records unreachable (measured on Fashion-MNIST: nine of ten). A graph
 * of Euclidean neighbours connects everything, and a walk over it follows whatever metric it is asked for. It is
 * the limit of the reduction of Bachrach et al., "Speeding Up the Xbox Recommender System" (RecSys 2014), as
 * the bound on the lengths grows.
 */
let byInnerProduct: bool = false;

export function compareForSearching(): void {
  byInnerProduct = metric == 1;
}

export function compareForBuilding(): void {
  byInnerProduct = false;
}

/** The distance that is asked for now. Cosine data are normalised and use the Euclidean one. */
export function distance(a: usize, b: usize): f32 {
  return byInnerProduct ? -dot(a, b, floats) : l2Squared(a, b, floats);
}
