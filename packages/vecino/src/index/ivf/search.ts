import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';
import { probesBehindFilter, probesOf } from './choose.ts';

/** Searches the lists nearest to the lane's query; the algorithm is in `assembly/lists/search.ts`. */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { k, best, effort, filtered, hasRemoved, nodes, matches } = request;
  const asked = probesOf(space, effort);
  const probes = filtered ? probesBehindFilter(space, asked, matches / Math.max(1, nodes)) : asked;
  const size = space.engine.searchLists(probes, k, best, filtered ? 1 : 0, hasRemoved ? 1 : 0);
  return { size, gaveUp: false };
}
