import type { BitSet } from '../../base/bit-set.ts';

/** Records in order, best first: what a leg answers, and what legs are fused into. */
export interface Ranking {
  readonly slots: Uint32Array;
  /** Of each slot; larger is better. */
  readonly scores: Float64Array;
  /** Whether there is nothing behind the last: a deeper ranking would be the same. */
  readonly isComplete: boolean;
}

export const NOTHING: Ranking = { slots: new Uint32Array(), scores: new Float64Array(), isComplete: false };

/** The first `length` of a ranking. */
export function cut(ranking: Ranking, length: number): Ranking {
  if (ranking.slots.length <= length) return ranking;
  return {
    slots: ranking.slots.subarray(0, length),
    scores: ranking.scores.subarray(0, length),
    isComplete: false,
  };
}

/** A ranking without some slots. */
export function without(ranking: Ranking, excluded: BitSet): Ranking {
  const { slots, scores, isComplete } = ranking;
  if (!slots.some((slot) => excluded.has(slot))) return ranking;
  const kept = Array.from(slots.keys()).filter((place) => !excluded.has(slots[place] ?? 0));
  return {
    slots: Uint32Array.from(kept, (place) => slots[place] ?? 0),
    scores: Float64Array.from(kept, (place) => scores[place] ?? Number.NaN),
    isComplete,
  };
}

/** The part of a ranking that scores at least so much. Nothing that is behind it could be added. */
export function atLeast(ranking: Ranking, minScore: number): Ranking {
  const end = ranking.scores.findIndex((score) => score < minScore);
  return end === -1 ? ranking : { ...cut(ranking, end), isComplete: true };
}

/** Two rankings of different records as one; complete where the second is, which was asked for later. */
export function merged(a: Ranking, b: Ranking): Ranking {
  if (a.slots.length === 0) return b;
  const slots = [...a.slots, ...b.slots];
  return { ...reordered(slots, [...a.scores, ...b.scores]), isComplete: b.isComplete };
}

/** Records in the order of their scores; equal ones stay in the order in which they are given. */
export function reordered(slots: ArrayLike<number>, scores: ArrayLike<number>): Ranking {
  const places = Array.from({ length: slots.length }, (_, place) => place).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
  return {
    slots: Uint32Array.from(places, (place) => slots[place] ?? 0),
    scores: Float64Array.from(places, (place) => scores[place] ?? Number.NaN),
    isComplete: true,
  };
}
