import { PROBES_MAX } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';
import { TablesModel } from './model.ts';

const GAVE_UP = 0x80000000;
const BUDGET_MAX = 0xffff_ffff;

/** What probes are multiplied with when they found too little. */
const WIDER = 4;

/**
 * Compares what lies in the buckets near the lane's query; where that is fewer than are wanted, looks into more of
 * them, which is cheaper than comparing with all.
 */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { k, best, effort, filtered, hasRemoved, nodes, matches, budget } = request;
  const wanted = Math.min(k, matches);
  const most = Math.min(budget, BUDGET_MAX);
  let probes = Math.min(PROBES_MAX, effort || new TablesModel(space).defaultProbes);
  for (;;) {
    const { searchTables } = space.engine;
    const found = searchTables(probes, k, best, filtered ? 1 : 0, hasRemoved ? 1 : 0, most, nodes) >>> 0;
    const size = found & ~GAVE_UP;
    const gaveUp = found >= GAVE_UP;
    if (size >= wanted || gaveUp || probes === PROBES_MAX) return { size, gaveUp };
    probes = Math.min(PROBES_MAX, probes * WIDER);
  }
}
