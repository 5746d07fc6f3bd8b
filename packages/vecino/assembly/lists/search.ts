// A search of the lists that are nearest to the lane's query.
//
// Pages are scanned by their codes. An entry is compared by its row if its bound, the estimate less what it may be
// too large by, is below the k-th distance so far; there is no fixed number of those that are. The bound allows for
// an error of ⟨q - c, r⟩ that grows with |q - c|, by a slope that was measured when the codes were learnt. What is
// compared is gathered first and its rows are touched, so that the processor fetches them side by side. In the end,
// what is not surely behind the k-th is compared by its vector.
//
// A query costs nlist comparisons of a centroid's row, 16 × dimension for its table, n × nprobe / nlist estimates of
// one to four nanoseconds, and some hundred rows.

import { countComputations, compareForSearching, dot, l2Squared } from '../distance';
import { entryOf, keyIn, slotOf } from '../entry';
import {
  gathered, heap, isAllowed, isLive, metric, NONE, ON_DISK, originals, pool, poolMax, rowAt, rowBytes, slotList,
  vectorAt, vectorStride,
} from '../layout';
import { keyOfOriginal } from '../original';
import { holds, insert } from '../pool';
import { rowKey, rowTargetOfQuery, surelyBeyond, valueOf } from '../rows';
import { centroidAt, headAt, listQuery, nodesAt, pageAt, reduced, subspaces } from './layout';
import { prepareListQuery, queryTail } from './project';
import { entriesOf, nextOf } from './pages';
import { rankedList, rankLists } from './rank';
import { estimateAt, estimateUnit, prepareScan, scanPage, sumOffset } from './scan';
import { boundSlope, listCount } from './state';
import { makeTable } from './table';

/** Entries that are gathered before they are compared: enough to hide the latency of memory. */
const GATHERED: u32 = 32;

let k: u32 = 0;
let most: u32 = 0;
let size: u32 = 0;
/** Keys beyond this one cannot be among the k nearest. */
let limitKey: u32 = 0;
/** The same as a value that estimates are compared with. */
let limit: f32 = 0;
let filtered: bool = false;
let mayBeRemoved: bool = false;
let compared: u32 = 0;
/** Keeps the compiler from dropping the reads that only warm the cache. */
let touched: u32 = 0;

/**
 * Leaves in the lane's pool, sorted by exact keys, what the `probes` nearest lists have. `best` bounds how many are
 * compared by vector. Where vectors are on disk, the keys are those of rows. Answers the number of entries.
 */
export function searchLists(probes: u32, wanted: u32, best: u32, isFiltered: bool, hasRemoved: bool): u32 {
  prepare(wanted, best, isFiltered, hasRemoved);
  const lists = min(probes, listCount());
  if (listCount() > 1) rankLists(lists);
  for (let i: u32 = 0; i < lists; i++) {
    const list = listCount() > 1 ? rankedList(i) : 0;
    if (subspaces == 0) {
      compareList(list);
    } else {
      if (i == 0 && k + SPARE <= FIRST_MAX) compareNearest(list, k + SPARE);
      scanList(list);
    }
  }
  countComputations(compared + lists);
  return finish();
}

/** Leaves in the lane's pool the nearest of the `candidates` of the one list there is that are nearest by estimate. */
export function searchCodes(candidates: u32, wanted: u32, isFiltered: bool, hasRemoved: bool): u32 {
  prepare(wanted, wanted, isFiltered, hasRemoved);
  compareNearest(0, candidates);
  countComputations(compared);
  return finish();
}

function prepare(wanted: u32, best: u32, isFiltered: bool, hasRemoved: bool): void {
  k = wanted;
  most = min(poolMax, max(best, wanted));
  size = 0;
  limitKey = 0xffffffff;
  limit = Infinity;
  filtered = isFiltered;
  mayBeRemoved = hasRemoved;
  compared = 0;
  compareForSearching();
  if (rowBytes != 0) rowTargetOfQuery();
  prepareListQuery();
  if (subspaces != 0) {
    makeTable();
    prepareScan();
  }
}

function finish(): u32 {
  return rowBytes != 0 && originals != ON_DISK ? compareBest() : min(size, k);
}

/** What estimates in a list begin with: |q - c|², or -2⟨q, c⟩ by inner product. */
let listBase: f32 = 0;

/**
 * Compares the entries of a list that are nearest by estimate. In a search of several lists this finds a first limit:
 * without, it comes down only as a list is gone through in the order in which it lies, and of the first list of 200
 * entries 110 rows were compared, where some 30 do.
 */
function compareNearest(list: u32, wanted: u32): void {
  setBase(list);
  const offset = sumOffset(0);
  let found: u32 = 0;
  let page = load<u32>(headAt(list));
  while (page != NONE) {
    const at = pageAt(page);
    let passing = scanPage(at, offset, found == wanted ? <i32>(nearestAt(wanted - 1) >> 32) - 32768 : 32767);
    const entries = entriesOf(at);
    if (entries < 32) passing &= (1 << entries) - 1;
    while (passing != 0) {
      const entry = <u32>ctz(passing);
      passing &= passing - 1;
      const node = load<u32>(nodesAt(at) + (<usize>entry << 2));
      if (filtered ? !isAllowed(node) : mayBeRemoved && !isLive(node)) continue;
      const ranked = (<u64>(estimateAt(entry) + 32768) << 32) | node;
      if (found == wanted && ranked >= nearestAt(wanted - 1)) continue;
      insert(slotList, found, wanted, ranked);
      if (found < wanted) found += 1;
    }
    page = nextOf(at);
  }
  for (let from: u32 = 0; from < found; from += FIRST_MAX) {
    const count = min(FIRST_MAX, found - from);
    for (let i: u32 = 0; i < count; i++) {
      store<u32>(gathered + (<usize>i << 2), <u32>nearestAt(from + i));
    }
    compareGathered(count);
  }
}

