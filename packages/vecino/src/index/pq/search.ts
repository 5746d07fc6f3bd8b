import { SLOT_LIST_MAX } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyFound, FamilySearch } from '../family.ts';
import { timesHits } from '../oversample.ts';

/** Most candidates: two words each in the lane's list. */
export const CANDIDATES_MAX = SLOT_LIST_MAX / 2;

/** Candidates that a search compares by vector. */
export function candidatesOf(effort: number, k: number): number {
  return Math.min(CANDIDATES_MAX, Math.max(k, timesHits(effort, k)));
}

/** Scans all codes and compares the best; the algorithm is in `assembly/lists/search.ts`. */
export function search(space: VectorSpace, request: FamilySearch): FamilyFound {
  const { k, effort, filtered, hasRemoved } = request;
  const candidates = candidatesOf(effort, k);
  const size = space.engine.searchCodes(candidates, k, filtered ? 1 : 0, hasRemoved ? 1 : 0);
  return { size, gaveUp: false };
}
