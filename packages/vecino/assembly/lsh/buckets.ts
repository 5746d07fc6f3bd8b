// Buckets: in each table all nodes in the order of their buckets, one word each, so that a bucket is read in one go.
//
// Tables are laid as a whole: nodes are hashed and counted, then sorted by counting, and nothing is moved afterwards.
// A node that comes later is marked in a bitmap, and searches look at all of those by their sketches, at some ten
// nanoseconds each, until so many have come that the tables are laid anew. An entry whose node has left stays, and is
// passed by; where the node is used again, that is one more look at it. (Chains, which took nodes out and in, cost a
// wait for memory an entry.)

import { BLOCK_SLOTS, isLinked, linkedAt, LINKED, ON_DISK, originals } from '../layout';
import { vectorOf } from '../original';
import { hashIn, project, projectToTables } from './hash';
import { bits, boundAt, bucketOf, entryAt, firstOf, isLater, laterAt, sketchAt, tables } from './layout';
import { isSketchOf, sketchNode } from './sketch';
import { addLater, forgetLater } from './state';

/** Empties all buckets. The marks of later nodes are cleared with the blocks in which nodes are laid. */
export function clearTables(blocks: u32): void {
  memory.fill(boundAt(0, 0), 0, boundAt(tables, 0) - boundAt(0, 0));
  for (let block: u32 = 0; block < blocks; block++) memory.fill(laterAt(block * BLOCK_SLOTS), 0, BLOCK_SLOTS >> 3);
  forgetLater();
}

/** The bucket of a node in the first table: nodes are laid in this order, so that candidates lie together. */
export function firstBucketOf(node: u32): u32 {
  // Projections begin at multiples of four.
  project(vectorOf(node), firstOf(0), firstOf(1));
  return bucketOf(hashIn(0));
}

/** Writes the buckets of nodes to their own places in the tables, and counts them, two words further on. */
export function hashNodes(from: u32, to: u32): void {
  for (let node = from; node < to; node++) {
    projectToTables(vectorOf(node));
    for (let table: u32 = 0; table < tables; table++) {
      const bucket = bucketOf(hashIn(table));
      store<u32>(entryAt(table, node), bucket);
      atomic.add<u32>(boundAt(table, bucket + 2), 1);
    }
  }
}

/** Makes counts into bounds: the word after that of a bucket says where its next entry goes. */
export function boundTable(table: u32): void {
  let end: u32 = 0;
  for (let bucket: u32 = 0; bucket < (<u32>1 << bits); bucket++) {
    end += load<u32>(boundAt(table, bucket + 2));
    store<u32>(boundAt(table, bucket + 2), end);
  }
}

/** Where entries lie until a table is done: in the sketches, which are made afterwards. */
@inline function laidAt(place: u32): usize {
  return sketchAt(place & ~(BLOCK_SLOTS - 1)) + <usize>((place & (BLOCK_SLOTS - 1)) << 2);
}

/** Lays some nodes, in order. With the last of a bucket the word after its own has become its end. */
export function layNodes(table: u32, from: u32, to: u32): void {
  for (let node = from; node < to; node++) {
    const next = boundAt(table, load<u32>(entryAt(table, node)) + 1);
    const place = load<u32>(next);
    store<u32>(laidAt(place), node);
    store<u32>(next, place + 1);
  }
}

/** Puts what was laid in the place of the buckets. */
export function closeTable(table: u32, nodes: u32): void {
  for (let place: u32 = 0; place < nodes; place += BLOCK_SLOTS) {
    memory.copy(entryAt(table, place), laidAt(place), BLOCK_SLOTS << 2);
  }
}

export function sketchNodes(from: u32, to: u32): void {
  for (let node = from; node < to; node++) sketchNode(node);
}

/** Brings in a node after the tables were laid. */
export function insertNode(node: u32): void {
  sketchNode(node);
  const bit = <u32>1 << (node & 31);
  if ((atomic.or<u32>(laterAt(node), bit) & bit) == 0) addLater();
  atomic.store<u8>(linkedAt(node), LINKED);
}

/** One in so many nodes is hashed again by a check. */
const CHECKED: u32 = 61;

/** Of codes that were made anew since, hashes may differ. */
@inline function isChecked(node: u32): bool {
  return node % CHECKED == 0 && originals != ON_DISK;
}

/** How many linked nodes of those laid a table has; of some it is checked that they are where they belong. */
export function rightEntries(table: u32, nodes: u32): u32 {
  let right: u32 = 0;
  for (let bucket: u32 = 0; bucket < (<u32>1 << bits); bucket++) {
    const end = min(load<u32>(boundAt(table, bucket + 1)), nodes);
    for (let place = load<u32>(boundAt(table, bucket)); place < end; place++) {
      const node = load<u32>(entryAt(table, place));
      if (node >= nodes || !isLinked(node) || isLater(node)) continue;
      if (isChecked(node)) {
        projectToTables(vectorOf(node));
        if (bucketOf(hashIn(table)) != bucket) continue;
      }
      right += 1;
    }
  }
  return right;
}

/** Linked nodes that came later. */
export function laterNodes(nodes: u32): u32 {
  let count: u32 = 0;
  for (let node: u32 = 0; node < nodes; node++) if (isLinked(node) && isLater(node)) count += 1;
  return count;
}

/** Of some linked nodes, how many have another vector's sketch. */
export function wrongSketches(nodes: u32): u32 {
  let wrong: u32 = 0;
  for (let node: u32 = 0; node < nodes; node++) {
    if (isLinked(node) && isChecked(node) && !isSketchOf(node)) wrong += 1;
  }
  return wrong;
}
