import {
  type FieldExplanation,
  SEARCH_OPTIONS,
  type SearchExplanation,
  type SearchQuery,
} from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import type { Term } from '../../text/parse-query.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { VectorField } from '../vector-field.ts';
import type { LegAnswer } from './legs.ts';

/** How a query was answered: the plan is that of the first search of each index, the figures are of all rounds. */
export function explain(
  state: CollectionState,
  { k = SEARCH_OPTIONS.k.default }: SearchQuery,
  rounds: readonly LegAnswer[],
  timesMs: SearchExplanation['timesMs'],
): SearchExplanation {
  const words = rounds.flatMap(({ leg, ranking }) => (leg.kind === 'fullText' ? [{ leg, ranking }] : []));
  const [worded] = words;
  const fullText = worded && {
    terms: worded.leg.words.terms.map(termText),
    candidates: words.reduce((total, { ranking }) => total + ranking.slots.length, 0),
  };
  const byField = Map.groupBy(
    rounds.filter(({ found }) => found !== undefined),
    ({ leg }) => (leg.kind === 'vector' ? leg.field : undefined),
  );
  const fields = Array.from(byField, ([field, own]) => ({
    name: field?.name,
    told: explainField(present(field, 'a field'), k, own),
  }));
  const [first] = fields;
  if (!first) return explainWords(state, present(fullText, 'the words'), timesMs);
  const sum = (of: (told: FieldExplanation) => number) =>
    fields.reduce((total, { told }) => total + of(told), 0);
  return {
    ...first.told,
    candidates: sum(({ candidates }) => candidates),
    distanceComputations: sum(({ distanceComputations }) => distanceComputations),
    unindexed: sum(({ unindexed }) => unindexed),
    ...(first.name !== undefined && {
      fields: Object.fromEntries(fields.map(({ name = '', told }) => [name, told])),
    }),
    ...(fullText && { fullText }),
    timesMs,
  };
}

/** How the index of one field was searched, in all rounds. */
function explainField({ index }: VectorField, k: number, rounds: readonly LegAnswer[]): FieldExplanation {
  const searches = rounds.flatMap((answer) => answer.found ?? []);
  const measured = rounds.find((answer) => answer.measured)?.measured;
  const sum = (of: (search: SegmentFound) => number) =>
    searches.reduce((total, search) => total + of(search), 0);
  const found = present(searches[0], 'a search');
  return {
    way: found.way,
    reason: found.reason,
    thread: found.thread,
    records: found.live,
    matches: found.matches,
    effort: found.effort,
    expectedRecall: found.effort === 0 ? 1 : index.expectedRecall(found.effort, k),
    ...(measured && { measuredRecall: measured }),
    candidates: sum(({ candidates }) => candidates),
    distanceComputations: sum(({ distanceComputations }) => distanceComputations),
    unindexed: found.pending,
  };
}

/** A query that looked for words only: no vector was compared. */
function explainWords(
  { slots, store }: CollectionState,
  fullText: NonNullable<SearchExplanation['fullText']>,
  timesMs: SearchExplanation['timesMs'],
): SearchExplanation {
  const records = slots.live.count();
  return {
    way: 'words',
    reason: 'the query has words and nothing to look near',
    thread: store.location === ':memory:' ? 'caller' : 'worker',
    records,
    matches: records,
    effort: 0,
    expectedRecall: 1,
    candidates: fullText.candidates,
    distanceComputations: 0,
    unindexed: 0,
    fullText,
    timesMs,
  };
}

/** A stem, a phrase in quotes, or a prefix with its star. */
function termText(term: Term): string {
  if (term.kind === 'stem') return term.stem;
  const words = term.words.length === 1 && term.isOpen ? term.words.join() : `"${term.words.join(' ')}"`;
  return term.isOpen ? `${words}*` : words;
}
