import type { SearchCost } from '../../index/family.ts';
import type { SearchWay } from '../../index/search.ts';
import { costNs, keepingNs } from '../../index/search-cost.ts';

/** What the planner knows when it chooses. */
export interface PlanInput {
  readonly exact: boolean;
  /** What the family's approximate search would cost, pending records not counted; or why there is none. */
  readonly approximate: SearchCost | string;
  readonly live: number;
  /** Records that may be answered; equal to `live` without a filter. */
  readonly matches: number;
  readonly pending: number;
  readonly k: number;
  readonly floats: number;
  /** The share of vectors that exact searches compare, as measured on this index; 1 without sketches. */
  readonly comparedShare: number;
}

export interface Plan {
  readonly way: SearchWay;
  readonly reason: string;
  /** Nanoseconds that the search will take, roughly: decides where it runs. */
  readonly costNs: number;
  /** Distances that an approximate search may compute before comparing with all would have been cheaper. */
  readonly budget: number;
}

/**
 * Nanoseconds of a distance, with vectors in memory far larger than caches. In a scan of all it is the memory's
 * bandwidth that counts (55 at 384 dimensions, 139 at 768 measured), in one that leaves vectors out its latency
 * (126 to 230 at 384).
 */
const SCAN_NS = { fixed: 8, aFloat: 0.17 } as const;
const GATHER_NS = { fixed: 20, aFloat: 0.4 } as const;

/** Nanoseconds of one bound from sketches, coarse ones and those fine ones that are asked for. */
const SKETCH_NS = 4;

/** Chooses between comparing with everything that may be answered and the family's approximate search. */
export function plan(input: PlanInput): Plan {
  const { exact, approximate, matches, pending, k, floats } = input;
  const exactNs = exactNsOf(input) + keepingNs(matches, k);
  const asExact = (reason: string): Plan => ({ way: 'exact', reason, costNs: exactNs, budget: 0 });
  if (exact) return asExact('exact was asked for');
  if (typeof approximate === 'string') return asExact(approximate);
  const indexNs = approximate.ns + pending * costNs(GATHER_NS, floats) + keepingNs(pending, k);
  const figures = `${matches} comparisons against about ${Math.round(approximate.distances)} by the index`;
  if (exactNs <= indexNs) return asExact(`comparing with all matches is cheaper: ${figures}`);
  const budget = Math.ceil(exactNs / approximate.distanceNs);
  return { way: 'index', reason: `the index is cheaper: ${figures}`, costNs: indexNs, budget };
}

function exactNsOf({ live, matches, floats, comparedShare }: PlanInput): number {
  const scanNs = costNs(SCAN_NS, floats);
  if (comparedShare < 1) return matches * (SKETCH_NS + comparedShare * scanNs);
  return Math.min(matches * costNs(GATHER_NS, floats), live * scanNs);
}
