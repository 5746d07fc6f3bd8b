import { present } from '../../base/assert.ts';
import { BitSet } from '../../base/bit-set.ts';
import type { Matches } from '../../filter/answers.ts';
import type { VectorField } from '../vector-field.ts';
import type { LegAnswer, LegQuestion, VectorLeg } from './legs.ts';
import { cut, type Ranking } from './ranking.ts';
import { searchVectors } from './search-vectors.ts';

/** How many times as many candidates a round asks for as the one before. */
const DEEPER = 4;

/**
 * Ranks records by the example that they are nearest to (see the strategy `bestScore` of the API, which is akin to
 * that of the same name in Qdrant's recommendations, without its change of scale).
 *
 * Each like is searched; who is found by any is a candidate and is compared with all examples. A record that no search
 * has found scores at most what the last of some search's hits scores, because a penalty only lowers a score. So the
 * candidates that score at least that are the first of all records, as in the threshold algorithm (Fagin, Lotem and
 * Naor, "Optimal aggregation algorithms for middleware", PODS 2001); while they are too few, the searches go deeper.
 */
export async function rankByBestScore(question: LegQuestion<VectorLeg>, spread: boolean): Promise<LegAnswer> {
  const { leg, depth: wanted } = question;
  const { likes, unlikes } = present(leg.best, 'examples');
  for (let depth = wanted; ; depth *= DEEPER) {
    const searches = likes.map((vector) => ({ ...question, leg: nearTo(leg.field, vector), depth }));
    const found = await searchVectors(searches, spread);
    const candidates = candidatesOf(leg.field, found);
    const [liked, unliked] = await compare(question, candidates, likes, unlikes, spread);
    const ranking = rank(candidates.slots, liked, unliked);
    const border = Math.max(...found.map(({ ranking }) => lastScore(ranking)));
    const end = ranking.scores.findIndex((score) => score < border);
    const isSettled = border === Number.NEGATIVE_INFINITY || end === -1 || end >= wanted;
    if (!isSettled) continue;
    const isComplete = border === Number.NEGATIVE_INFINITY && ranking.slots.length <= wanted;
    const first = present(found[0]?.found, 'what was found');
    return { leg, ranking: { ...cut(ranking, wanted), isComplete }, found: first };
  }
}

function nearTo(field: VectorField, vector: Float32Array): VectorLeg {
  return { kind: 'vector', field, vector };
}

/** What a record that the search has not found can score at most. */
function lastScore({ scores, isComplete }: Ranking): number {
  return isComplete ? Number.NEGATIVE_INFINITY : (scores.at(-1) ?? Number.NEGATIVE_INFINITY);
}

function candidatesOf({ live }: VectorField, found: readonly LegAnswer[]): Matches {
  const slots = new BitSet();
  for (const { ranking } of found) slots.addAll(ranking.slots);
  // Writes may come in between two searches; a search takes live slots only.
  slots.intersect(live);
  return { slots, count: slots.count() };
}

/** For each candidate's slot its best score with the likes, and with the unlikes. */
async function compare(
  question: LegQuestion<VectorLeg>,
  candidates: Matches,
  likes: readonly Float32Array[],
  unlikes: readonly Float32Array[],
  spread: boolean,
): Promise<[Map<number, number>, Map<number, number>]> {
  if (candidates.count === 0) return [new Map(), new Map()];
  const query = { ...question.query, exact: true };
  const compared = await searchVectors(
    [...likes, ...unlikes].map((vector) => ({
      leg: nearTo(question.leg.field, vector),
      query,
      depth: candidates.count,
      allowed: candidates,
    })),
    spread,
  );
  const best = (answers: readonly LegAnswer[]) => {
    const scores = new Map<number, number>();
    for (const { ranking } of answers) {
      for (const [place, slot] of ranking.slots.entries()) {
        const score = ranking.scores[place] ?? Number.NEGATIVE_INFINITY;
        scores.set(slot, Math.max(score, scores.get(slot) ?? Number.NEGATIVE_INFINITY));
      }
    }
    return scores;
  };
  return [best(compared.slice(0, likes.length)), best(compared.slice(likes.length))];
}

function rank(
  slots: BitSet,
  liked: ReadonlyMap<number, number>,
  unliked: ReadonlyMap<number, number>,
): Ranking {
  const scored = Array.from(slots, (slot) => {
    const like = liked.get(slot) ?? Number.NEGATIVE_INFINITY;
    const unlike = unliked.get(slot) ?? Number.NEGATIVE_INFINITY;
    return { slot, score: like - Math.max(0, unlike - like) };
  });
  scored.sort((a, b) => b.score - a.score || a.slot - b.slot);
  return {
    slots: Uint32Array.from(scored, ({ slot }) => slot),
    scores: Float64Array.from(scored, ({ score }) => score),
    isComplete: false,
  };
}
