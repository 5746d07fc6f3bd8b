// A search of the lists that are nearest to the lane's query, as far as they promise something (`promise.ts`).
//
// Pages are scanned by their codes. An entry is compared by its row if its bound, the estimate less what it may be
// too large by, is below the k-th distance so far; there is no fixed number of those that are. The bound allows for
// an error of ⟨q - c, r⟩ that grows with |q - c|, by a slope that was measured when the codes were learnt. What is
// compared is gathered first and its rows are touched, so that the processor fetches them side by side. In the end,
// what is not surely behind the k-th is compared by its vector.
//
// A query costs nlist comparisons of a centroid's row, 16 × dimension for its table, n × nprobe / nlist estimates of
// one to four nanoseconds on average, and some hundred rows.

import { compareGathered, compareRun, finishComparing, GATHERED, limit, startComparing } from '../candidates';
import { countComputations, dot } from '../distance';
import { gathered, isAllowed, isLive, metric, NONE, slotList } from '../layout';
import { insert } from '../pool';
import { centroidAt, headAt, listQuery, nodesAt, PAGE_ENTRIES, pageAt, reduced, subspaces } from './layout';
import { prepareListQuery, queryTail, squareTo } from './project';
import { entriesOf, nextAt, nextOf, unboundedOf } from './pages';
import { hasEnded, isPromising, startProbing } from './promise';
import { rankedList, rankedSquare, rankLists } from './rank';
import { estimateAt, estimateUnit, prepareScan, scanPage, sumOffset } from './scan';
import { boundSlope, listCount } from './state';
import { makeTable } from './table';

let k: u32 = 0;
let filtered: bool = false;
let mayBeRemoved: bool = false;
/** Of the bound. */
let slope: f32 = 0;

/**
 * Leaves in the lane's pool, sorted by exact keys, what the nearest lists have, `probes` of them on average. `best`
 * bounds how many are compared by vector. Where vectors are on disk, the keys are those of rows. Answers the number of entries.
 */
export function searchLists(probes: u32, wanted: u32, best: u32, isFiltered: bool, hasRemoved: bool): u32 {
  prepare(wanted, best, isFiltered, hasRemoved);
  // Read once: lists may be split meanwhile.
  const count = listCount();
  const most = startProbing(probes, count);
  if (count > 1) rankLists(most, count);
  slope = boundSlope(min(probes, count));
  let probed: u32 = 0;
  for (let i: u32 = 0; i < most && !hasEnded(); i++) {
    const list = count > 1 ? rankedList(i) : 0;
    if (!isPromising(i, list, max(rankedSquare + queryTail, 0), limit)) continue;
    probed += 1;
    approach(list);
    if (subspaces == 0) {
      compareList(list);
    } else {
      if (i == 0 && k + SPARE <= FIRST_MAX) compareNearest(list, k + SPARE);
      scanList(list);
    }
  }
  countComputations(probed);
  return finishComparing();
}

/** Leaves in the lane's pool the nearest of the `candidates` of the one list there is that are nearest by estimate. */
export function searchCodes(candidates: u32, wanted: u32, isFiltered: bool, hasRemoved: bool): u32 {
  prepare(wanted, wanted, isFiltered, hasRemoved);
  approach(0);
  compareNearest(0, candidates);
  return finishComparing();
}

function prepare(wanted: u32, best: u32, isFiltered: bool, hasRemoved: bool): void {
  k = wanted;
  filtered = isFiltered;
  mayBeRemoved = hasRemoved;
  startComparing(wanted, best);
  prepareListQuery();
  if (subspaces != 0) {
    makeTable();
    prepareScan();
  }
}

/** The squared distance of the query from the centroid of the list that is looked at. */
let far: f32 = 0;
/** What estimates in a list begin with: |q - c|², or -2⟨q, c⟩ by inner product. */
let listBase: f32 = 0;

/** Looks at a list: what concerns the query and its centroid. */
function approach(list: u32): void {
  const centroid = centroidAt(list);
  far = squareTo(centroid);
  listBase = metric == 0 ? far + queryTail : -2 * dot(listQuery, centroid, reduced);
}

/**
 * Compares the entries of a list that are nearest by estimate. In a search of several lists this finds a first limit:
 * without, it comes down only as a list is gone through in the order in which it lies, and of the first list of 200
 * entries 110 rows were compared, where some 30 do.
 */
