import type { Metric } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { lengthOf } from '../../vector/prepare.ts';
import type { Ranking } from './ranking.ts';

/*
 * Maximal marginal relevance: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering
 * Documents and Producing Summaries", SIGIR 1998, equation 1. Each choice is the candidate with the greatest
 *
 *   λ · Sim1(candidate, query) − (1 − λ) · max over the chosen (Sim2(candidate, chosen))
 *
 * Sim1 is the score; Sim2 is the score of the metric between two records, so that both have one scale. Where the
 * score is none of the metric (fused, reranked, of words), Sim1 is scaled to 0 to 1 over the candidates and Sim2
 * is the cosine. The first choice is the best by score. k choices among c candidates of dimension d take k · c · d
 * steps: each candidate keeps its greatest Sim2 so far and compares with the latest choice only.
 */

/** What is known of the candidates, in the order of their ranking. */
export interface Likeness {
  /** Larger is better; on the scale of `between`. */
  readonly relevance: Float64Array;
  /** How alike two candidates are, by their places in the ranking. */
  between(a: number, b: number): number;
}

/** By the metric itself, where it has given the scores. The vectors are of length one under cosine. */
export function metricLikeness(
  metric: Metric,
  scores: Float64Array,
  vectors: readonly Float32Array[],
): Likeness {
  const alike = metric === 'l2' ? minusDistance : innerProduct;
  return { relevance: scores, between: (a, b) => alike(vectorAt(vectors, a), vectorAt(vectors, b)) };
}

/** By cosine, where scores are of another kind: these are scaled to 0 to 1. */
export function cosineLikeness(scores: Float64Array, vectors: readonly Float32Array[]): Likeness {
  const lengths = vectors.map((vector) => lengthOf(vector) || 1);
  return {
    relevance: scaled(scores),
    between: (a, b) =>
      innerProduct(vectorAt(vectors, a), vectorAt(vectors, b)) / ((lengths[a] ?? 1) * (lengths[b] ?? 1)),
  };
}

/** Chooses `count` of a ranking's records, in the order of choice and with their own scores. */
export async function diversified(
  ranking: Ranking,
  { relevance, between }: Likeness,
  lambda: number,
  count: number,
): Promise<Ranking> {
  const remaining = Array.from(ranking.slots.keys());
  const redundancy = new Float64Array(remaining.length).fill(Number.NEGATIVE_INFINITY);
  const chosen: number[] = [];
  const slice = new TimeSlice();
  while (remaining.length > 0 && chosen.length < count) {
    // The first has nothing to differ from: it is the best, whatever λ is.
    const worth = (place: number) =>
      chosen.length === 0
        ? (relevance[place] ?? 0)
        : lambda * (relevance[place] ?? 0) - (1 - lambda) * (redundancy[place] ?? 0);
    const [taken] = remaining.splice(indexOfGreatest(remaining, worth), 1);
    const latest = present(taken, 'the choice');
    chosen.push(latest);
    for (const place of remaining) {
      redundancy[place] = Math.max(redundancy[place] ?? 0, between(place, latest));
    }
    await slice.pause();
  }
  return {
    slots: Uint32Array.from(chosen, (place) => ranking.slots[place] ?? 0),
    scores: Float64Array.from(chosen, (place) => ranking.scores[place] ?? Number.NaN),
    isComplete: ranking.isComplete && remaining.length === 0,
  };
}

/** The first of those that are worth most. */
function indexOfGreatest(places: readonly number[], worth: (place: number) => number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, place] of places.entries()) {
    const own = worth(place);
    if (own > most) [best, most] = [i, own];
  }
  return best;
}

/** Scores on a scale from 0 to 1; all 1 where they are equal. */
function scaled(scores: Float64Array): Float64Array {
  const [most, least] = [Math.max(...scores), Math.min(...scores)];
  return scores.map((score) => (most > least ? (score - least) / (most - least) : 1));
}

function vectorAt(vectors: readonly Float32Array[], place: number): Float32Array {
  return present(vectors[place], 'the vector of a candidate');
}

function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function minusDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return -Math.sqrt(sum);
}
