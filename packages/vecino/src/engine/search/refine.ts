import { present } from '../../base/assert.ts';
import type { FieldShape } from '../collection-shape.ts';
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
  { diversify, groupBy, fields }: ReadQuery,
): Material {
  const values = new Map<number, ReturnType<ValueAt>>();
  if (groupBy) for (const slot of slots) values.set(slot, state.filter.valueAt(groupBy.path, slot));
  const vectors = new Map<number, Float32Array>();
  let missing = 0;
  if (diversify) {
    const field = fields[0] ?? present(state.fields[0], 'a field');
    const known = slots.filter((slot) => field.live.has(slot));
    for (const [i, vector] of field.index.vectorsOf(known).entries()) {
      // Without the coordinate that the index adds under `dot`.
      if (vector) vectors.set(known[i] ?? 0, vector.subarray(0, field.dimension));
    }
    // A record without a vector of the field is like no other.
    const none = new Float32Array(field.dimension);
    for (const slot of slots) {
      if (vectors.has(slot)) continue;
      if (field.name !== undefined && state.slots.live.has(slot) && !field.live.has(slot))
        vectors.set(slot, none);
      else missing += 1;
    }
  }
  const whole = missing === 0;
  return { vectors, valueAt: (slot) => values.get(slot), whole };
}

/**
 * Chooses the answer among candidates: those that differ from each other, those of the best groups, the first k.
 *
 * @param isOfMetric whether the scores are those of the collection's metric
 */
export async function refine(
  candidates: Ranking,
  { k, diversify, groupBy, query, fields }: ReadQuery<FieldShape>,
  material: Material,
  isOfMetric: boolean,
): Promise<Refined> {
  let ranking = atLeast(candidates, query.minScore ?? Number.NEGATIVE_INFINITY);
  if (diversify) {
    const vectors = Array.from(ranking.slots, (slot) => present(material.vectors.get(slot), 'a vector'));
    const likeness = isOfMetric
      ? metricLikeness(present(fields[0], 'the field').metric, ranking.scores, vectors)
      : cosineLikeness(ranking.scores, vectors);
    const count = groupBy ? ranking.slots.length : k;
    ranking = await diversified(ranking, likeness, diversify.lambda, count);
  }
  if (!groupBy) return { ranking: cut(ranking, k) };
  const groups = groupsOf(ranking, material.valueAt, k, groupBy.hits);
  return { ranking: ofGroups(ranking, groups), groups };
}