function compareNearest(list: u32, wanted: u32): void {
  const offset = sumOffset(0);
  let found: u32 = 0;
  let apart: u32 = 0;
  let page = load<u32>(headAt(list));
  let at = page == NONE ? 0 : pageAt(page);
  while (page != NONE) {
    let passing = scanPage(at, offset, found == wanted ? <i32>(nearestAt(wanted - 1) >> 32) - 32768 : 32767);
    const unbounded = unboundedOf(at);
    passing &= allOf(entriesOf(at)) & ~unbounded;
    if (unbounded != 0) apart = gatherApart(at, unbounded & allOf(entriesOf(at)), apart);
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
    const next = nextOf(at);
    if (next != NONE) at = nextAt(page, at, next);
    page = next;
  }
  if (apart > 0) compareGathered(apart);
  for (let from: u32 = 0; from < found; from += FIRST_MAX) {
    const count = min(FIRST_MAX, found - from);
    for (let i: u32 = 0; i < count; i++) {
      store<u32>(gathered + (<usize>i << 2), <u32>nearestAt(from + i));
    }
    compareGathered(count);
  }
}

/**
 * Gathers entries without an estimate behind `count` others, or compares what there is. They are compared beside those
 * that are nearest by estimate: ranked with them, they would take their places. Answers how many are gathered.
 */
function gatherApart(page: usize, entries: u32, count: u32): u32 {
  for (let left = entries; left != 0; left &= left - 1) {
    const node = load<u32>(nodesAt(page) + (<usize>ctz(left) << 2));
    if (filtered ? !isAllowed(node) : mayBeRemoved && !isLive(node)) continue;
    store<u32>(gathered + (<usize>count << 2), node);
    count += 1;
  }
  if (count < GATHERED) return count;
  compareGathered(count);
  return 0;
}

@inline function nearestAt(i: u32): u64 {
  return load<u64>(slotList + (<usize>i << 3));
}

/** Entries beyond k that are compared first, and the most of them. */
const SPARE: u32 = 6;
const FIRST_MAX: u32 = 512;

function scanList(list: u32): void {
  const offset = sumOffset(sqrt(far) * slope);
  let threshold = thresholdOf();
  let count: u32 = 0;
  let page = load<u32>(headAt(list));
  let at = page == NONE ? 0 : pageAt(page);
  while (page != NONE) {
    let passing = (scanPage(at, offset, threshold) | unboundedOf(at)) & allOf(entriesOf(at));
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
    const next = nextOf(at);
    if (next != NONE) at = nextAt(page, at, next);
    page = next;
  }
  if (count > 0) compareGathered(count);
}

@inline function thresholdOf(): i32 {
  return <i32>min(max((limit - listBase) / estimateUnit, -32768), 32767);
}

/** Of a page's entries at least one in so many is wanted where all are compared in passing. */
const PASSING_SHARE: u32 = 2;

/** Compares every entry of a list that has no codes. */
function compareList(list: u32): void {
  let count: u32 = 0;
  let page = load<u32>(headAt(list));
  let at = page == NONE ? 0 : pageAt(page);
  while (page != NONE) {
    const entries = entriesOf(at);
    const nodes = nodesAt(at);
    const wanted = wantedOf(nodes, entries);
    if (isRun(nodes, entries) && <u32>popcnt(wanted) * PASSING_SHARE >= entries) {
      compareRun(nodes, entries, wanted);
    } else {
      for (let left = wanted; left != 0; left &= left - 1) {
        store<u32>(gathered + (<usize>count << 2), load<u32>(nodes + (<usize>ctz(left) << 2)));
        count += 1;
      }
      if (count >= GATHERED) {
        compareGathered(count);
        count = 0;
      }
    }
    const next = nextOf(at);
    if (next != NONE) at = nextAt(page, at, next);
    page = next;
  }
  if (count > 0) compareGathered(count);
}

/** The entries of a page that may be answered, a bit each. */
@inline function wantedOf(nodes: usize, entries: u32): u32 {
  if (!filtered && !mayBeRemoved) return allOf(entries);
  let wanted: u32 = 0;
  for (let i: u32 = 0; i < entries; i++) {
    const node = load<u32>(nodes + (<usize>i << 2));
    wanted |= <u32>(filtered ? isAllowed(node) : isLive(node)) << i;
  }
  return wanted;
}

/** A bit for each of so many entries. */
@inline function allOf(entries: u32): u32 {
  return entries == PAGE_ENTRIES ? 0xffffffff : (1 << entries) - 1;
}

/** Whether the nodes of a page lie one behind the other, as they do where none has come or gone since the learning. */
@inline function isRun(nodes: usize, entries: u32): bool {
  return load<u32>(nodes + (<usize>entries << 2) - 4) - load<u32>(nodes) == entries - 1;
}
