// From a vector to the few coordinates of a sketch, and how wrong they may be.
//
// With v = x - mean and a matrix A whose rows are (nearly) orthonormal and which lengthens nothing, let y = Av
// and let the tail be t = √(|v|² - |y|²). Then for any two vectors
//
//   |y₁ - y₂|² + (t₁ - t₂)² ≤ |v₁ - v₂|²      and      ⟨v₁, v₂⟩ ≤ ⟨y₁, y₂⟩ + t₁ t₂,
//
// because t = |Bv| for the matrix B with AᵀA + BᵀB = 1, so that the left is |Av₁ - Av₂|² + (|Bv₁| - |Bv₂|)², and
// the right is Cauchy and Schwarz. It holds for every A that lengthens nothing: axes that are only nearly
// principal make the bound looser, never wrong. (The inequality is old; it is how principal components
// serve as an index in Kanth, Agrawal and Singh, SIGMOD 1998; the tail is from Cha, Zhu, Petkovic and Chung,
// "An efficient indexing method for nearest neighbor searches in high-dimensional image databases", 2002.)
//
// What is computed differs from y and t by rounding. Each function here answers by how much at most, and the
// bounds allow for it.

import { dot } from '../distance';
import { axesOf, bytesOf, hasTail, rotationOf } from './model';
import { coordinates, floats, vectorStride } from '../layout';

/** Half the distance from 1 to the next 32-bit float: the relative error of one operation. */
const UNIT: f64 = 5.960464477539063e-8;

/** What 64-bit sums of squares may be wrong by, relatively; far more than they are. */
const SUM_ERROR: f64 = 1e-12;

/** Room for the coordinates of one sketch, which are 192 and a tail at most. */
const COORDINATES: usize = 256 * 4;

/** Where `project` leaves its coordinates. */
@inline export function projected(): usize {
  return coordinates + vectorStride;
}

/** A copy of the first of them, and the tail. */
@inline function withTail(): usize {
  return projected() + COORDINATES;
}

/** Where `turn` leaves its own. */
@inline export function turned(): usize {
  return withTail() + COORDINATES;
}

/**
 * Bound of the relative error of `dot` of two vectors, in units of the product of their lengths: four
 * accumulators of four lanes add up a sixteenth of the terms each.
 */
@inline export function dotError(terms: u32): f64 {
  return (<f64>(terms >> 4) + 8) * UNIT;
}

/** What sums of so many products may lose where products are too small for 32-bit floats. */
@inline export function vanishing(terms: u32): f64 {
  return <f64>terms * 1.401298464324817e-45;
}

/** The sum of squares in 64-bit floats, which neither overflows nor vanishes. */
export function squares(at: usize, count: u32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  const end = at + (<usize>count << 2);
  while (at < end) {
    const low = f64x2.promote_low_f32x4(v128.load64_zero(at));
    const high = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
    at += 16;
  }
  const s = f64x2.add(s0, s1);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/**
 * Writes a vector's coordinates on the given axes, and answers its squared length; measured from the mean,
 * or from the origin where `mean` is 0.
 */
export function project(vector: usize, mean: usize, axes: usize, count: u32): f64 {
  const centred = coordinates;
  for (let i: usize = 0; i < vectorStride; i += 16) {
    const value = v128.load(vector + i);
    v128.store(centred + i, mean == 0 ? value : f32x4.sub(value, v128.load(mean + i)));
  }
  const out = projected();
  for (let axis: u32 = 0; axis < count; axis++) {
    store<f32>(out + (<usize>axis << 2), dot(axes + axis * vectorStride, centred, floats));
  }
  return squares(centred, floats);
}

/** The tail of the last `turn`, as computed. */
export let tail: f64 = 0;

/**
 * Writes the coordinates of a sketch: the first of the projected ones and their tail, rotated so that all
 * vary by about the same and one step of the code serves all. Answers how far (by length) they may be from
 * what they would be without rounding.
 */
export function turn(sketch: usize, lengthSquared: f64, tailCentre: f64): f64 {
  const axes = axesOf(sketch);
  const bytes = bytesOf(sketch);
  const from = projected();
  const into = withTail();
  memory.copy(into, from, <usize>axes << 2);
  memory.fill(into + (<usize>axes << 2), 0, <usize>(bytes - axes) << 2);
  const length = sqrt(lengthSquared);
  let error = sqrt(<f64>axes) * (dotError(floats) * length + vanishing(floats));
  if (hasTail(sketch)) {
    const within = squares(into, (axes + 3) & ~3);
    tail = sqrt(max(0, lengthSquared - within));
    // By so much may the square of the tail be wrong, and then the tail by no more than either of these.
    const doubt = 2 * length * error + error * error + lengthSquared * SUM_ERROR;
    error += min(sqrt(doubt), tail > 0 ? doubt / tail : Infinity);
    store<f32>(into + (<usize>axes << 2), <f32>(tail - tailCentre));
  }
  const out = turned();
  const rotation = rotationOf(sketch);
  for (let i: u32 = 0; i < bytes; i++) {
    store<f32>(out + (<usize>i << 2), dot(rotation + (<usize>(i * bytes) << 2), into, bytes));
  }
  return error + (sqrt(<f64>bytes) * dotError(bytes) + 2 * UNIT) * sqrt(squares(into, bytes));
}
