import { PROBES_MAX } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CostQuestion, SearchCost } from '../family.ts';
import { costNs, keepingNs } from '../search-cost.ts';
import { effortAt, type Measured, TablesModel } from './model.ts';

/** Nanoseconds of the projections of a query, for each float of each, and of finding and walking a bucket. */
const FLOAT_NS = 0.06;
const BUCKET_NS = 30;
const ENTRY_NS = 5;
/** Nanoseconds of a distance to a vector somewhere in memory, and to a row of a byte a dimension. */
const VECTOR_NS = { fixed: 20, aFloat: 0.4 } as const;
const ROW_NS = { fixed: 12, aFloat: 0.1 } as const;

/** What a search costs: its probes, and the distances that as many probes took when that was measured. */
export function cost(space: VectorSpace, question: CostQuestion): SearchCost {
  const { k, matches, live, distanceFactor } = question;
  const model = new TablesModel(space);
  const { tables, bits } = model.layout;
  const { coded, floats } = space.layout;
  const probes = question.effort || model.defaultProbes;
  const share = live === 0 ? 1 : matches / live;
  const growth = live / Math.max(1, model.learntFrom);
  const distances = distancesFor(model.measured(), probes) * growth * share * distanceFactor;
  const distanceNs = costNs(coded ? ROW_NS : VECTOR_NS, floats);
  const buckets = probes * (BUCKET_NS + (live / 2 ** bits) * ENTRY_NS);
  const hashing = tables * model.perTable * floats * FLOAT_NS;
  return { ns: hashing + buckets + distances * distanceNs + keepingNs(distances, k), distances, distanceNs };
}

/** With fewer candidates than this for each hit, searches find too few now and then, and compare with all. */
const CANDIDATES_A_HIT = 20;

/** From the least effort that finds enough candidates to the greatest there is. */
export function effortRange(space: VectorSpace, k: number): { readonly min: number; readonly max: number } {
  const enough = new TablesModel(space)
    .measured()
    .find(({ distances, queries }) => distances >= CANDIDATES_A_HIT * k * queries);
  return { min: enough?.effort ?? effortAt(0), max: PROBES_MAX };
}

/** Distances of a search of so many probes, in proportion to those that were measured next to it. */
function distancesFor(measured: readonly Measured[], probes: number): number {
  const next = measured.find(({ effort }) => effort >= probes) ?? measured.at(-1);
  if (!next) return 0;
  return (next.distances / next.queries) * (probes / next.effort);
}
