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
}

export interface Plan {
  readonly way: SearchWay;
  readonly reason: string;
  /** Nanoseconds that the search will take, roughly: decides where it runs. */
  readonly costNs: number;
}

/**
 * A distance to a node somewhere in memory costs about twice one in a sequential scan, because the walk waits
 * for memory (measured by the kernel figures: 130 against 68 ns at 768 dimensions, 24 against 14 at 128).
 */
const WALK_PENALTY = 2;

/** Nanoseconds of one sequential distance: a fixed part and one for each float (same figures). */
const DISTANCE_NS = 6;
const FLOAT_NS = 0.1;

/** Nanoseconds to move one entry of a pool on, for a nearer one: 10,000 of 50,000 took 38 ms, 1,000 some 1 ms. */
const MOVE_NS = 0.3;

/**
 * Chooses between comparing with everything that may be answered and walking the graph. A walk that must skip
 * most of what it meets goes on in proportion: with a share s of matches it computes 1/s times the distances.
 */
export function plan(input: PlanInput): Plan {
  const distanceNs = DISTANCE_NS + FLOAT_NS * input.floats;
  const exactNs = input.matches * distanceNs + keepingNs(input.matches, input.k);
  if (input.exact) return { way: 'exact', reason: 'exact was asked for', costNs: exactNs };
  if (!input.approximate) return { way: 'exact', reason: 'the index is exact', costNs: exactNs };
  const effort = Math.max(input.effort, input.k);
  const share = input.live === 0 ? 1 : input.matches / input.live;
  const walked = (effort * input.walkFactor) / Math.max(share, 1 / Math.max(1, input.live));
  const graphNs =
    (walked * WALK_PENALTY + input.pending) * distanceNs + keepingNs(walked + input.pending, effort);
  const figures = `${input.matches} comparisons against about ${Math.round(walked)} of a walk`;
  if (exactNs <= graphNs) {
    return { way: 'exact', reason: `comparing with all matches is cheaper: ${figures}`, costNs: exactNs };
  }
  return { way: 'graph', reason: `walking is cheaper: ${figures}`, costNs: graphNs };
}

/** What it costs to keep the k nearest in order: of n that come at random, k (1 + ln n/k) are kept for a while. */
function keepingNs(n: number, k: number): number {
  const kept = Math.min(n, k);
  return kept === 0 ? 0 : kept * (1 + Math.log(n / kept)) * (kept / 2) * MOVE_NS;
}
