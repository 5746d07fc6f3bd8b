import { BitSet } from '../base/bit-set.ts';
import { POOL_MAX, SLOT_LIST_MAX } from '../kernel/layout.ts';
import type { Neighbours, VectorSpace } from '../kernel/vector-space.ts';
import type { Family } from './family.ts';

/** One search over one index, in a form that can be sent to another thread. */
export interface SearchRequest {
  /** As the index compares them: normalised for cosine. */
  readonly query: Float32Array;
  readonly k: number;
  readonly way: 'graph' | 'exact';
  /** Effort of the approximate search. */
  readonly effort: number;
  /** Times k of the best codes that are compared by vector. */
  readonly oversample: number;
  /** Slots below this may be in use. */
  readonly slots: number;
  /** Words of the bitmap of slots that may be answered; all live ones where absent. */
  readonly allowed?: Uint32Array;
  /** How many of the live slots may be answered. */
  readonly matches: number;
  /** Live slots that the structure does not hold yet. */
  readonly pending: Uint32Array;
  /** Whether the structure holds slots that are not live any more. */
  readonly hasRemoved: boolean;
}

export interface Found extends Neighbours {
  /** The way that gave the answer: a walk that found too little or became dear ends as an exact search. */
  readonly way: 'graph' | 'exact';
  readonly gaveUp: boolean;
  readonly candidates: number;
  readonly distanceComputations: number;
}

/** Slots of one call into the engine, so that a long scan is many short calls. */
const SCAN_SLOTS = 4_096;

/**
 * Answers min(k, matches) slots, nearest first. The family's search and the pending slots fill one pool; if
 * the walk gave up, or found fewer than there must be, the exact search answers instead.
 */
export function searchSpace(space: VectorSpace, family: Family, request: SearchRequest): Found {
  const { k, matches } = request;
  const allowed = request.allowed ? bitSetOf(request.allowed) : undefined;
  space.writeQuery(request.query);
  space.engine.takeComputations();

  let size = 0;
  let way = request.way;
  let gaveUp = false;
  if (way === 'graph' && family.search) {
    if (allowed) space.writeAllowed(allowed, request.slots);
    const capacity = Math.min(POOL_MAX, Math.max(request.effort, k));
    const walk = family.search(space, {
      capacity,
      filtered: allowed !== undefined,
      hasRemoved: request.hasRemoved,
      budget: matches,
    });
    const best = Math.min(POOL_MAX, Math.ceil(k * request.oversample));
    const exact = space.layout.coded ? space.engine.rerank(walk.size, best) : walk.size;
    size = scanSlots(space, request.pending, allowed !== undefined, exact, capacity);
    gaveUp = walk.gaveUp || size < Math.min(k, matches);
  }
  if (way === 'exact' || gaveUp) {
    way = 'exact';
    size = scanAll(space, request, allowed);
  }
  return {
    ...space.readPool(Math.min(size, k)),
    way,
    gaveUp,
    candidates: size,
    distanceComputations: space.engine.takeComputations(),
  };
}

/** Compares with every slot that may be answered; few of them are named one by one. */
function scanAll(space: VectorSpace, request: SearchRequest, allowed: BitSet | undefined): number {
  const { k, slots, matches } = request;
  let size = 0;
  if (allowed && matches * 8 < slots) return scanSlots(space, allowed.toArray(), false, 0, k);
  if (allowed) space.writeAllowed(allowed, slots);
  for (let from = 0; from < slots; from += SCAN_SLOTS) {
    const to = Math.min(slots, from + SCAN_SLOTS);
    size = allowed ? space.engine.scanAllowed(from, to, size, k) : space.engine.scanRange(from, to, size, k);
  }
  return size;
}

function scanSlots(
  space: VectorSpace,
  slots: Uint32Array,
  filtered: boolean,
  size: number,
  capacity: number,
): number {
  let filled = size;
  for (let from = 0; from < slots.length; from += SLOT_LIST_MAX) {
    const part = slots.subarray(from, from + SLOT_LIST_MAX);
    space.writeSlotList(part);
    filled = space.engine.scanList(part.length, filtered ? 1 : 0, filled, capacity);
  }
  return filled;
}

function bitSetOf(words: Uint32Array): BitSet {
  const set = new BitSet();
  set.words = words;
  return set;
}
