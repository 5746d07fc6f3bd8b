import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';

const GAVE_UP = 0x80000000;

/**
 * Walks the graph near the lane's query. Where every node counts, the plain walk; where a filter or removed
 * nodes make some of them mere stepping stones, the walk that keeps candidates and results apart.
 */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { capacity, filtered, hasRemoved, budget } = request;
  if (!filtered && !hasRemoved) {
    return { size: space.engine.searchGraph(capacity, space.blocks), gaveUp: false };
  }
  const found = space.engine.searchFiltered(capacity, filtered ? 1 : 0, budget, space.blocks) >>> 0;
  return { size: found & ~GAVE_UP, gaveUp: found >= GAVE_UP };
}
