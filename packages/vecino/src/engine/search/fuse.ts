import type { HitScores } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { type Side, type SideAnswer, sideOf } from './legs.ts';
import { NOTHING, type Ranking } from './ranking.ts';
import type { ReadFusion } from './read-full-text.ts';

/** A ranking made of several, and of each of its records what each side says. */
export interface Fused extends Ranking {
  /** By slot; absent where one leg answered alone. */
  readonly sides?: ReadonlyMap<number, HitScores>;
}

/**
 * Makes one ranking of what the legs of a query have found: that of the leg itself where it is alone, otherwise one
 * of all.
 *
 * Reciprocal rank fusion: G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet
 * and individual Rank Learning Methods", SIGIR 2009, with weights. Weighted scores: S. Bruch, S. Gai, A. Ingber, "An
 * Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934, which finds that scores should be brought to
 * 0 to 1 by their lowest possible value rather than by the lowest of the candidates: BM25 cannot be below 0, a
 * cosine not below -1. Inner product and distance have no such value, so there we take the lowest of the candidates.
 * Equal scores are ordered by slot. Takes n log n for n candidates of all sides together.
 */
export function fuse(
  answers: readonly SideAnswer[],
  fusion: ReadFusion | undefined,
  before: readonly SideAnswer[] = [],
): Fused {
  if (!fusion) return present(answers[0], 'the answer of a leg').ranking;
  const legs = answers.map(({ leg }) => leg);
  const weights = legs.map((leg) => fusion.weights[sideOf(leg)] ?? 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // By slot, of each leg: what it gives to the score, and how it scores the record.
  const shares = new Map<number, number[]>();
  const scores = new Map<number, (number | undefined)[]>();
  for (const [side, { leg, ranking }] of answers.entries()) {
    const earlier = before.filter((answer) => answer.leg === leg).map((answer) => answer.ranking);
    const shareOf = sharer(leg, [...earlier, ranking], fusion, weights[side] ?? 0, total);
    for (const [place, slot] of ranking.slots.entries()) {
      const score = ranking.scores[place] ?? Number.NaN;
      shares.set(slot, (shares.get(slot) ?? legs.map(() => 0)).with(side, shareOf(place, score)));
      scores.set(slot, (scores.get(slot) ?? legs.map(() => undefined)).with(side, score));
    }
  }
  const ranked = Array.from(shares, ([slot, own]) => ({
    slot,
    own,
    score: own.reduce((sum, share) => sum + share, 0),
  })).sort((a, b) => b.score - a.score || a.slot - b.slot);
  return {
    slots: Uint32Array.from(ranked, ({ slot }) => slot),
    scores: Float64Array.from(ranked, ({ score }) => score),
    isComplete: answers.every(({ ranking }) => ranking.isComplete),
    sides: new Map(ranked.map(({ slot, own }) => [slot, scoresOf(legs, scores.get(slot) ?? [], own)])),
  };
}

/** What all sides say of a record. */
function scoresOf(
  legs: readonly Side[],
  scores: readonly (number | undefined)[],
  shares: readonly number[],
): HitScores {
  const unnamed: Record<string, number> = {};
  const byField: Record<string, number> = {};
  const share = { vector: 0, fullText: 0 };
  const shareByField: Record<string, number> = {};
  let hasNames = false;
  for (const [side, leg] of legs.entries()) {
    const score = scores[side];
    const own = shares[side] ?? 0;
    share[leg.kind] += own;
    const field = leg.kind === 'vector' ? leg.field.name : undefined;
    if (field !== undefined) {
      hasNames = true;
      shareByField[field] = own;
    }
    if (score === undefined) continue;
    if (field === undefined) unnamed[leg.kind] = score;
    else byField[field] = score;
  }
  if (!hasNames) return { ...unnamed, shares: share };
  return { ...unnamed, fields: byField, shares: { ...share, fields: shareByField } };
}

/** What a place and a score in a ranking are worth, which is the last of several. */
function sharer(
  leg: Side,
  rankings: readonly Ranking[],
  { method, rankConstant }: ReadFusion,
  weight: number,
  totalWeight: number,
): (place: number, score: number) => number {
  const ahead = rankings.slice(0, -1).reduce((sum, { slots }) => sum + slots.length, 0);
  if (method === 'rrf') return (place) => weight / (rankConstant + ahead + place + 1);
  const { scores } = rankings.find(({ slots }) => slots.length > 0) ?? NOTHING;
  const best = scores[0] ?? 0;
  const lowest = lowestOf(leg) ?? scores.at(-1) ?? 0;
  const range = best - lowest;
  const portion = weight / totalWeight;
  // All are equally good where there is no range; what lies behind the lowest is as good as that.
  return (_, score) => portion * (range > 0 ? Math.max(0, (score - lowest) / range) : 1);
}

/** The lowest score that there can be, if there is one. */
function lowestOf(leg: Side): number | undefined {
  if (leg.kind === 'fullText') return 0;
  return leg.field.metric === 'cosine' ? -1 : undefined;
}
