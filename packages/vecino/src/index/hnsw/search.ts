import { POOL_MAX } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';

const GAVE_UP = 0x80000000;

/**
 * With fewer wanted nodes among the neighbours of a node's neighbours (about M²), wanted nodes do not hang together:
 * recall was .99 at a tenth of 60,000 pictures and .7 at a hundredth, with M = 16.
 */
const REACHED_MIN = 8;

/**
 * Walks the graph near the lane's query, and makes the keys of the best exact. Where every node counts, the plain
 * walk; where a filter or removed nodes make some of them mere stepping stones, the walk that keeps candidates and
 * results apart.
 */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { size, gaveUp } = walk(space, request);
  const exact = space.layout.coded ? space.engine.rerank(size, request.best, request.k) : size;
  return { size: exact, gaveUp };
}

function walk(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { k, effort, filtered, hasRemoved, nodes, matches, budget } = request;
  const capacity = Math.min(POOL_MAX, Math.max(effort, k));
  if (!filtered && !hasRemoved) {
    return { size: space.engine.searchGraph(capacity, space.blocks), gaveUp: false };
  }
  const reached = (space.layout.degree ** 2 * matches) / Math.max(1, nodes);
  const isSparse = filtered && reached < REACHED_MIN;
  const { searchFiltered } = space.engine;
  const found =
    searchFiltered(capacity, filtered ? 1 : 0, isSparse ? 1 : 0, budget, nodes, space.blocks) >>> 0;
  return { size: found & ~GAVE_UP, gaveUp: found >= GAVE_UP };
}
