import type { HitScores } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import type { LegAnswer } from './legs.ts';
import { NOTHING, type Ranking } from './ranking.ts';
import type { ReadFusion } from './read-full-text.ts';

/** A ranking made of several, and of each of its records what each side says. */
export interface Fused extends Ranking {
  /** By slot; absent where one leg answered alone. */
  readonly sides?: ReadonlyMap<number, HitScores>;
}

type Side = 'vector' | 'fullText';

/**
 * Makes one ranking of what the legs of a query have found: that of the leg itself where it is alone, otherwise one
 * of both sides.
 *
 * Reciprocal rank fusion: G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet
 * and individual Rank Learning Methods", SIGIR 2009, with weights. Weighted scores: S. Bruch, S. Gai, A. Ingber, "An
 * Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934, which finds that scores should be brought to
 * 0 to 1 by their lowest possible value rather than by the lowest of the candidates: BM25 cannot be below 0, a
 * cosine not below -1. Inner product and distance have no such value, so there we take the lowest of the candidates.
 * Equal scores are ordered by slot. Takes n log n for n candidates of both sides together.
 *
 * @param before what the legs have answered already, where `answers` are what comes behind: ranks are counted on, and
 *   scores keep their scale
 */
export function fuse(
  answers: readonly LegAnswer[],
  fusion: ReadFusion | undefined,
  metric: string,
  before: readonly LegAnswer[] = [],
): Fused {
  if (!fusion) return present(answers[0], 'the answer of a leg').ranking;
  const shares = new Map<number, { vector: number; fullText: number }>();
  const scores = new Map<number, { vector?: number; fullText?: number }>();
  for (const { leg, ranking } of answers) {
    const earlier = before.filter((answer) => answer.leg === leg).map((answer) => answer.ranking);
    const shareOf = sharer(leg.kind, [...earlier, ranking], fusion, metric);
    for (const [place, slot] of ranking.slots.entries()) {
      const score = ranking.scores[place] ?? Number.NaN;
      const share = shares.get(slot) ?? { vector: 0, fullText: 0 };
      share[leg.kind] += shareOf(place, score);
      shares.set(slot, share);
      scores.set(slot, { ...scores.get(slot), [leg.kind]: score });
    }
  }
  const total = ({ vector, fullText }: { vector: number; fullText: number }) => vector + fullText;
  const ranked = [...shares].sort(([a, one], [b, other]) => total(other) - total(one) || a - b);
  return {
    slots: Uint32Array.from(ranked, ([slot]) => slot),
    scores: Float64Array.from(ranked, ([, share]) => total(share)),
    isComplete: answers.every(({ ranking }) => ranking.isComplete),
    sides: new Map(ranked.map(([slot, share]) => [slot, { ...scores.get(slot), shares: share }])),
  };
}

/** What a place and a score in a ranking are worth, which is the last of several. */
function sharer(
  side: Side,
  rankings: readonly Ranking[],
  { method, weights, rankConstant }: ReadFusion,
  metric: string,
): (place: number, score: number) => number {
  const weight = weights[side];
  const ahead = rankings.slice(0, -1).reduce((sum, { slots }) => sum + slots.length, 0);
  if (method === 'rrf') return (place) => weight / (rankConstant + ahead + place + 1);
  const { scores } = rankings.find(({ slots }) => slots.length > 0) ?? NOTHING;
  const best = scores[0] ?? 0;
  const lowest = lowestOf(side, metric) ?? scores.at(-1) ?? 0;
  const range = best - lowest;
  const portion = weight / (weights.vector + weights.fullText);
  // All are equally good where there is no range; what lies behind the lowest is as good as that.
  return (_, score) => portion * (range > 0 ? Math.max(0, (score - lowest) / range) : 1);
}

/** The lowest score that there can be, if there is one. */
function lowestOf(side: Side, metric: string): number | undefined {
  if (side === 'fullText') return 0;
  return metric === 'cosine' ? -1 : undefined;
}
