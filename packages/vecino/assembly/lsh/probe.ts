// Which buckets to look at: query-directed multi-probe after Lv, Josephson, Wang, Charikar and Li, "Multi-probe LSH:
// efficient indexing for high-dimensional similarity search" (VLDB 2007).
//
// A step leaves the query's cell in one projection and costs the square of its distance from the boundary: the larger,
// the less likely a neighbour lies beyond. A bucket is a set of steps and costs their sum, in the tables of hyperplanes
// as in those of cells. We depart from the paper in two ways. Buckets of all tables are chosen together, by one reach
// for all costs. And in place of a heap that answers buckets by rising cost, the reach that gives the number of
// buckets asked for is found by counting, which takes two or three nanoseconds a bucket where a heap took some eighty:
// steps lie in the order of their costs, so that a walk over sets ends each branch at the first step beyond reach.

import { hashIn } from './hash';
import {
  boundAt, bucketOf, celled, cuts, firstOf, imageOf, PROBE_BYTES, probes, STEP_BYTES, stepOf, stepsOf, tables,
} from './layout';

/** Of the number of buckets asked for, this share at least is looked at. */
const ENOUGH: f32 = 0.93;
const ROUNDS: u32 = 16;
/** A reach to begin with, where the query lies on a boundary. */
const TINY: f32 = 1e-6;

// A step, in 16 bytes: its cost f32, what it adds to the hash u32, the bit of its projection u32.
@inline function addStep(list: usize, count: u32, cost: f32, delta: u32, bit: u32): void {
  let at = list + <usize>count * STEP_BYTES;
  while (at > list && load<f32>(at - STEP_BYTES) > cost) {
    v128.store(at, v128.load(at - STEP_BYTES));
    at -= STEP_BYTES;
  }
  store<f32>(at, cost);
  store<u32>(at, delta, 4);
  store<u32>(at, bit, 8);
}

@inline function stepsEnd(table: u32): usize {
  return stepsOf(table) + <usize>(celled ? cuts << 1 : cuts) * STEP_BYTES;
}

/** Makes the steps of each table for the vector projected last. */
export function prepareSteps(): void {
  for (let table: u32 = 0; table < tables; table++) {
    const first = firstOf(table);
    const list = stepsOf(table);
    let count: u32 = 0;
    for (let i: u32 = 0; i < cuts; i++) {
      const image = imageOf(first + i);
      const step = stepOf(first + i);
      const bit: u32 = 1 << i;
      if (!celled) {
        addStep(list, count++, image * image, image > 0 ? 0 - step : step, bit);
        continue;
      }
      const below: f32 = image - floor<f32>(image);
      const above: f32 = 1 - below;
      addStep(list, count++, below * below, 0 - step, bit);
      addStep(list, count++, above * above, step, bit);
    }
  }
}

let counted: u32 = 0;
let countMax: u32 = 0;

/** Counts the sets of steps from here on that cost no more than what is left. */
function countSets(at: usize, end: usize, left: f32, used: u32): void {
  for (; at < end; at += STEP_BYTES) {
    const rest = left - load<f32>(at);
    if (rest < 0 || counted >= countMax) return;
    const bit = load<u32>(at, 8);
    if ((used & bit) != 0) continue;
    counted += 1;
    countSets(at + STEP_BYTES, end, rest, used | bit);
  }
}

function bucketsWithin(reach: f32): u32 {
  counted = tables;
  for (let table: u32 = 0; table < tables; table++) countSets(stepsOf(table), stepsEnd(table), reach, 0);
  return counted;
}

/** The reach of costs within which there are so many buckets or a little fewer. */
export function reachFor(wanted: u32): f32 {
  if (wanted <= tables) return 0;
  countMax = wanted << 1;
  let near: f32 = 0;
  let nearCount = tables;
  let far = load<f32>(stepsOf(0)) * 4 + TINY;
  let farCount = bucketsWithin(far);
  for (let i: u32 = 0; farCount < wanted && i < 64; i++) {
    near = far;
    nearCount = farCount;
    far *= 2;
    farCount = bucketsWithin(far);
  }
  if (farCount <= wanted) return far;
  // Their number grows about exponentially between the two.
  const least = <u32>(ENOUGH * <f32>wanted);
  for (let i: u32 = 0; i < ROUNDS && nearCount < least; i++) {
    const share = Mathf.log(<f32>wanted * 0.97 / <f32>nearCount) / Mathf.log(<f32>farCount / <f32>nearCount);
    const between = near + (far - near) * min<f32>(max<f32>(share, 0.1), 0.9);
    const count = bucketsWithin(between);
    if (count <= wanted) {
      near = between;
      nearCount = count;
    } else {
      far = between;
      farCount = count;
    }
  }
  return near;
}

// A probe, in 16 bytes: the places of a bucket's first entry and of its end, u32 each, and its table u32.
let written: usize = 0;
let writtenTable: u32 = 0;

@inline function writeProbe(hash: u32): void {
  const at = boundAt(writtenTable, bucketOf(hash));
  const first = load<u32>(at);
  const end = load<u32>(at, 4);
  if (first >= end) return;
  store<u32>(written, first);
  store<u32>(written, end, 4);
  store<u32>(written, writtenTable, 8);
  written += PROBE_BYTES;
}

function writeSets(at: usize, end: usize, hash: u32, left: f32, used: u32): void {
  for (; at < end; at += STEP_BYTES) {
    const rest = left - load<f32>(at);
    if (rest < 0) return;
    const bit = load<u32>(at, 8);
    if ((used & bit) != 0) continue;
    const next = hash + load<u32>(at, 4);
    writeProbe(next);
    writeSets(at + STEP_BYTES, end, next, rest, used | bit);
  }
}

/** Writes the buckets within reach that are not empty to the lane's probes; answers where they end. */
export function writeProbes(reach: f32): usize {
  written = probes;
  for (let table: u32 = 0; table < tables; table++) {
    writtenTable = table;
    const hash = hashIn(table);
    writeProbe(hash);
    writeSets(stepsOf(table), stepsEnd(table), hash, reach, 0);
  }
  return written;
}
