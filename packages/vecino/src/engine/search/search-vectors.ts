import { OVERSAMPLE, SEARCH_OPTIONS } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { scoreOf } from '../../vector/metric.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { IndexSearch } from '../index/live-index.ts';
import { recallOf } from '../recall/recall-of.ts';
import type { VectorField } from '../vector-field.ts';
import type { LegAnswer, LegQuestion, VectorLeg } from './legs.ts';
import { effortOf } from './query-effort.ts';

/** Searches the indexes: several searches of one on all workers, or each where it is quickest. */
export async function searchVectors(
  questions: readonly LegQuestion<VectorLeg>[],
  spread: boolean,
): Promise<LegAnswer[]> {
  const byField = Map.groupBy(questions, ({ leg }) => leg.field);
  const answers = new Map<LegQuestion, LegAnswer>();
  await Promise.all(
    Array.from(byField, async ([field, own]) => {
      const answered = (await searchField(field, own, spread)).entries();
      for (const [i, answer] of answered) answers.set(present(own[i], 'a question'), answer);
    }),
  );
  return questions.map((question) => present(answers.get(question), 'the answer to a question'));
}

async function searchField(
  field: VectorField,
  questions: readonly LegQuestion<VectorLeg>[],
  spread: boolean,
): Promise<LegAnswer[]> {
  const searches = questions.map((question) => searchOf(field, question));
  const { index } = field;
  const found = await (spread
    ? index.searchMany(searches)
    : Promise.all(searches.map((search) => index.search(search))));
  const measured = await measure(field, questions, searches, found);
  return questions.map(({ leg, depth }, i) => {
    const one = present(found[i], 'what was found');
    const { slots, distances, matches } = one;
    const scores = Float64Array.from(distances, (distance) => scoreOf(field.metric, distance));
    const isComplete = slots.length < depth || slots.length === matches;
    return { leg, ranking: { slots, scores, isComplete }, found: one, ...measured[i] };
  });
}

/** Offers each search to those who measure recall, and searches exactly where the query asks how good its answer is. */
async function measure(
  { index, recallWatch }: VectorField,
  questions: readonly LegQuestion<VectorLeg>[],
  searches: readonly IndexSearch[],
  found: readonly SegmentFound[],
): Promise<Pick<LegAnswer, 'measured'>[]> {
  const measured: Pick<LegAnswer, 'measured'>[] = [];
  for (const [i, search] of searches.entries()) {
    const answer = present(found[i], 'what was found');
    void recallWatch?.offer(search, answer);
    if (!questions[i]?.query.measureRecall) continue;
    const began = performance.now();
    const truth = await index.search({ ...search, exact: true });
    const { distanceComputations } = truth;
    const timeMs = performance.now() - began;
    measured[i] = { measured: { recall: recallOf(answer, truth), distanceComputations, timeMs } };
  }
  return measured;
}

function searchOf(field: VectorField, { leg, query, depth, allowed }: LegQuestion<VectorLeg>): IndexSearch {
  return {
    query: leg.vector,
    k: depth,
    exact: query.exact ?? SEARCH_OPTIONS.exact.default,
    ...effortOf(field, query),
    oversample: query.oversample ?? OVERSAMPLE,
    allowed: field.among(allowed),
  };
}
