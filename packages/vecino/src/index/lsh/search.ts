import { PROBES_MAX } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';
import { TablesModel } from './model.ts';

const GAVE_UP = 0x80000000;
const BUDGET_MAX = 0xffff_ffff;

/** Compares what lies in the buckets near the lane's query. */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { k, best, effort, filtered, hasRemoved, nodes, budget } = request;
  const probes = Math.min(PROBES_MAX, effort || new TablesModel(space).defaultProbes);
  const found =
    space.engine.searchTables(
      probes,
      k,
      best,
      filtered ? 1 : 0,
      hasRemoved ? 1 : 0,
      Math.min(budget, BUDGET_MAX),
      nodes,
    ) >>> 0;
  return { size: found & ~GAVE_UP, gaveUp: found >= GAVE_UP };
}
