// Search of hash tables: the buckets that the probes name, entry by entry, each node compared once.
//
// A query costs its projections, two or three nanoseconds a bucket counted, some ten an entry met, and the comparison
// of those that their checked bits do not rule out. An entry is ruled out when the steps to its bucket and the checked
// bits in which it differs cost more than the reach: as if there were 512 times as many buckets.

import { compared, compareGathered, finishComparing, GATHERED, startComparing } from '../candidates';
import { allowed, gathered, isLive } from '../layout';
import { projectQueryToTables } from './hash';
import {
  checkCostsOf, checkedIn, CURSORS, cursors, nodeIn, NO_ENTRY, PROBE_BYTES, probes, seen, wordAt,
} from './layout';
import { prepareSteps, reachFor, writeProbes } from './probe';

const GAVE_UP: u32 = 0x80000000;

let mayBeRemoved: bool = false;
/** Nodes at and beyond this one came later, and the bitmap of what was met has no room for them. */
let nodesEnd: u32 = 0;
let count: u32 = 0;

/**
 * Leaves in the lane's pool, sorted by exact keys, the nearest of what lies in `wanted` buckets. Answers the number of
 * entries, with the highest bit where it gave up because more than `budget` had been compared.
 */
export function searchTables(
  wanted: u32,
  k: u32,
  best: u32,
  filtered: bool,
  hasRemoved: bool,
  budget: u32,
  nodes: u32,
): u32 {
  startComparing(k, best);
  forgetSeen(nodes, filtered);
  mayBeRemoved = hasRemoved;
  nodesEnd = nodes;
  count = 0;
  projectQueryToTables();
  prepareSteps();
  const end = writeProbes(reachFor(wanted));
  const isWithin = walkChains(end, budget);
  if (count > 0) compareGathered(count);
  const size = finishComparing();
  return isWithin ? size : size | GAVE_UP;
}

/** Marks what a filter leaves out as met already, so that one look at one bit serves both. */
function forgetSeen(nodes: u32, filtered: bool): void {
  const bytes = (<usize>nodes + 127) >> 7 << 4;
  if (!filtered) {
    memory.fill(seen, 0, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) v128.store(seen + i, v128.not(v128.load(allowed + i)));
}

/** Walks some chains side by side, so that the waits for their words overlap. Answers false if it gave up. */
function walkChains(end: usize, budget: u32): bool {
  let next = probes;
  let active: u32 = 0;
  while (active < CURSORS && next < end) {
    v128.store(cursors + <usize>active * PROBE_BYTES, v128.load(next));
    next += PROBE_BYTES;
    active += 1;
  }
  while (active > 0) {
    for (let i: u32 = 0; i < active; i++) {
      const cursor = cursors + <usize>i * PROBE_BYTES;
      const word = load<u32>(cursor);
      const table = load<u32>(cursor, 8);
      const node = nodeIn(word);
      const after = load<u32>(wordAt(table, node));
      const differing = checkedIn(word) ^ load<u32>(cursor, 12);
      if (load<f32>(checkCostsOf(table) + (<usize>differing << 2)) <= load<f32>(cursor, 4)) take(node);
      if (nodeIn(after) != NO_ENTRY) {
        store<u32>(cursor, after);
      } else if (next < end) {
        v128.store(cursor, v128.load(next));
        next += PROBE_BYTES;
      } else {
        active -= 1;
        v128.store(cursor, v128.load(cursors + <usize>active * PROBE_BYTES));
      }
    }
    if (count >= GATHERED) {
      compareGathered(count);
      count = 0;
      if (compared > budget) return false;
    }
  }
  return true;
}

/** Gathers a node that was not met before. */
@inline function take(node: u32): void {
  if (node >= nodesEnd) return;
  const at = seen + (node >> 3);
  const bit = <u8>1 << <u8>(node & 7);
  const before = load<u8>(at);
  if ((before & bit) != 0) return;
  store<u8>(at, before | bit);
  if (mayBeRemoved && !isLive(node)) return;
  store<u32>(gathered + (<usize>count << 2), node);
  count += 1;
}
