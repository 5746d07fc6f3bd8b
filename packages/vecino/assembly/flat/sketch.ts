// The sketches of a slot: a few bytes from which a bound of its distance to any query follows.
//
// The coordinates of `project.ts` become codes 0 to 127, code c standing for (c - 64) steps. The rounding moves
// the sketch by a length that is measured here, slot by slot. Bounds allow for one error, the model's slack; a
// slot whose own is larger (its values lie beyond the codes) is marked, and is always compared by its vector.
//
// Coarse sketches are scanned one after another, so those of 16 slots are interleaved by fours of bytes: what
// the processor adds up are then whole slots, not parts of one. Fine sketches are asked for here and there and
// lie in a row.
//
//   coarse, for each 16 slots:  slot 0 bytes 0…3 | slot 1 bytes 0…3 | … | slot 15 bytes 0…3 | slot 0 bytes 4…7 | …
//   fine:                       slot 0 | slot 1 | …

import {
  biasesOf, BLOCK_SLOTS, LINKED, linkedAt, metric, modelAxes, modelMean, sketchesOf, vectorAt, floats,
} from '../layout';
import {
  axisCount, bytesOf, COARSE, countUnbounded, FINE, longestBounded, reachOf, slackOf, stepOf, tailCentreOf,
} from './model';
import { project, squares, turn, turned } from './project';

/** The code of the value 0. */
export const MIDDLE: i32 = 64;
const CODE_MAX: i32 = 127;

/** The bias of a slot that no bound holds for: whatever its weight, the bound passes every threshold. */
const UNBOUNDED: f32 = -1e30;

/** Whether a bound from this bias says nothing. */
@inline export function isUnbounded(bound: f32): bool {
  return bound < -1e20;
}

/** The coarse sketches of 16 slots, of which the given one is the first. */
@inline export function coarseAt(slot: u32): usize {
  return sketchesOf(slot >> 10) + <usize>(slot & (BLOCK_SLOTS - 1)) * bytesOf(COARSE);
}

@inline export function coarseBiasAt(slot: u32): usize {
  return biasesOf(slot >> 10) + (<usize>(slot & (BLOCK_SLOTS - 1)) << 2);
}

@inline export function fineAt(slot: u32): usize {
  const coarse = <usize>bytesOf(COARSE) * BLOCK_SLOTS;
  return sketchesOf(slot >> 10) + coarse + <usize>(slot & (BLOCK_SLOTS - 1)) * bytesOf(FINE);
}

@inline export function fineBiasAt(slot: u32): usize {
  return coarseBiasAt(slot) + BLOCK_SLOTS * 4;
}

/** How far the last two sketches are from their slot, by length, and their own lengths; for learning what is usual. */
let coarseError: f64 = 0;
let fineError: f64 = 0;
let coarseReach: f64 = 0;
let fineReach: f64 = 0;

export function lastError(sketch: u32): f64 {
  return <usize>sketch == COARSE ? coarseError : fineError;
}

export function lastReach(sketch: u32): f64 {
  return <usize>sketch == COARSE ? coarseReach : fineReach;
}

/** Writes the sketches of a slot, whose vector is in place. */
export function sketchSlot(slot: u32): void {
  const lengthSquared = project(vectorAt(slot), modelMean, modelAxes, axisCount());
  const row = slot & 15;
  writeSketch(COARSE, lengthSquared, coarseAt(slot - row) + (row << 2), 64, coarseBiasAt(slot), slot);
  if (bytesOf(FINE) != 0) writeSketch(FINE, lengthSquared, fineAt(slot), 4, fineBiasAt(slot), slot);
  store<u8>(linkedAt(slot), LINKED);
}

/** Four bytes lie together, the next four `stride` bytes farther. */
function writeSketch(
  sketch: usize, lengthSquared: f64, into: usize, stride: usize, biasInto: usize, slot: u32,
): void {
  const rounding = turn(sketch, lengthSquared, tailCentreOf(sketch));
  const bytes = bytesOf(sketch);
  const step = stepOf(sketch);
  const values = turned();
  let missed: f64 = 0;
  let norm: i32 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    const value = <f64>load<f32>(values + (<usize>i << 2));
    const code = <i32>min(max(nearest(value / step) + MIDDLE, 0), CODE_MAX);
    store<u8>(into + (i >> 2) * stride + (i & 3), <u8>code);
    const offset = code - MIDDLE;
    const miss = value - <f64>offset * step;
    missed += miss * miss;
    norm += offset * offset;
  }
  const error = sqrt(missed) + rounding;
  const reach = sqrt(<f64>norm) * step;
  if (sketch == COARSE) {
    coarseError = error;
    coarseReach = reach;
  } else {
    fineError = error;
    fineReach = reach;
  }
  let bounded = error <= slackOf(sketch);
  // Under the inner product bounds also allow for lengths.
  if (metric == 1) {
    const longest = longestBounded();
    bounded = bounded && reach <= reachOf(sketch) && squares(vectorAt(slot), floats) <= longest * longest;
  }
  if (!bounded) countUnbounded();
  store<f32>(biasInto, bounded ? (metric == 1 ? 0 : <f32>norm) : UNBOUNDED);
}
