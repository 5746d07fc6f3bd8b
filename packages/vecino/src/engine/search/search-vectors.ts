import { OVERSAMPLE, SEARCH_OPTIONS } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { scoreOf } from '../../vector/metric.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { IndexSearch } from '../index/live-index.ts';
import { recallOf } from '../recall/recall-of.ts';
import type { LegAnswer, LegQuestion, VectorLeg } from './legs.ts';
import { effortOf } from './query-effort.ts';

/** Searches the index: several searches on all workers, or each where it is quickest. */
export async function searchVectors(
  state: CollectionState,
  questions: readonly LegQuestion<VectorLeg>[],
  spread: boolean,
): Promise<LegAnswer[]> {
  const searches = questions.map((question) => searchOf(state, question));
  const found = await (spread
    ? state.index.searchMany(searches)
    : Promise.all(searches.map((search) => state.index.search(search))));
  const measured = await measure(state, questions, searches, found);
  return questions.map(({ leg, depth }, i) => {
    const one = present(found[i], 'what was found');
    const { slots, distances, matches } = one;
    const scores = Float64Array.from(distances, (distance) => scoreOf(state.metric, distance));
    const isComplete = slots.length < depth || slots.length === matches;
    return { leg, ranking: { slots, scores, isComplete }, found: one, ...measured[i] };
  });
}

/** Offers each search to those who measure recall, and searches exactly where the query asks how good its answer is. */
async function measure(
  state: CollectionState,
  questions: readonly LegQuestion<VectorLeg>[],
  searches: readonly IndexSearch[],
  found: readonly SegmentFound[],
): Promise<Pick<LegAnswer, 'measured'>[]> {
  const measured: Pick<LegAnswer, 'measured'>[] = [];
  for (const [i, search] of searches.entries()) {
    const answer = present(found[i], 'what was found');
    void state.recallWatch?.offer(search, answer);
    if (!questions[i]?.query.measureRecall) continue;
    const began = performance.now();
    const truth = await state.index.search({ ...search, exact: true });
    const { distanceComputations } = truth;
    const timeMs = performance.now() - began;
    measured[i] = { measured: { recall: recallOf(answer, truth), distanceComputations, timeMs } };
  }
  return measured;
}

function searchOf(
  state: CollectionState,
  { leg, query, depth, allowed }: LegQuestion<VectorLeg>,
): IndexSearch {
  return {
    query: leg.vector,
    k: depth,
    exact: query.exact ?? SEARCH_OPTIONS.exact.default,
    ...effortOf(state, query),
    oversample: query.oversample ?? OVERSAMPLE,
    allowed,
  };
}
