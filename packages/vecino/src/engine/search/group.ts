import type { JsonValue } from '../../api/metadata.ts';
import { canonicalText } from '../../filter/json-order.ts';
import type { Ranking } from './ranking.ts';

/** The value by which a record is grouped; undefined where it has none. */
export type ValueAt = (slot: number) => JsonValue | undefined;

/** Records with the same value, best first. */
export interface SlotGroup {
  readonly value: JsonValue;
  readonly slots: readonly number[];
}

/** The groups of the records of a ranking: the first `count`, in the order of their best, of `size` records at most. */
export function groupsOf({ slots }: Ranking, valueAt: ValueAt, count: number, size: number): SlotGroup[] {
  const groups = new Map<string, { readonly value: JsonValue; readonly slots: number[] }>();
  for (const slot of slots) {
    const value = valueAt(slot);
    if (value === undefined) continue;
    const key = canonicalText(value);
    const group = groups.get(key);
    if (!group && groups.size < count) groups.set(key, { value, slots: [slot] });
    else if (group && group.slots.length < size) group.slots.push(slot);
  }
  return [...groups.values()];
}

/** The records of a ranking that are in one of the groups, in the order of the ranking. */
export function ofGroups(ranking: Ranking, groups: readonly SlotGroup[]): Ranking {
  const wanted = new Set(groups.flatMap(({ slots }) => slots));
  const places = Array.from(ranking.slots.keys()).filter((place) => wanted.has(ranking.slots[place] ?? -1));
  return {
    slots: Uint32Array.from(places, (place) => ranking.slots[place] ?? 0),
    scores: Float64Array.from(places, (place) => ranking.scores[place] ?? Number.NaN),
    isComplete: false,
  };
}
