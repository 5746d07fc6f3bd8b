// Which lists a search probes. To probe the same number for every query spends most on queries whose neighbours lie
// close together, and too little on the others. So every list gets a score, the logarithm of how many of the k nearest
// each of its entries is expected to be, and is probed if that is at least what the effort asks for:
//
//   score = a × (√D - √D₀) / √L + b × log₂(R / L) + c × log₂(place + 1)
//
// with D and D₀ the squared distances of the query from this centroid and from the nearest, R the mean squared distance
// of what the list holds from its centroid, L the squared k-th distance so far, and the list's place by distance.
// Weights and scores are learnt with the lists (`src/index/lists/promise.ts`), such that `nprobe` lists are probed on
// average. At equal recall .90, .95 and .99 a search then scans 1.3, 1.5 and 1.7 times fewer entries of GloVe (340,000
// x 100), 1.2 to 1.4 of glosses (60,000 x 384), 1.1 to 1.3 of Fashion-MNIST (60,000 x 784).
//
// Related: Zhang and Miller, "Learned adaptive early termination" (SIGMOD 2020) and Mohoney et al., "Quake: adaptive
// indexing for vector search" (OSDI 2025) estimate when to stop; this says of each list by itself whether it pays.

import { metric } from '../layout';
import { spreadAt } from './layout';
import { leastScore, promiseWeight } from './state';

/** Of the lists that an average query probes, one query probes at most so many times as many. */
const REACH: u32 = 8;
/** So many lists in a row that promise too little end the search: those behind promise less. */
const PATIENCE: u32 = 16;

let always: u32 = 0;
let judged: bool = false;
let least: f32 = 0;
let gapWeight: f32 = 0;
let spreadWeight: f32 = 0;
let placeWeight: f32 = 0;
let nearestRoot: f32 = 0;
let passedOver: u32 = 0;

/** Begins a search that is to probe so many lists of `count` on average. Answers how many there are to be ranked. */
export function startProbing(probes: u32, count: u32): u32 {
  always = min(probes, count);
  least = leastScore(always);
  judged = metric == 0 && always < count && least > -Infinity;
  passedOver = 0;
  if (!judged) return always;
  gapWeight = promiseWeight(0);
  spreadWeight = promiseWeight(1);
  placeWeight = promiseWeight(2);
  return min(count, always * REACH);
}

/**
 * Whether to probe the list at this place, whose centroid is at the squared distance `far`. While there are not yet k
 * candidates, `limit` is infinite, and as many lists are probed as were asked for.
 */
export function isPromising(place: u32, list: u32, far: f32, limit: f32): bool {
  if (!judged) return true;
  if (place == 0) {
    nearestRoot = sqrt(far);
    return true;
  }
  if (limit == Infinity) return place < always;
  const gap = (sqrt(far) - nearestRoot) / sqrt(limit);
  const spread = binaryLogarithm(load<f32>(spreadAt(list))) - binaryLogarithm(limit);
  const score = gapWeight * gap + spreadWeight * spread + placeWeight * binaryLogarithm(<f32>(place + 1));
  const promising = score >= least;
  passedOver = promising ? 0 : passedOver + 1;
  return promising;
}

/** Whether what is left is not worth looking at. */
@inline export function hasEnded(): bool {
  return passedOver == PATIENCE;
}

/** Of a positive number, read off its bits: exact at powers of two, a straight line between them. */
@inline function binaryLogarithm(value: f32): f32 {
  return <f32>reinterpret<u32>(value) * (1 / <f32>8388608) - 127;
}
