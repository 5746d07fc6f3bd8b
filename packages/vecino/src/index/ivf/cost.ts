import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CostQuestion, SearchCost } from '../family.ts';
import { ListsModel } from '../lists/model.ts';
import { costNs, keepingNs } from '../search-cost.ts';
import { probesBehindFilter, probesOf } from './choose.ts';

/** Nanoseconds of ranking one list, of the query's table for one dimension, of one estimate, and of one row or vector. */
const RANK_NS = { fixed: 4, aFloat: 0.03 } as const;
const TABLE_NS = 6;
const ESTIMATE_NS = { fixed: 0.6, aFloat: 0.012 } as const;
const ROW_NS = { fixed: 15, aFloat: 0.08 } as const;
const VECTOR_NS = { fixed: 15, aFloat: 0.25 } as const;
/** Rows that are compared: some always, and a share of the entries that are scanned. */
const COMPARED = 60;
const COMPARED_SHARE = 0.02;

/** What it costs to rank all lists, scan some, and compare what their codes leave in the running. */
export function cost(space: VectorSpace, question: CostQuestion): SearchCost {
  const { k, effort, matches, live, distanceFactor } = question;
  const { floats, rowBytes } = space.layout;
  const { lists, layout } = new ListsModel(space);
  const asked = probesOf(space, effort);
  const share = live === 0 ? 1 : matches / live;
  const probes = share < 1 ? probesBehindFilter(space, asked, share) : asked;
  const scanned = (live * probes) / Math.max(1, lists);
  const isCoded = layout.subspaces > 0;
  const compared = isCoded ? (COMPARED + k + scanned * COMPARED_SHARE) * distanceFactor : scanned * share;
  const distanceNs = costNs(rowBytes > 0 ? ROW_NS : VECTOR_NS, floats);
  const ranking = lists * costNs(RANK_NS, floats);
  const estimates = isCoded ? floats * TABLE_NS + scanned * costNs(ESTIMATE_NS, floats) : 0;
  return {
    ns: ranking + estimates + compared * distanceNs + keepingNs(compared, k),
    distances: compared,
    distanceNs,
  };
}
