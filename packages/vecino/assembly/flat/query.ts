// The queries of a batch, each with what the bounds need to know of it:
//
//   0   u32  entries in its pool
//   64  the coarse sketch's figures, 128 the fine one's:
//       +0  f32 weight of a slot's bias          +8  f64 value of one unit of a bound
//       +16 f64 what to add up beside the k-th   +24 f64 what to take off
//       +32 f64 the sum of the codes × the middle, and what 32-bit floats may round away
//   256 the query itself | its coarse sketch | its fine sketch | the pool
//
// A slot's bound is D = bias × weight - ⟨query's codes, slot's codes⟩, smaller for nearer slots. `thresholdOf`
// turns the distance of the k-th neighbour into the largest D that a slot can have that is as near as that.

import { batch, batchStride, floats, metric, modelAxes, modelMean, query, vectorStride } from '../layout';
import {
  axisCount, bytesOf, COARSE, FINE, longestBounded, reachOf, rotationErrorOf, slackOf, stepOf, tailCentreOf,
} from './model';
import { dotError, project, tail, turn, turned, vanishing } from './project';
import { MIDDLE } from './sketch';

const HEAD: usize = 256;
const CODE_MAX: f64 = 127;
/** Steps of a query's code may be this much longer than those of the slots' before bounds lose their digits. */
const WEIGHT_MIN: f32 = 1e-6;
@inline export function queryOf(ordinal: u32): usize {
  return batch + <usize>ordinal * batchStride;
}

@inline export function vectorOf(at: usize): usize {
  return at + HEAD;
}

@inline export function codesOf(at: usize, sketch: usize): usize {
  return at + HEAD + vectorStride + (sketch == FINE ? <usize>bytesOf(COARSE) : 0);
}

@inline export function poolOf(at: usize): usize {
  return at + HEAD + vectorStride + bytesOf(COARSE) + bytesOf(FINE);
}

@inline export function sizeOf(at: usize): u32 {
  return load<u32>(at);
}

@inline export function setSize(at: usize, size: u32): void {
  store<u32>(at, size);
}

@inline export function weightOf(at: usize, sketch: usize): f32 {
  return load<f32>(at + sketch);
}

/** Takes the lane's query into the batch. */
export function addQuery(ordinal: u32): void {
  const at = queryOf(ordinal);
  setSize(at, 0);
  memory.copy(vectorOf(at), query, vectorStride);
  const lengthSquared = project(query, metric == 1 ? 0 : modelMean, modelAxes, axisCount());
  sketchQuery(at, COARSE, lengthSquared);
  if (bytesOf(FINE) != 0) sketchQuery(at, FINE, lengthSquared);
}

function sketchQuery(at: usize, sketch: usize, lengthSquared: f64): void {
  const byInnerProduct = metric == 1;
  const rounding = turn(sketch, lengthSquared, byInnerProduct ? 0 : tailCentreOf(sketch));
  const bytes = bytesOf(sketch);
  const values = turned();
  let largest: f64 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    largest = max(largest, abs(<f64>load<f32>(values + (<usize>i << 2))));
  }
  // A query at the mean has no coordinates to scale by; any small step will do.
  const slotStep = stepOf(sketch);
  const step = max(largest / CODE_MAX, slotStep / 1024);
  const codes = codesOf(at, sketch);
  let missed: f64 = 0;
  let norm: f64 = 0;
  let sum: f64 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    const value = <f64>load<f32>(values + (<usize>i << 2));
    const code = nearest(value / step);
    store<i8>(codes + i, <i8>code);
    missed += (value - code * step) * (value - code * step);
    norm += code * code;
    sum += code;
  }
  norm = sqrt(norm) * step;
  const error = sqrt(missed) + rounding;
  const slack = slackOf(sketch);
  const weight = byInnerProduct ? <f32>1 : <f32>(slotStep / (2 * step));
  store<f32>(at + sketch, weight);
  if (byInnerProduct) {
    const reach = reachOf(sketch) + slack;
    const length = sqrt(lengthSquared);
    const mean = dotWithMean(vectorOf(at));
    store<f64>(at + sketch + 8, slotStep * step);
    store<f64>(
      at + sketch + 16,
      mean + tail * tailCentreOf(sketch) + error * abs(tailCentreOf(sketch)) + norm * slack + error * reach
        + rotationErrorOf(sketch) * (norm + error) * reach + 2 * dotError(floats) * length * longestBounded()
        + vanishing(floats),
    );
    store<f64>(at + sketch + 24, 0);
  } else {
    store<f64>(at + sketch + 8, 2 * slotStep * step);
    store<f64>(at + sketch + 16, error + slack);
    store<f64>(at + sketch + 24, norm * norm);
  }
  // A bound is one product and one difference of 32-bit floats, and its weight is one itself.
  const largestBound = <f64>weight * 4096 * <f64>bytes + 127 * 127 * <f64>bytes;
  store<f64>(at + sketch + 32, <f64>MIDDLE * sum - largestBound * 4.8e-7);
}

/** In 64-bit floats. */
function dotWithMean(vector: usize): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < vectorStride; i += 4) sum += <f64>load<f32>(vector + i) * <f64>load<f32>(modelMean + i);
  return sum;
}

/** The largest bound of a slot whose distance, as the engine computes it, may be at most this one. */
export function thresholdOf(at: usize, sketch: usize, distance: f32): f32 {
  const unit = load<f64>(at + sketch + 8);
  const beside = load<f64>(at + sketch + 16);
  const less = load<f64>(at + sketch + 24);
  let most: f64;
  if (metric == 1) {
    most = <f64>distance + beside;
  } else {
    // The computed distance of a slot is smaller than the true one by no more than this.
    const distanceSquared = (<f64>distance + vanishing(floats)) * (1 + 4 * dotError(floats));
    const radius = sqrt(distanceSquared) + beside;
    most = radius * radius - less;
  }
  const threshold = most / unit - load<f64>(at + sketch + 32);
  const rounded = <f32>(threshold + abs(threshold) * 2.4e-7);
  // Of a query so far away that slots hardly differ, nothing is concluded.
  return rounded == rounded && weightOf(at, sketch) > WEIGHT_MIN ? rounded : Infinity;
}
