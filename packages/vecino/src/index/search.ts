import { present } from '../base/assert.ts';
import { BitSet } from '../base/bit-set.ts';
import { NO_NODE, POOL_MAX, SLOT_LIST_MAX } from '../kernel/layout.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import type { Family, FamilyScan, FamilyScanner } from './family.ts';
import { timesHits } from './oversample.ts';

/** One search over one segment, in a form that can be sent to another thread. */
export interface SearchRequest {
  /** As the index compares them: normalised for cosine. */
  readonly query: Float32Array;
  readonly k: number;
  readonly way: SearchWay;
  /** Effort of the approximate search. */
  readonly effort: number;
  /** Times k of the best codes that are compared by vector. */
  readonly oversample: number;
  /** Nodes below this may be in use. */
  readonly nodes: number;
  /** Words of the bitmap of nodes that may be answered, all of them live; all live ones where absent. */
  readonly allowed?: Uint32Array;
  /** How many of the live nodes may be answered. */
  readonly matches: number;
  /** Distances after which the family's search gives up, because comparing with all is cheaper. */
  readonly budget: number;
  /** Whether an exact search may rely on the structure to rule out nodes. */
  readonly sound: boolean;
  /** Live nodes that the structure does not hold yet. */
  readonly pending: Uint32Array;
  /** Whether the structure holds nodes that are not live any more. */
  readonly hasRemoved: boolean;
  /** A node that asks with its own vector: walks pass it by, as they must a query that is not stored. */
  readonly asking?: number | undefined;
}

/** By the structure, or by comparing with all: their vectors, or their codes where vectors are on disk. */
export type SearchWay = 'index' | 'exact';

export interface Found {
  readonly slots: Uint32Array;
  readonly distances: Float32Array;
  /** The way that gave the answer: an approximate search that found too little or became dear ends as an exact one. */
  readonly way: SearchWay;
  readonly gaveUp: boolean;
  readonly candidates: number;
  readonly distanceComputations: number;
}

/** Where fewer nodes than this share of all match, the scan names them one by one. */
const NAMED_SHARE = 1 / 8;
/** Where more match, the scan compares with all of them in passing: leaving a vector out costs more than reading it. */
const MOST_SHARE = 1 / 3;
/** Nodes of one call into the engine, so that a long scan is many short calls. */
const SCAN_NODES = 4_096;

/**
 * Answers min(k, matches) slots, nearest first. The family's search and the pending nodes fill one pool; if
 * that search gave up, or found fewer than there must be, the exact search answers instead. Where vectors are on
 * disk, the answer is of `oversample` times k slots with the distances of their codes: the caller reads the
 * vectors and compares.
 */
export function searchSpace(space: VectorSpace, family: Family, request: SearchRequest): Found {
  const { k, matches, allowed } = request;
  space.writeQuery(request.query);
  space.engine.takeComputations();

  const best = Math.min(POOL_MAX, timesHits(request.oversample, k));
  const wanted = space.layout.originals === 'disk' ? best : k;
  let size = 0;
  let { way } = request;
  let gaveUp = false;
  if (way === 'index' && family.search) {
    if (allowed) space.writeAllowed(allowed, request.nodes);
    const { effort, hasRemoved, nodes, budget } = request;
    const filtered = allowed !== undefined;
    if (request.asking !== undefined) space.engine.hideNode(request.asking);
    const found = family.search(space, {
      k: wanted,
      best,
      effort,
      filtered,
      hasRemoved,
      nodes,
      matches,
      budget,
    });
    if (request.asking !== undefined) space.engine.hideNode(NO_NODE);
    size = scanNodes(space, request.pending, filtered, found.size, Math.max(found.size, wanted));
    gaveUp = found.gaveUp || size < Math.min(k, matches);
  }
  if (way === 'exact' || gaveUp) {
    way = 'exact';
    size = scanAll(space, family, request, wanted);
  }
  const { nodes, distances } = space.readPool(Math.min(size, wanted));
  return {
    slots: nodes.map((node) => space.slotOf(node)),
    distances,
    way,
    gaveUp,
    candidates: size,
    distanceComputations: space.engine.takeComputations(),
  };
}

