// What sketches know of the data as a whole: a mean, principal axes, and how each of the two sketches is cut
// and scaled. Learnt by `src/index/flat/learn.ts`, kept at the start of the model's region:
//
//   0   u32  whether sketches may be used        4  u32  axes
//   8   f32  the longest vector that is bounded  12 u32  live records when it was learnt
//   16  u32  slots that no bound holds for
//   64  the coarse sketch, 128 the fine one:
//       +0  u32  bytes, 0 where there is none    +4  u32  axes of it
//       +8  u32  whether a tail follows them     +12 f32  value of one step of the code
//       +16 f32  the tail's centre               +20 f32  the error that bounds allow for
//       +24 f32  the length that they allow for  +28 f32  how far the rotation is from keeping inner products
//   256 the mean, then the axes, then the rotations of both sketches

import { coarseRotation, fineRotation, model } from '../layout';

/** The two sketches, named by where their figures lie in the model and in a query of a batch. */
export const COARSE: usize = 64;
export const FINE: usize = 128;

@inline export function axisCount(): u32 {
  return load<u32>(model, 4);
}

@inline export function longestBounded(): f64 {
  return <f64>load<f32>(model, 8);
}

@inline export function countUnbounded(): void {
  atomic.add<u32>(model + 16, 1);
}

/** Bytes of a sketch, and dimensions of the space it lies in. */
@inline export function bytesOf(sketch: usize): u32 {
  return load<u32>(model + sketch);
}

@inline export function axesOf(sketch: usize): u32 {
  return load<u32>(model + sketch, 4);
}

@inline export function hasTail(sketch: usize): bool {
  return load<u32>(model + sketch, 8) != 0;
}

@inline export function stepOf(sketch: usize): f64 {
  return <f64>load<f32>(model + sketch, 12);
}

@inline export function tailCentreOf(sketch: usize): f64 {
  return <f64>load<f32>(model + sketch, 16);
}

@inline export function slackOf(sketch: usize): f64 {
  return <f64>load<f32>(model + sketch, 20);
}

@inline export function reachOf(sketch: usize): f64 {
  return <f64>load<f32>(model + sketch, 24);
}

@inline export function rotationErrorOf(sketch: usize): f64 {
  return <f64>load<f32>(model + sketch, 28);
}

@inline export function rotationOf(sketch: usize): usize {
  return sketch == COARSE ? coarseRotation : fineRotation;
}