@inline function nearestAt(i: u32): u64 {
  return load<u64>(slotList + (<usize>i << 3));
}

/** Entries beyond k that are compared first, and the most of them. */
const SPARE: u32 = 6;
const FIRST_MAX: u32 = 512;

let far: f32 = 0;

@inline function setBase(list: u32): void {
  const centroid = centroidAt(list);
  far = l2Squared(listQuery, centroid, reduced);
  listBase = metric == 0 ? far + queryTail : -2 * dot(listQuery, centroid, reduced);
}

function scanList(list: u32): void {
  setBase(list);
  const offset = sumOffset(sqrt(far) * boundSlope());
  let threshold = thresholdOf();
  let count: u32 = 0;
  let page = load<u32>(headAt(list));
  while (page != NONE) {
    const at = pageAt(page);
    let passing = scanPage(at, offset, threshold);
    const entries = entriesOf(at);
    if (entries < 32) passing &= (1 << entries) - 1;
    if (passing != 0) {
      const nodes = nodesAt(at);
      do {
        const node = load<u32>(nodes + (<usize>ctz(passing) << 2));
        passing &= passing - 1;
        if (filtered ? !isAllowed(node) : mayBeRemoved && !isLive(node)) continue;
        store<u32>(gathered + (<usize>count << 2), node);
        count += 1;
      } while (passing != 0);
      if (count >= GATHERED) {
        compareGathered(count);
        threshold = thresholdOf();
        count = 0;
      }
    }
    page = nextOf(at);
  }
  if (count > 0) compareGathered(count);
}

@inline function thresholdOf(): i32 {
  return <i32>min(max((limit - listBase) / estimateUnit, -32768), 32767);
}

/** Compares every entry of a list that has no codes. */
function compareList(list: u32): void {
  let count: u32 = 0;
  let page = load<u32>(headAt(list));
  while (page != NONE) {
    const at = pageAt(page);
    const entries = entriesOf(at);
    const nodes = nodesAt(at);
    for (let i: u32 = 0; i < entries; i++) {
      const node = load<u32>(nodes + (<usize>i << 2));
      if (filtered ? !isAllowed(node) : mayBeRemoved && !isLive(node)) continue;
      store<u32>(gathered + (<usize>count << 2), node);
      count += 1;
    }
    if (count >= GATHERED) {
      compareGathered(count);
      count = 0;
    }
    page = nextOf(at);
  }
  if (count > 0) compareGathered(count);
}

function compareGathered(count: u32): void {
  touchGathered(count);
  compared += count;
  let changed = false;
  for (let i: u32 = 0; i < count; i++) {
    const node = load<u32>(gathered + (<usize>i << 2));
    const key = rowBytes != 0 ? rowKey(node) : keyOfOriginal(node);
    if (key > limitKey) continue;
    const entry = entryOf(key, node);
    if (size == most && entry >= load<u64>(pool + (<usize>(most - 1) << 3))) continue;
    // An entry that was moved within its list meanwhile can be met twice.
    if (holds(pool, size, entry)) continue;
    const place = insert(pool, size, most, entry);
    if (size < most) size += 1;
    if (place < k && size >= k) changed = true;
  }
  if (changed) tighten();
}

function tighten(): void {
  const key = keyIn(load<u64>(pool + (<usize>(k - 1) << 3)));
  if (rowBytes == 0) {
    limitKey = key;
    return;
  }
  limitKey = surelyBeyond(key);
  limit = metric == 0 ? valueOf(limitKey) : 2 * valueOf(limitKey);
}

@inline function touchGathered(count: u32): void {
  let warm: u32 = 0;
  const bytes = rowBytes != 0 ? rowBytes : vectorStride;
  for (let i: u32 = 0; i < count; i++) {
    const node = load<u32>(gathered + (<usize>i << 2));
    const row = rowBytes != 0 ? rowAt(node) : vectorAt(node);
    for (let line: usize = 0; line < bytes; line += 64) warm += load<u8>(row + line);
  }
  touched = warm;
}

/** Replaces keys of rows by exact ones, for what is not surely behind the k-th. Answers the number of entries. */
function compareBest(): u32 {
  let count: u32 = 0;
  let warm: u32 = 0;
  while (count < size) {
    const entry = load<u64>(pool + (<usize>count << 3));
    if (keyIn(entry) > limitKey) break;
    const row = vectorAt(slotOf(entry));
    for (let line: usize = 0; line < vectorStride; line += 64) warm += load<u8>(row + line);
    count += 1;
  }
  touched = warm;
  for (let i: u32 = 0; i < count; i++) {
    const node = slotOf(load<u64>(pool + (<usize>i << 3)));
    insert(heap, i, count, entryOf(keyOfOriginal(node), node));
  }
  memory.copy(pool, heap, <usize>count << 3);
  countComputations(count);
  return min(count, k);
}
