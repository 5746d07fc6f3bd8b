// Chains: the entries of a bucket, one word a node and table, without locks.
//
// A node is put before the first of its bucket by one compare-and-exchange. What is taken out is taken out of all
// tables in one sweep over all chains, because a chain is singly linked and the vector that a node had may be gone.
// A search that stands on such a node still finds its way on; only when no search can, is the node used again.

import { isLinked, linkedAt, LINKED } from '../layout';
import { vectorOf } from '../original';
import { checkedOf, hashIn, projectToTables } from './hash';
import { bits, bucketOf, checkedIn, headAt, NO_ENTRY, NODE_BITS, nodeIn, tables, wordAt } from './layout';

/** Empties all buckets. */
export function clearTables(): void {
  memory.fill(headAt(0, 0), 0xff, (<usize>tables << bits) << 2);
}

/** Brings nodes into their buckets. From the last to the first, so that chains rise and memory is read forwards. */
export function insertNodes(from: u32, to: u32): void {
  for (let node = to; node > from; node--) if (isLinked(node - 1)) insertNode(node - 1);
}

export function insertNode(node: u32): void {
  projectToTables(vectorOf(node));
  for (let table: u32 = 0; table < tables; table++) {
    const head = headAt(table, bucketOf(hashIn(table)));
    const word = (checkedOf(table) << NODE_BITS) | node;
    const after = wordAt(table, node);
    for (;;) {
      const first = atomic.load<u32>(head);
      store<u32>(after, first);
      if (atomic.cmpxchg<u32>(head, first, word) == first) break;
    }
  }
  store<u8>(linkedAt(node), LINKED);
}

/** Takes every node that is not linked any more out of its buckets. */
export function sweepTables(): void {
  for (let table: u32 = 0; table < tables; table++) {
    for (let bucket: u32 = 0; bucket < (<u32>1 << bits); bucket++) {
      let at = headAt(table, bucket);
      for (;;) {
        const node = nodeIn(load<u32>(at));
        if (node == NO_ENTRY) break;
        const after = wordAt(table, node);
        if (isLinked(node)) at = after;
        else store<u32>(at, load<u32>(after));
      }
    }
  }
}

/** One in so many nodes is hashed again by a check. */
const CHECKED: u32 = 61;

function belongs(node: u32, table: u32, bucket: u32, word: u32): bool {
  projectToTables(vectorOf(node));
  return bucketOf(hashIn(table)) == bucket && checkedOf(table) == checkedIn(word);
}

/** How many linked nodes below `nodes` a table has; of some it is checked that they are where they belong. */
export function rightEntries(table: u32, nodes: u32): u32 {
  let right: u32 = 0;
  let met: u32 = 0;
  for (let bucket: u32 = 0; bucket < (<u32>1 << bits); bucket++) {
    let word = load<u32>(headAt(table, bucket));
    // More entries than nodes: the chains run in circles.
    while (nodeIn(word) < nodes && met <= nodes) {
      const node = nodeIn(word);
      met += 1;
      if (isLinked(node) && (node % CHECKED != 0 || belongs(node, table, bucket, word))) right += 1;
      word = load<u32>(wordAt(table, node));
    }
  }
  return right;
}
