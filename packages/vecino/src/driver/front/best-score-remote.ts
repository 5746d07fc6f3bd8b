import { LIMITS } from '../../api/limits.ts';
import type { Metric } from '../../api/search.ts';
import { similarity } from '../../vector/comparison.ts';
import type { NearQuestion, ScoredRow } from './backend.ts';
import type { RemoteField } from './remote-field.ts';
import type { RemoteState } from './remote-state.ts';

/** How many times as many candidates a round asks for as the one before. */
const DEEPER = 4;

/** Examples of the strategy `bestScore`. */
export interface BestOf {
  readonly likes: readonly Float32Array[];
  readonly unlikes: readonly Float32Array[];
}

/**
 * The records that are nearest to any of some examples: as `engine/search/best-score.ts` ranks them, by the threshold
 * algorithm of Fagin, Lotem and Naor ("Optimal aggregation algorithms for middleware", PODS 2001). The candidates'
 * vectors come along with them and are compared with all examples here. Where the engine answers no deeper than
 * {@link LIMITS.kMax}, the rounds end there.
 */
export async function nearBest(
  state: RemoteState,
  question: NearQuestion,
  { metric }: RemoteField,
  { likes, unlikes }: BestOf,
): Promise<ScoredRow[]> {
  const parts = [...new Set([...question.parts, state.vectorPart])];
  for (let depth = question.depth; ; depth = Math.min(LIMITS.kMax, depth * DEEPER)) {
    const asked = depth;
    const found = await Promise.all(
      likes.map((vector) => state.records.near({ ...question, vector, parts, depth: asked })),
    );
    const candidates = new Map(found.flat().map((row) => [row.id, row]));
    const scored = Array.from(candidates.values(), (row) => ({
      ...row,
      score: scoreOf(metric, row.vectors?.[question.field], likes, unlikes),
    })).sort((a, b) => b.score - a.score || a.seq - b.seq);
    // What no search has found scores at most what the last of some search's hits scores.
    const border = Math.max(...found.map((rows) => (rows.length < asked ? -Infinity : lastScore(rows))));
    const certain = scored.findIndex(({ score }) => score < border);
    const isSettled = certain === -1 || certain >= question.depth || asked === LIMITS.kMax;
    if (!isSettled) continue;
    const keepsVectors = question.parts.includes(state.vectorPart);
    const best = scored.slice(0, question.depth);
    return keepsVectors ? best : best.map(({ vectors: _, ...row }) => row);
  }
}

function lastScore(rows: readonly ScoredRow[]): number {
  return rows.at(-1)?.score ?? Number.NEGATIVE_INFINITY;
}

/** The best score with a like, less what an unlike scores more. */
function scoreOf(
  metric: Metric,
  vector: Float32Array | undefined,
  likes: readonly Float32Array[],
  unlikes: readonly Float32Array[],
): number {
  if (!vector) return Number.NEGATIVE_INFINITY;
  const best = (examples: readonly Float32Array[]) =>
    Math.max(Number.NEGATIVE_INFINITY, ...examples.map((one) => similarity(metric, one, vector)));
  const like = best(likes);
  return like - Math.max(0, best(unlikes) - like);
}
