// What is known of the lists as a whole; the scalars at the start of the model:
//
//   0   u32  lists in use, 0 where nothing is learnt    4   u32  first free page + 1
//   8   u32  pages in use, free ones included           12  u32  records when it was learnt
//   16  u32  lock of the free pages
//   20  f32  unit of the additive terms                 24  f32  unit of the factors
//                                                       32  f32  value of one unit of a centroid's row
//   40  f32  squared length that a tenth of the sample's residuals exceeded
//   44  u32  entries that came after the learning       48  u32  those of them whose residual is longer than that
//   56  u32  nodes to learn from                        60  u32  lists to make
//   64  u32  records there are
//   68  u32  whether the sample is projected            72  u32  state of the random numbers
//   76  u32  lock of splitting                          80  u32  nodes before the present mini-batch
//   128 f32  slopes of the bound where 1, 2, 4, … lists are probed
//   192 f32  weights of what tells how much a list promises
//   256 f32  scores from which on lists are probed, where 1, 2, 4, … are to be on average; see `promise.ts`

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
  return model + 4;
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

/**
 * By which share of the query's distance from a centroid an estimate may be too large to be believed, where so many
 * lists are probed: the few that are missed for it are to be fewer than those that lie in other lists.
 */
export function boundSlope(probes: u32): f32 {
  return between(model + 128, probes);
}

/** The score from which on a list is probed, where so many are to be on average; see `promise.ts`. */
export function leastScore(probes: u32): f32 {
  return between(model + 256, probes);
}

@inline export function promiseWeight(property: u32): f32 {
  return load<f32>(model + 192 + (<usize>property << 2));
}

/** Of numbers for 1, 2, 4, … lists the one for so many. */
function between(numbers: usize, probes: u32): f32 {
  const power = 31 - clz(max(probes, 1));
  const at = numbers + (<usize>power << 2);
  const share = <f32>(probes - (1 << power)) / <f32>(1 << power);
  return load<f32>(at) + share * (load<f32>(at, 4) - load<f32>(at));
}

@inline export function centroidStep(): f32 {
  return load<f32>(model, 32);
}

export function setCentroidStep(step: f32): void {
  store<f32>(model, step, 32);
}

@inline export function farLimit(): f32 {
  return load<f32>(model, 40);
}

@inline export function countMet(): void {
  atomic.add<u32>(model + 44, 1);
}

@inline export function countFar(): void {
  atomic.add<u32>(model + 48, 1);
}

@inline export function isSampleProjected(): bool {
  return load<u32>(model, 68) != 0;
}
