import type { AnyMetadata } from '../../api/metadata.ts';
import {
  type Hit,
  OVERSAMPLE,
  SEARCH_OPTIONS,
  type SearchExplanation,
  type SearchQuery,
  type SearchResult,
} from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Matches } from '../../filter/answers.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { IndexSearch } from '../index/live-index.ts';
import { readWhole } from '../whole-read.ts';
import { fetchHits } from './fetch-hits.ts';
import { effortOf } from './query-effort.ts';
import { type ReadQuery, readQuery, resolveTargets, type Target } from './read-query.ts';

/** Queries answered from one state of the collection; between two groups writes may come in. */
const GROUP = 256;

/** Answers a query: resolve what to look near, plan and search, then fetch the hits. */
export async function searchRecords(
  state: CollectionState,
  input: unknown,
): Promise<SearchResult<AnyMetadata>> {
  const started = performance.now();
  const read = readQuery(state, `search in ${state.thing}`, input);
  const [target] = await resolveTargets(state, [read]);
  const embedMs = performance.now() - started;
  const asked = [{ read, target: present(target, 'what to look near') }];
  const [answer] = await answerFrom(state, asked, embedMs, (searches) =>
    Promise.all(searches.map((search) => state.index.search(search))),
  );
  return present(answer, 'the answer');
}

/** Answers many queries, each with its own options, on all threads. */
export async function searchManyRecords(
  state: CollectionState,
  inputs: unknown,
): Promise<SearchResult<AnyMetadata>[]> {
  const thing = `searchMany in ${state.thing}`;
  if (!Array.isArray(inputs)) {
    const received = describeValue(inputs);
    throw new VecinoError('QUERY_INVALID', `${thing}: queries is ${received}, expected an array of queries`, {
      details: { expected: 'an array', received },
    });
  }
  // Everything that is wrong is said before anything is embedded.
  const reads = Array.from(inputs as unknown[], (input, i) =>
    readQuery(state, `${thing}: query ${i}`, input),
  );
  const results: SearchResult<AnyMetadata>[] = [];
  const slice = new TimeSlice();
  for (let from = 0; from < reads.length; from += GROUP) {
    const group = reads.slice(from, from + GROUP);
    const started = performance.now();
    const targets = await resolveTargets(state, group);
    const asked = group.map((read, i) => ({ read, target: present(targets[i], 'what to look near') }));
    const embedMs = performance.now() - started;
    results.push(
      ...(await answerFrom(state, asked, embedMs, (searches) => state.index.searchMany(searches))),
    );
    await slice.pause();
  }
  return results;
}

interface Asked {
  readonly read: ReadQuery;
  readonly target: Target;
}

/** Filters, searches and fetches, all of one state of the collection. */
async function answerFrom(
  state: CollectionState,
  asked: readonly Asked[],
  embedMs: number,
  search: (searches: readonly IndexSearch[]) => Promise<readonly SegmentFound[]>,
): Promise<SearchResult<AnyMetadata>[]> {
  const started = performance.now();
  for (const { read } of asked) if (read.predicate) await state.filter.prepare(read.predicate);
  // Embedding can take long. What begins from here on is waited for by `close` and `drop`.
  state.requireOpen();

  const { answers, filterMs, searchMs, fetchMs } = await readWhole(state, async () => {
    // Asked right before the work: of many searches that wait, not all fit the same slice.
    for (;;) {
      await state.whole();
      if (!state.turns.isOver) break;
      await state.turns.pause();
    }
    const began = performance.now();
    const { seen } = state.slots;
    const allowed = asked.map(
      ({ read }) => read.predicate && state.filter.evaluate(read.predicate, state.slots),
    );
    const filtered = performance.now();
    const found = await search(asked.map((one, i) => searchOf(state, one, allowed[i])));
    const searched = performance.now();
    let whole = true;
    const answers: { readonly hits: Hit<AnyMetadata>[]; readonly found: SegmentFound }[] = [];
    for (const [i, { read, target }] of asked.entries()) {
      const one = present(found[i], 'what was found');
      const fetched = await fetchHits(state, seen, one, read, target.except);
      whole &&= fetched.whole;
      answers.push({ hits: fetched.hits, found: one });
    }
    const fetchMs = performance.now() - searched;
    return { whole, answers, filterMs: filtered - began, searchMs: searched - filtered, fetchMs };
  });
  const total = embedMs + performance.now() - started;
  const timesMs = { embed: embedMs, filter: filterMs, search: searchMs, fetch: fetchMs, total };
  return answers.map(({ hits, found }, i) => {
    const query = asked[i]?.read.query;
    return query?.explain ? Object.assign(hits, { explain: explain(state, query, found, timesMs) }) : hits;
  });
}

function searchOf(
  state: CollectionState,
  { read: { query }, target }: Asked,
  allowed: Matches | undefined,
): IndexSearch {
  return {
    query: target.vector,
    // One more where the record that was asked with may be among the found.
    k: (query.k ?? SEARCH_OPTIONS.k.default) + (target.except === undefined ? 0 : 1),
    exact: query.exact ?? SEARCH_OPTIONS.exact.default,
    ...effortOf(state, query),
    oversample: query.oversample ?? OVERSAMPLE,
    allowed,
  };
}

function explain(
  { index }: CollectionState,
  { k = SEARCH_OPTIONS.k.default }: SearchQuery,
  found: SegmentFound,
  timesMs: SearchExplanation['timesMs'],
): SearchExplanation {
  return {
    way: found.way,
    reason: found.reason,
    thread: found.thread,
    records: found.live,
    matches: found.matches,
    effort: found.effort,
    expectedRecall: found.effort === 0 ? 1 : index.expectedRecall(found.effort, k),
    candidates: found.candidates,
    distanceComputations: found.distanceComputations,
    unindexed: found.pending,
    timesMs,
  };
}
