// Whether places and entries agree; to be asked while nothing is linked.

import { linkedAt, NONE } from '../layout';
import { headAt, nodesAt, PAGE_ENTRIES, pageAt, placeAt } from './layout';
import { entriesOf, listOf, nextOf, pagesUsed } from './pages';
import { listCount } from './state';

/** Linked nodes of which the entry at their place is not theirs. */
export function lostNodes(nodes: u32): u32 {
  let lost: u32 = 0;
  for (let node: u32 = 0; node < nodes; node++) {
    if (load<u8>(linkedAt(node)) == 0) continue;
    const place = load<u32>(placeAt(node));
    if (place != 0) {
      const page = pageAt((place - 1) / PAGE_ENTRIES);
      const row = (place - 1) % PAGE_ENTRIES;
      if (row < entriesOf(page) && load<u32>(nodesAt(page) + (<usize>row << 2)) == node) continue;
    }
    lost += 1;
  }
  return lost;
}

/** Entries of nodes that are elsewhere or nowhere, of pages that belong to another list, and of lists without an end. */
export function strayEntries(): u32 {
  let stray: u32 = 0;
  let pages: u32 = 0;
  for (let list: u32 = 0; list < listCount(); list++) {
    for (let page = load<u32>(headAt(list)); page != NONE; page = nextOf(pageAt(page))) {
      pages += 1;
      if (pages > pagesUsed()) return stray + 1;
      const at = pageAt(page);
      const entries = entriesOf(at);
      for (let row: u32 = 0; row < entries; row++) {
        const node = load<u32>(nodesAt(at) + (<usize>row << 2));
        if (listOf(at) != list || load<u32>(placeAt(node)) != page * PAGE_ENTRIES + row + 1) stray += 1;
      }
    }
  }
  return stray;
}
