/** Nanoseconds of one operation on a vector: a fixed part and one for each float. */
export interface VectorCost {
  readonly fixed: number;
  readonly aFloat: number;
}

export function costNs(cost: VectorCost, floats: number): number {
  return cost.fixed + cost.aFloat * floats;
}

/** Nanoseconds to move one entry of a pool on, for a nearer one: 10,000 of 50,000 took 38 ms, 1,000 some 1 ms. */
const MOVE_NS = 0.3;

/** What it costs to keep the k nearest in order: of n that come at random, k (1 + ln n/k) are kept for a while. */
export function keepingNs(n: number, k: number): number {
  const kept = Math.min(n, k);
  return kept === 0 ? 0 : kept * (1 + Math.log(n / kept)) * (kept / 2) * MOVE_NS;
}
