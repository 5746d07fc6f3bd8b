import type { SearchWay } from '../../index/search.ts';

/** What the planner knows when it chooses. */
export interface PlanInput {
  readonly exact: boolean;
  /** Whether the family has an approximate search at all. */
  readonly approximate: boolean;
  readonly live: number;
  /** Records that may be answered; equal to `live` without a filter. */
  readonly matches: number;
  readonly pending: number;
  readonly effort: number;
  readonly k: number;
  /** Distances that a walk computes for each unit of effort, as measured on this index. */
  readonly walkFactor: number;
  readonly floats: number;
  /** Whether walks compare codes. */
  readonly coded: boolean;
  /** The share of vectors that exact searches compare, as measured on this index; 1 without sketches. */
  readonly comparedShare: number;
}

export interface Plan {
  readonly way: SearchWay;
  readonly reason: string;
  /** Nanoseconds that the search will take, roughly: decides where it runs. */
  readonly costNs: number;
  /** Distances that a walk may compute before comparing with all would have been cheaper. */
  readonly budget: number;
}

/**
 * Nanoseconds of a distance: a fixed part and one for each float, with vectors in memory far larger than caches.
 * In a scan of all it is the memory's bandwidth that counts (55 at 384 dimensions, 139 at 768 measured), in one
 * that leaves vectors out its latency (126 to 230 at 384), in a walk both and the keeping of candidates: 73 at 384
 * and 130 at 784 with codes, and more than twice that with the vectors themselves.
 */
const SCAN_NS = { fixed: 8, aFloat: 0.17 } as const;
const GATHER_NS = { fixed: 20, aFloat: 0.4 } as const;
const WALK_NS = { fixed: 45, aFloat: 0.45 } as const;
const CODED_WALK_NS = { fixed: 16, aFloat: 0.147 } as const;

/** Nanoseconds of one bound from sketches, coarse ones and those fine ones that are asked for. */
const SKETCH_NS = 4;

/** Nanoseconds to move one entry of a pool on, for a nearer one: 10,000 of 50,000 took 38 ms, 1,000 some 1 ms. */
const MOVE_NS = 0.3;

/**
 * A filtered walk computes no more distances than another, but looks through the lists of what it passes by: with
 * 50, 20, 10, 5 and 2 % matching it took 1.6, 1.5, 1.6, 2.3 and 1.9 times as long (60,000 x 384).
 */
const FILTERED = 2;
/**
 * With fewer wanted neighbours of neighbours than some five, wanted nodes do not hang together, and a walk through
 * all nodes follows. Of a share s it computes s to the power of minus this times the distances: 4.2 times at a
 * tenth, 20 times at a hundredth, picked at random.
 */
const SHARE_CONNECTED = 0.03;
const SHARE_POWER = 0.65;

/** Chooses between comparing with everything that may be answered and walking the graph. */
export function plan(input: PlanInput): Plan {
  const exactNs = exactNsOf(input) + keepingNs(input.matches, input.k);
  const isFiltered = input.matches < input.live;
  const walkNs = of(input.coded ? CODED_WALK_NS : WALK_NS, input.floats) * (isFiltered ? FILTERED : 1);
  const budget = Math.ceil(exactNs / walkNs);
  if (input.exact) return { way: 'exact', reason: 'exact was asked for', costNs: exactNs, budget };
  if (!input.approximate) return { way: 'exact', reason: 'the index is exact', costNs: exactNs, budget };
  const effort = Math.max(input.effort, input.k);
  const share = input.live === 0 ? 1 : Math.max(1, input.matches) / input.live;
  const walked = effort * input.walkFactor * (share < SHARE_CONNECTED ? share ** -SHARE_POWER : 1);
  const pendingNs = input.pending * of(GATHER_NS, input.floats);
  const graphNs = walked * walkNs + pendingNs + keepingNs(walked + input.pending, effort);
  const figures = `${input.matches} comparisons against about ${Math.round(walked)} of a walk`;
  if (exactNs <= graphNs) {
    const reason = `comparing with all matches is cheaper: ${figures}`;
    return { way: 'exact', reason, costNs: exactNs, budget };
  }
  return { way: 'graph', reason: `walking is cheaper: ${figures}`, costNs: graphNs, budget };
}

function exactNsOf({ live, matches, floats, comparedShare }: PlanInput): number {
  const scanNs = of(SCAN_NS, floats);
  if (comparedShare < 1) return matches * (SKETCH_NS + comparedShare * scanNs);
  return Math.min(matches * of(GATHER_NS, floats), live * scanNs);
}

function of(cost: { readonly fixed: number; readonly aFloat: number }, floats: number): number {
  return cost.fixed + cost.aFloat * floats;
}

/** What it costs to keep the k nearest in order: of n that come at random, k (1 + ln n/k) are kept for a while. */
function keepingNs(n: number, k: number): number {
  const kept = Math.min(n, k);
  return kept === 0 ? 0 : kept * (1 + Math.log(n / kept)) * (kept / 2) * MOVE_NS;
}