/** Answers several searches; exact ones that ask alike share the passes over memory, where the family can. */
export function searchMany(space: VectorSpace, family: Family, requests: readonly SearchRequest[]): Found[] {
  const found: Found[] = [];
  for (let from = 0; from < requests.length; ) {
    const first = present(requests[from], 'a request');
    const scanner = first.way === 'exact' ? scannerFor(space, family, first) : undefined;
    let to = from + 1;
    if (scanner) {
      const most = Math.min(requests.length, from + scanner.batchMax);
      while (to < most && isAlike(first, present(requests[to], 'a request'))) to++;
    }
    const part = requests.slice(from, to);
    if (scanner && part.length > 1) found.push(...scanTogether(space, scanner, part, first));
    else found.push(...part.map((request) => searchSpace(space, family, request)));
    from = to;
  }
  return found;
}

/** Whether one pass serves both. Filters differ more often than not, and are not compared. */
function isAlike(first: SearchRequest, other: SearchRequest): boolean {
  if (first.allowed || other.allowed || other.way !== 'exact') return false;
  return first.k === other.k && first.nodes === other.nodes && other.sound;
}

function scanTogether(
  space: VectorSpace,
  scanner: FamilyScanner,
  requests: readonly SearchRequest[],
  first: SearchRequest,
): Found[] {
  space.engine.takeComputations();
  scanner.scan(
    space,
    requests.map(({ query }) => query),
    scanOf(first),
  );
  // The pass is shared, and so is its cost.
  const computations = Math.round(space.engine.takeComputations() / requests.length);
  return requests.map(({ k, pending }, ordinal) => {
    const size = scanNodes(space, pending, false, scanner.answer(space, ordinal), k);
    const { nodes, distances } = space.readPool(Math.min(size, k));
    return {
      slots: nodes.map((node) => space.slotOf(node)),
      distances,
      way: 'exact',
      gaveUp: false,
      candidates: size,
      distanceComputations: computations + space.engine.takeComputations(),
    };
  });
}

type Scanned = Pick<SearchRequest, 'k' | 'nodes' | 'matches' | 'allowed' | 'sound'>;

function scanOf({ k, nodes, matches, allowed }: Scanned): FamilyScan {
  return { k, nodes, matches, filtered: allowed !== undefined };
}

/** The family's own exact search, where it may be relied on and is worth it. */
function scannerFor(space: VectorSpace, family: Family, request: Scanned): FamilyScanner | undefined {
  if (!request.sound) return undefined;
  return family.scanner?.isWorth(space, scanOf(request)) ? family.scanner : undefined;
}

/** Compares with every node that may be answered and is not ruled out; few of them are named one by one. */
function scanAll(space: VectorSpace, family: Family, request: SearchRequest, k: number): number {
  const { nodes, matches, allowed, pending } = request;
  const scanner = scannerFor(space, family, { ...request, k });
  if (scanner) {
    if (allowed) space.writeAllowed(allowed, nodes);
    scanner.scan(space, [request.query], scanOf({ ...request, k }));
    return scanNodes(space, pending, allowed !== undefined, scanner.answer(space, 0), k);
  }
  if (allowed && matches < nodes * NAMED_SHARE) {
    return scanNodes(space, bitSetOf(allowed).toArray(), false, 0, k);
  }
  if (allowed) space.writeAllowed(allowed, nodes);
  const { scanRange, scanAllowed, scanMostAllowed } = space.engine;
  const some = matches < nodes * MOST_SHARE ? scanAllowed : scanMostAllowed;
  const scan = allowed ? some : scanRange;
  let size = 0;
  for (let from = 0; from < nodes; from += SCAN_NODES) {
    size = scan(from, Math.min(nodes, from + SCAN_NODES), size, k);
  }
  return size;
}

function scanNodes(
  space: VectorSpace,
  nodes: Uint32Array,
  filtered: boolean,
  size: number,
  capacity: number,
): number {
  let filled = size;
  for (let from = 0; from < nodes.length; from += SLOT_LIST_MAX) {
    const part = nodes.subarray(from, from + SLOT_LIST_MAX);
    space.writeNodeList(part);
    filled = space.engine.scanList(part.length, filtered ? 1 : 0, filled, capacity);
  }
  return filled;
}

function bitSetOf(words: Uint32Array): BitSet {
  const set = new BitSet();
  set.words = words;
  return set;
}
