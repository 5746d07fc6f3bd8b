import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CostQuestion, SearchCost } from '../family.ts';
import { ListsModel } from '../lists/model.ts';
import { costNs, keepingNs } from '../search-cost.ts';
import { CANDIDATES_MAX, candidatesOf } from './search.ts';

/** Nanoseconds of the query's table for one dimension, of one estimate of four or eight bits, and of one vector. */
const TABLE_NS = { 4: 6, 8: 40 } as const;
const ESTIMATE_NS = { 4: { fixed: 0.6, aFloat: 0.012 }, 8: { fixed: 2, aFloat: 0.1 } } as const;
const VECTOR_NS = { fixed: 30, aFloat: 0.25 } as const;

/** What it costs to scan all codes, and to compare the best by their vectors. */
export function cost(space: VectorSpace, { k, effort, live, distanceFactor }: CostQuestion): SearchCost {
  const { floats } = space.layout;
  const { bits } = new ListsModel(space).layout;
  const distances = candidatesOf(effort, k) * distanceFactor;
  const distanceNs = costNs(VECTOR_NS, floats);
  const scan = floats * TABLE_NS[bits] + live * costNs(ESTIMATE_NS[bits], floats);
  // So many hits as codes cannot give: comparing with all answers anyway.
  if (k > CANDIDATES_MAX) return { ns: Number.POSITIVE_INFINITY, distances, distanceNs };
  return { ns: scan + distances * distanceNs + keepingNs(live, distances), distances, distanceNs };
}
