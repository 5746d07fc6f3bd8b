// What is known of the lists as a whole; the scalars at the start of the model:
//
//   0   u32  lists in use, 0 where nothing is learnt    4   u32  records when it was learnt
//   8   u32  pages in use, free ones included           12  u32  first free page + 1
//   16  u32  lock of the free pages
//   20  f32  unit of the additive terms                 24  f32  unit of the factors
//   28  f32  slope of the bound, see `codes.ts`          32  f32  value of one unit of a centroid's row
//   36  f32  offset of the centroids' rows
//   40  f64  sum of the squared residuals when learnt    48  u32  and their number
//   56  f64  the same of what came later                 64  u32  and their number

import { model } from './layout';

@inline export function listCount(): u32 {
  return load<u32>(model);
}

@inline export function setListCount(count: u32): void {
  store<u32>(model, count);
}

@inline export function pagesUsedAt(): usize {
  return model + 8;
}

@inline export function freePageAt(): usize {
  return model + 12;
}

@inline export function freeLockAt(): usize {
  return model + 16;
}

@inline export function termUnit(): f32 {
  return load<f32>(model, 20);
}

@inline export function factorUnit(): f32 {
  return load<f32>(model, 24);
}

@inline export function boundSlope(): f32 {
  return load<f32>(model, 28);
}

@inline export function centroidStep(): f32 {
  return load<f32>(model, 32);
}

@inline export function centroidOffset(): f32 {
  return load<f32>(model, 36);
}

export function setUnits(term: f32, factor: f32): void {
  store<f32>(model, term, 20);
  store<f32>(model, factor, 24);
}

export function setBoundSlope(slope: f32): void {
  store<f32>(model, slope, 28);
}

export function setCentroidRange(step: f32, offset: f32): void {
  store<f32>(model, step, 32);
  store<f32>(model, offset, 36);
}
