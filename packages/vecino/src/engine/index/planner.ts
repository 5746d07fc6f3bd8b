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
 * Nanoseconds of a distance: a fixed part and one for each float. In a sequential scan it is the memory's
 * bandwidth that counts (24 at 128 dimensions, 139 at 768 and 156 at 784 measured), in a walk the memory's
 * latency and the keeping of candidates: 218 with codes at 784 dimensions, and somewhat more than twice that
 * with the vectors themselves.
 */
const SCAN_NS = { fixed: 8, aFloat: 0.18 } as const;
const WALK_NS = { fixed: 45, aFloat: 0.45 } as const;
const CODED_WALK_NS = { fixed: 30, aFloat: 0.23 } as const;

/** Nanoseconds of one bound from sketches, coarse ones and those fine ones that are asked for. */
const SKETCH_NS = 4;

/** Nanoseconds to move one entry of a pool on, for a nearer one: 10,000 of 50,000 took 38 ms, 1,000 some 1 ms. */
const MOVE_NS = 0.3;

/**
 * Where a share s of what a walk meets is wanted, it computes s to the power of minus this times the distances:
 * of 60,000 images with efSearch 64 it took 634 distances where all were, 2,677 where a tenth, 12,549 where a
 * hundredth, picked at random.
 */
const SHARE_POWER = 0.65;

/** Chooses between comparing with everything that may be answered and walking the graph. */
export function plan(input: PlanInput): Plan {
  const scanNs = SCAN_NS.fixed + SCAN_NS.aFloat * input.floats;
  const { fixed, aFloat } = input.coded ? CODED_WALK_NS : WALK_NS;
  const walkNs = fixed + aFloat * input.floats;
  const sketchNs = input.comparedShare < 1 ? SKETCH_NS : 0;
  const exactNs =
    input.matches * (sketchNs + input.comparedShare * scanNs) + keepingNs(input.matches, input.k);
  const budget = Math.ceil(exactNs / walkNs);
  if (input.exact) return { way: 'exact', reason: 'exact was asked for', costNs: exactNs, budget };
  if (!input.approximate) return { way: 'exact', reason: 'the index is exact', costNs: exactNs, budget };
  const effort = Math.max(input.effort, input.k);
  const share = input.live === 0 ? 1 : Math.max(1, input.matches) / input.live;
  const walked = effort * input.walkFactor * share ** -SHARE_POWER;
  const graphNs = walked * walkNs + input.pending * scanNs + keepingNs(walked + input.pending, effort);
  const figures = `${input.matches} comparisons against about ${Math.round(walked)} of a walk`;
  if (exactNs <= graphNs) {
    const reason = `comparing with all matches is cheaper: ${figures}`;
    return { way: 'exact', reason, costNs: exactNs, budget };
  }
  return { way: 'graph', reason: `walking is cheaper: ${figures}`, costNs: graphNs, budget };
}

/** What it costs to keep the k nearest in order: of n that come at random, k (1 + ln n/k) are kept for a while. */
function keepingNs(n: number, k: number): number {
  const kept = Math.min(n, k);
  return kept === 0 ? 0 : kept * (1 + Math.log(n / kept)) * (kept / 2) * MOVE_NS;
}
