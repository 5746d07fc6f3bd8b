// Linking: nodes come into the list of their nearest centroid, four at a time, and are marked as linked.
//
// Of what comes after the learning it is counted how often a residual is as long as only a tenth of the sample's were:
// when that is often, the data have moved away from what was learnt.

import { l2Squared } from '../distance';
import { isLive, LINKED, linkedAt, NONE, slotList } from '../layout';
import { list0, list1, list2, list3, nearestOfTile } from './assign';
import { centroidAt, PAGE_ENTRIES, pageAt, placeAt, reduced, tile } from './layout';
import { append, listOf, take } from './pages';
import { listVectorOf } from './project';
import { countFar, countMet, farLimit } from './state';

/** Links the first nodes of the lane's list, which are in no list yet. */
export function linkListed(count: u32): void {
  const stride = <usize>reduced << 2;
  for (let i: u32 = 0; i < count; i += 4) {
    const several = min<u32>(4, count - i);
    for (let j: u32 = 0; j < several; j++) memory.copy(tile + j * stride, listVectorOf(nodeAt(i + j)), stride);
    nearestOfTile();
    linkTo(nodeAt(i), list0, tile);
    if (several > 1) linkTo(nodeAt(i + 1), list1, tile + stride);
    if (several > 2) linkTo(nodeAt(i + 2), list2, tile + 2 * stride);
    if (several > 3) linkTo(nodeAt(i + 3), list3, tile + 3 * stride);
  }
}

@inline function nodeAt(i: u32): u32 {
  return load<u32>(slotList + (<usize>i << 2));
}

function linkTo(node: u32, list: u32, vector: usize): void {
  countMet();
  if (l2Squared(vector, centroidAt(list), reduced) > farLimit()) countFar();
  // One that was in a list before its node was used again leaves it.
  take(node);
  append(node, list);
  store<u8>(linkedAt(node), LINKED);
}

/** Takes a node out of its list, and its mark from it. */
export function unlinkNode(node: u32): void {
  take(node);
  store<u8>(linkedAt(node), 0);
}

/** Takes out linked nodes of a range that are not live any more. Answers how many. */
export function unlinkGone(from: u32, to: u32): u32 {
  let count: u32 = 0;
  for (let node = from; node < to; node++) {
    if (load<u8>(linkedAt(node)) == 0 || isLive(node)) continue;
    unlinkNode(node);
    count += 1;
  }
  return count;
}

/** The list that a node is in; `NONE` where it is in none. */
export function listOfNode(node: u32): u32 {
  const place = load<u32>(placeAt(node));
  return place == 0 ? NONE : listOf(pageAt((place - 1) / PAGE_ENTRIES));
}
