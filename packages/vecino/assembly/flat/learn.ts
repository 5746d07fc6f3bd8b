// Learning principal axes by subspace iteration (Halko, Martinsson and Tropp, "Finding structure with
// randomness", arXiv:0909.4061, section 4.5): each pass over a sample replaces every axis by its image under the
// covariance; `src/quantizer/principal-axes.ts` makes the images orthonormal again and decides when to stop.
// A vector costs 2 × axes × dimension multiplications.

import { axisImages, coordinates, floats, nextAxes, nextMean, vectorAt, vectorStride } from '../layout';
import { project } from './project';

/** Adds to each axis's image what one slot's vector contributes. Values are multiplied by `scale`, so that none is out of range. */
export function imageAxes(slot: u32, count: u32, scale: f32): void {
  project(vectorAt(slot), nextMean, nextAxes, count);
  const coefficients = coordinates + vectorStride;
  const scales = f32x4.splat(scale);
  for (let i: usize = 0; i < vectorStride; i += 16) {
    v128.store(coordinates + i, f32x4.mul(v128.load(coordinates + i), scales));
  }
  for (let axis: u32 = 0; axis < count; axis++) {
    const weight = f32x4.splat(load<f32>(coefficients + (<usize>axis << 2)) * scale);
    let image = axisImages + axis * vectorStride;
    for (let i: usize = 0; i < vectorStride; i += 16) {
      v128.store(image, f32x4.add(v128.load(image), f32x4.mul(weight, v128.load(coordinates + i))));
      image += 16;
    }
  }
}

/** Projects a slot's vector on the axes that are being learnt. Answers its squared distance from their mean. */
export function projectSlot(slot: u32, count: u32): f64 {
  return project(vectorAt(slot), nextMean, nextAxes, count);
}
