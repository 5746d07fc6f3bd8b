import { SEARCH_OPTIONS, type SearchExplanation, type SearchQuery } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { LegAnswer } from './legs.ts';

/** How a query was answered: the plan is that of the first search of the index, the figures are of all rounds. */
export function explain(
  { index }: CollectionState,
  { k = SEARCH_OPTIONS.k.default }: SearchQuery,
  rounds: readonly LegAnswer[],
  timesMs: SearchExplanation['timesMs'],
): SearchExplanation {
  const searches = rounds.flatMap((answer) => answer.found ?? []);
  const found = present(searches[0], 'what was found');
  const sum = (of: (search: SegmentFound) => number) =>
    searches.reduce((total, search) => total + of(search), 0);
  return {
    way: found.way,
    reason: found.reason,
    thread: found.thread,
    records: found.live,
    matches: found.matches,
    effort: found.effort,
    expectedRecall: found.effort === 0 ? 1 : index.expectedRecall(found.effort, k),
    candidates: sum(({ candidates }) => candidates),
    distanceComputations: sum(({ distanceComputations }) => distanceComputations),
    unindexed: found.pending,
    timesMs,
  };
}
