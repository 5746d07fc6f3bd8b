// k-means over the sample, whose vectors are the memory's first nodes.
//
// Seeding: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding" (SODA 2007), on a part of the
// sample, as every seed is a pass over it. Then Lloyd's rounds: `assignNodes` on all threads, `moveCentroids` on
// one. A list that got nothing takes half of one that got most, which is moved aside a little each way.
//
// Where the sample and the lists are many, mini-batches come before the last three of Lloyd's rounds: Sculley,
// "Web-scale k-means clustering" (WWW 2010), algorithm 1. We depart from it in taking batches one after the other in
// place of drawing them, and in letting each pass over the sample begin its rates anew, as centroids have moved much
// since. For 2,400 lists of GloVe it took 8.4 seconds in place of 18 for eight rounds. Its lists are less even: at the
// same nprobe searches compare 1.4 times as many entries and find more (.8994 of 9,800, .9476 of 18,700, .9769 of
// 35,400), so much as Lloyd's find with a little less work (.8735 of 7,000, .9306 of 13,300, .9662 of 25,000, .9873 of
// 47,500). So it is kept for sizes at which the rounds take many seconds.

import { l2Squared, madd } from '../distance';
import { codeCentroids } from './centroid-rows';
import { listVectorOf } from './project';
import { capacity, centroidAt, centroidSquareAt, countAt, placeAt, reduced } from './layout';
import { nextRandom } from './random';
import { setListCount } from './state';

/** Makes lists `from` to `to` of the first `sample` nodes; to be called in order from 0. */
export function seedLists(from: u32, to: u32, sample: u32): void {
  const bytes = <usize>reduced << 2;
  for (let list = from; list < to; list++) {
    let chosen: u32 = 0;
    if (list > 0) {
      const previous = centroidAt(list - 1);
      let total: f64 = 0;
      for (let node: u32 = 0; node < sample; node++) {
        const far = l2Squared(listVectorOf(node), previous, reduced);
        const known = list == 1 ? <f32>Infinity : load<f32>(placeAt(node));
        const least = min(far, known);
        store<f32>(placeAt(node), least);
        total += least;
      }
      let left = nextRandom() * total;
      while (chosen < sample - 1) {
        left -= load<f32>(placeAt(chosen));
        if (left < 0) break;
        chosen += 1;
      }
    }
    memory.copy(centroidAt(list), listVectorOf(chosen), bytes);
    setListCount(list + 1);
  }
  measureCentroids();
}

/** Moves each centroid to the mean of the nodes that are nearest to it. */
export function moveCentroids(sample: u32, lists: u32): void {
  memory.fill(centroidAt(0), 0, (<usize>lists * reduced) << 2);
  memory.fill(countAt(0), 0, <usize>lists << 2);
  for (let node: u32 = 0; node < sample; node++) {
    const list = load<u32>(placeAt(node));
    store<u32>(countAt(list), load<u32>(countAt(list)) + 1);
    const to = centroidAt(list);
    const vector = listVectorOf(node);
    for (let i: usize = 0; i < <usize>reduced << 2; i += 16) {
      v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(vector + i)));
    }
  }
  for (let list: u32 = 0; list < lists; list++) {
    const count = load<u32>(countAt(list));
    if (count == 0) continue;
    const share = f32x4.splat(1 / <f32>count);
    const at = centroidAt(list);
    for (let i: usize = 0; i < <usize>reduced << 2; i += 16) v128.store(at + i, f32x4.mul(v128.load(at + i), share));
  }
  fillEmpty(lists);
  measureCentroids();
}

/** Begins a pass of mini-batches, in which what each centroid is now counts as one vector. */
export function beginPass(lists: u32): void {
  for (let list: u32 = 0; list < lists; list++) store<u32>(countAt(list), 1);
}

/** Moves centroids towards the nodes of a mini-batch, each by its share in all that have come to its list in this pass. */
export function moveTowards(from: u32, to: u32): void {
  for (let node = from; node < to; node++) {
    const list = load<u32>(placeAt(node));
    const count = load<u32>(countAt(list)) + 1;
    store<u32>(countAt(list), count);
    const share = f32x4.splat(1 / <f32>count);
    const centroid = centroidAt(list);
    const vector = listVectorOf(node);
    for (let i: usize = 0; i < <usize>reduced << 2; i += 16) {
      const value = v128.load(centroid + i);
      v128.store(centroid + i, madd(f32x4.sub(v128.load(vector + i), value), share, value));
    }
  }
  measureCentroids();
}

/** How far the halves of a shared list are moved aside, as a share of each coordinate. */
const ASIDE: f32 = 1 / 1024;

function fillEmpty(lists: u32): void {
  for (let list: u32 = 0; list < lists; list++) {
    if (load<u32>(countAt(list)) != 0) continue;
    let fullest: u32 = 0;
    for (let other: u32 = 1; other < lists; other++) {
      if (load<u32>(countAt(other)) > load<u32>(countAt(fullest))) fullest = other;
    }
    const from = centroidAt(fullest);
    const to = centroidAt(list);
    for (let i: u32 = 0; i < reduced; i++) {
      const value = load<f32>(from + (<usize>i << 2));
      const aside = (i & 1) == 0 ? ASIDE : -ASIDE;
      store<f32>(to + (<usize>i << 2), value * (1 + aside));
      store<f32>(from + (<usize>i << 2), value * (1 - aside));
    }
    const half = load<u32>(countAt(fullest)) >> 1;
    store<u32>(countAt(list), half);
    store<u32>(countAt(fullest), load<u32>(countAt(fullest)) - half);
  }
}

/** Makes everything by which vectors are assigned to what the centroids are now. */
function measureCentroids(): void {
  for (let list: u32 = 0; list < capacity; list++) measureCentroid(list);
  codeCentroids();
}

/** Writes the squared length of a centroid. */
export function measureCentroid(list: u32): void {
  let square: f32 = 0;
  const at = centroidAt(list);
  for (let i: u32 = 0; i < reduced; i++) square += load<f32>(at + (<usize>i << 2)) * load<f32>(at + (<usize>i << 2));
  store<f32>(centroidSquareAt(list), square);
}
