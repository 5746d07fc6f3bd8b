// Splitting: a list that has grown far beyond the others is cut in two, by k-means of two centroids over its entries,
// so that a search goes on reading about as much however the data grow. No other list is touched.
//
// Searches go on meanwhile. The new list is there before entries move into it; while the entries that stay are coded
// anew around their new centroid, some milliseconds, estimates of some of them are of the old one.

import { l2Squared } from '../distance';
import { NONE, slotList } from '../layout';
import { codeCentroid } from './centroid-rows';
import { encodeEntry } from './codes';
import {
  capacity, centroidAt, countAt, headAt, listLockAt, model, nodesAt, pageAt, reduced, spreadAt, subspaces, tile,
} from './layout';
import { measureCentroid } from './kmeans';
import { entriesOf, lock, move, nextOf, unlock } from './pages';
import { listVectorOf } from './project';
import { listCount, setListCount } from './state';

/** A list is split when it has so many times as many entries as the mean, and at least these. */
const LONG: u32 = 4;
const LONG_MIN: u32 = 256;
/** Most entries that are looked at: as many as the lane's list holds. */
const LONG_MAX: u32 = 16_384;
const ROUNDS: u32 = 6;
/** Word of the model that is 1 while a thread splits. */
const SPLIT_LOCK: usize = 76;

/** Splits a list that is too long, if there is one, room for another, and nobody else splits. Answers whether. */
export function splitLongest(): bool {
  const count = listCount();
  if (count == 0 || count >= capacity) return false;
  if (atomic.cmpxchg<u32>(model + SPLIT_LOCK, 0, 1) != 0) return false;
  let entries: u32 = 0;
  let longest: u32 = 0;
  for (let list: u32 = 0; list < count; list++) {
    const length = load<u32>(countAt(list));
    entries += length;
    if (length > load<u32>(countAt(longest))) longest = list;
  }
  const length = load<u32>(countAt(longest));
  const isLong = length >= LONG_MIN && length > LONG * (entries / count);
  const isSplit = isLong && split(longest, count);
  atomic.store<u32>(model + SPLIT_LOCK, 0);
  return isSplit;
}

/** The two centroids and the sums of what is nearest to each, in the lane's tile. */
@inline function rowAt(i: u32): usize {
  return tile + ((<usize>i * reduced) << 2);
}

function split(list: u32, other: u32): bool {
  const members = membersOf(list);
  if (members < 2 || !seed(list, members)) return false;
  for (let round: u32 = 0; round < ROUNDS; round++) moveCentroids(members);

  const bytes = <usize>reduced << 2;
  memory.copy(centroidAt(other), rowAt(1), bytes);
  measureCentroid(other);
  codeCentroid(other);
  store<f32>(spreadAt(other), load<f32>(spreadAt(list)));
  store<u32>(headAt(other), NONE);
  store<u32>(countAt(other), 0);
  setListCount(other + 1);
  for (let i: u32 = 0; i < members; i++) {
    const node = memberAt(i);
    if (isNearerToOther(node)) move(node, list, other);
  }
  lock(listLockAt(list));
  memory.copy(centroidAt(list), rowAt(0), bytes);
  measureCentroid(list);
  codeCentroid(list);
  if (subspaces != 0) encodeAgain(list);
  unlock(listLockAt(list));
  return true;
}

/** Notes the nodes of a list in the lane; answers how many. Others may link meanwhile, so some may be of another. */
function membersOf(list: u32): u32 {
  let members: u32 = 0;
  for (let page = load<u32>(headAt(list)); page != NONE; page = nextOf(pageAt(page))) {
    const at = pageAt(page);
    for (let row: u32 = 0; row < entriesOf(at) && members < LONG_MAX; row++) {
      store<u32>(slotList + (<usize>members << 2), load<u32>(nodesAt(at) + (<usize>row << 2)));
      members += 1;
    }
  }
  return members;
}

@inline function memberAt(i: u32): u32 {
  return load<u32>(slotList + (<usize>i << 2));
}

/** Begins with the entry that is farthest from the centroid, and the one that is farthest from that. */
function seed(list: u32, members: u32): bool {
  memory.copy(rowAt(0), listVectorOf(farthestFrom(centroidAt(list), members)), <usize>reduced << 2);
  memory.copy(rowAt(1), listVectorOf(farthestFrom(rowAt(0), members)), <usize>reduced << 2);
  // All entries are the same: no cut makes them fewer.
  return l2Squared(rowAt(0), rowAt(1), reduced) > 0;
}

function farthestFrom(point: usize, members: u32): u32 {
  let farthest = memberAt(0);
  let most: f32 = -1;
  for (let i: u32 = 0; i < members; i++) {
    const far = l2Squared(listVectorOf(memberAt(i)), point, reduced);
    if (far > most) {
      most = far;
      farthest = memberAt(i);
    }
  }
  return farthest;
}

@inline function isNearerToOther(node: u32): bool {
  const vector = listVectorOf(node);
  return l2Squared(vector, rowAt(1), reduced) < l2Squared(vector, rowAt(0), reduced);
}

/** Moves both centroids to the means of what is nearest to them. */
function moveCentroids(members: u32): void {
  memory.fill(rowAt(2), 0, <usize>reduced << 3);
  let others: u32 = 0;
  for (let i: u32 = 0; i < members; i++) {
    const node = memberAt(i);
    const isOther = isNearerToOther(node);
    const sums = rowAt(isOther ? 3 : 2);
    const vector = listVectorOf(node);
    for (let j: usize = 0; j < <usize>reduced << 2; j += 16) {
      v128.store(sums + j, f32x4.add(v128.load(sums + j), v128.load(vector + j)));
    }
    if (isOther) others += 1;
  }
  if (others == 0 || others == members) return;
  divide(2, members - others);
  divide(3, others);
}

/** Writes the mean from a sum, two rows before it. */
function divide(row: u32, count: u32): void {
  const share = f32x4.splat(1 / <f32>count);
  for (let j: usize = 0; j < <usize>reduced << 2; j += 16) {
    v128.store(rowAt(row - 2) + j, f32x4.mul(v128.load(rowAt(row) + j), share));
  }
}

function encodeAgain(list: u32): void {
  for (let page = load<u32>(headAt(list)); page != NONE; page = nextOf(pageAt(page))) {
    const at = pageAt(page);
    for (let row: u32 = 0; row < entriesOf(at); row++) {
      encodeEntry(load<u32>(nodesAt(at) + (<usize>row << 2)), list, at, row);
    }
  }
}
