// Choosing neighbours: Algorithm 4 of the paper (SELECT-NEIGHBORS-HEURISTIC), without its two options.
//
// A candidate is kept if it is nearer to the node than to every neighbour kept before it, so that links point
// in different directions. Costs up to candidates × kept distances.

import { countComputations } from '../distance';
import { keyIn, slotOf } from '../entry';
import { chosen, isLive, isStale, NONE, pairTarget } from '../layout';
import { compareWith, isNearer, nodeTarget } from '../row';

/**
 * Chooses at most `most` of the `count` candidates (entries sorted by distance to `node`, which itself is
 * passed over, as are removed slots) and writes their entries to the lane's `chosen` list. Answers their number.
 */
export function select(candidates: usize, count: u32, most: u32, node: u32): u32 {
  let kept: u32 = 0;
  let computed: u32 = 0;
  for (let i: u32 = 0; i < count && kept < most; i++) {
    const entry = load<u64>(candidates + (<usize>i << 3)) & ~1;
    const slot = slotOf(entry);
    if (slot == node || isStale(slot) || !isLive(slot)) continue;
    const row = nodeTarget(slot, pairTarget);
    const key = keyIn(entry);
    compareWith(key);
    let apart = true;
    for (let j: u32 = 0; j < kept; j++) {
      computed += 1;
      if (isNearer(row, slotOf(load<u64>(chosen + (<usize>j << 3))), key)) {
        apart = false;
        break;
      }
    }
    if (!apart) continue;
    store<u64>(chosen + (<usize>kept << 3), entry);
    kept += 1;
  }
  countComputations(computed);
  return kept;
}

/** Writes the chosen slots as a list of links, and ends it if it is not full. */
export function writeChosen(links: usize, count: u32, width: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(links + (<usize>i << 2), slotOf(load<u64>(chosen + (<usize>i << 3))));
  }
  if (count < width) store<u32>(links + (<usize>count << 2), NONE);
}
