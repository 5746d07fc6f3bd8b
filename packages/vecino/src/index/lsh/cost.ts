import { PROBES_MAX } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CostQuestion, SearchCost } from '../family.ts';
import { costNs, keepingNs } from '../search-cost.ts';
import { effortAt, type Measured, TablesModel } from './model.ts';

/** Nanoseconds that are spent on every query, on the projections of it, for each float of each, and on a bucket. */
const QUERY_NS = 6_000;
const FLOAT_NS = 0.06;
const BUCKET_NS = 12;
/** Nanoseconds of entries for each node that is met, filtered or not, and of an estimate from its sketch. */
const ENTRY_NS = 2;
const ESTIMATE_NS = 10;
/** Nanoseconds of a distance to a vector somewhere in memory, and to a row of a byte a dimension. */
const VECTOR_NS = { fixed: 20, aFloat: 0.4 } as const;
const ROW_NS = { fixed: 20, aFloat: 0.1 } as const;

/** What a search costs: its probes, and the estimates and distances that as many probes took when that was measured. */
export function cost(space: VectorSpace, question: CostQuestion): SearchCost {
  const { k, matches, live, distanceFactor } = question;
  const model = new TablesModel(space);
  const { coded, floats } = space.layout;
  const probes = question.effort || model.defaultProbes;
  // The limit of searches for more hits is farther out, and more nodes are within; by how much was not measured.
  const deeper = Math.max(1, k / MEASURED_K);
  const share = live === 0 ? 1 : matches / live;
  const { estimates, distances: measured } = costsOf(model.measured(), probes);
  const all = Math.min(model.learntFrom, estimates) + model.later;
  const distances = Math.min(matches, measured * deeper * distanceFactor, all * share);
  const distanceNs = costNs(coded ? ROW_NS : VECTOR_NS, floats);
  const ns =
    QUERY_NS +
    model.projections * floats * FLOAT_NS +
    probes * BUCKET_NS +
    all * (ENTRY_NS + share * ESTIMATE_NS) +
    distances * distanceNs +
    keepingNs(distances, k);
  return { ns, distances, distanceNs };
}

/** Hits that were wanted when efforts were measured. */
const MEASURED_K = 10;

/** Estimates of a search must be so many times the hits, or it finds too few now and then and compares with all. */
const CANDIDATES_A_HIT = 20;

/** From the least effort that finds enough candidates to the greatest there is. */
export function effortRange(space: VectorSpace, k: number): { readonly min: number; readonly max: number } {
  const enough = new TablesModel(space)
    .measured()
    .find(({ estimates, queries }) => estimates >= CANDIDATES_A_HIT * k * queries);
  return { min: enough?.effort ?? effortAt(0), max: PROBES_MAX };
}

/** Estimates and distances of a search of so many probes, in proportion to those that were measured next to it. */
function costsOf(measured: readonly Measured[], probes: number): { estimates: number; distances: number } {
  const next = measured.find(({ effort }) => effort >= probes) ?? measured.at(-1);
  if (!next) return { estimates: 0, distances: 0 };
  const share = probes / next.effort / next.queries;
  return { estimates: next.estimates * share, distances: next.distances * share };
}
