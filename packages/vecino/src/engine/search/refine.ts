import { present } from '../../base/assert.ts';
import type { CollectionState } from '../collection-state.ts';
import { cosineLikeness, diversified, metricLikeness } from './diversify.ts';
import { groupsOf, ofGroups, type SlotGroup, type ValueAt } from './group.ts';
import { atLeast, cut, type Ranking } from './ranking.ts';
import type { ReadQuery } from './read-query.ts';

/** What the index and the columns know of candidates, taken while both are of the state that was searched. */
export interface Material {
  readonly vectors: ReadonlyMap<number, Float32Array>;
  readonly valueAt: ValueAt;
  /** Whether all of it was there. */
  readonly whole: boolean;
}

/** What is left of the candidates. */
export interface Refined {
  readonly ranking: Ranking;
  readonly groups?: readonly SlotGroup[] | undefined;
}

/** Collects what {@link refine} needs, for it may run when the collection has changed. */
export function materialFor(
  state: CollectionState,
  { slots }: Ranking,
  { diversify, groupBy }: ReadQuery,
): Material {
  const values = new Map<number, ReturnType<ValueAt>>();
  if (groupBy) for (const slot of slots) values.set(slot, state.filter.valueAt(groupBy.path, slot));
  const vectors = new Map<number, Float32Array>();
  if (diversify) {
    const known = slots.filter((slot) => state.slots.live.has(slot));
    for (const [i, vector] of state.index.vectorsOf(known).entries()) {
      // Without the coordinate that the index adds under `dot`.
      if (vector) vectors.set(known[i] ?? 0, vector.subarray(0, state.dimension));
    }
  }
  const whole = !diversify || vectors.size === slots.length;
  return { vectors, valueAt: (slot) => values.get(slot), whole };
}

/**
 * Chooses the answer among candidates: those that differ from each other, those of the best groups, the first k.
 *
 * @param isOfMetric whether the scores are those of the collection's metric
 */
export async function refine(
  state: CollectionState,
  candidates: Ranking,
  { k, diversify, groupBy, query }: ReadQuery,
  material: Material,
  isOfMetric: boolean,
): Promise<Refined> {
  let ranking = atLeast(candidates, query.minScore ?? Number.NEGATIVE_INFINITY);
  if (diversify) {
    const vectors = Array.from(ranking.slots, (slot) => present(material.vectors.get(slot), 'a vector'));
    const likeness = isOfMetric
      ? metricLikeness(state.metric, ranking.scores, vectors)
      : cosineLikeness(ranking.scores, vectors);
    const count = groupBy ? ranking.slots.length : k;
    ranking = await diversified(ranking, likeness, diversify.lambda, count);
  }
  if (!groupBy) return { ranking: cut(ranking, k) };
  const groups = groupsOf(ranking, material.valueAt, k, groupBy.hits);
  return { ranking: ofGroups(ranking, groups), groups };
}
