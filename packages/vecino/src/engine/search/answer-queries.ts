import type { AnyMetadata } from '../../api/metadata.ts';
import type { Hit, SearchResult } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { BitSet } from '../../base/bit-set.ts';
import type { CollectionState } from '../collection-state.ts';
import { readWhole } from '../whole-read.ts';
import { explain } from './explain.ts';
import { fetchHits } from './fetch-hits.ts';
import { fuse } from './fuse.ts';
import { askLegs, type LegAnswer, type LegQuestion } from './legs.ts';
import type { Asked } from './resolve-legs.ts';
import { FirstK, type Selection } from './selection.ts';

/*
 * The pipeline: filter, then rounds in which the legs rank, their rankings are fused and each query chooses,
 * until no query wants more, then the hits are fetched. All of it is of one state of the collection, and all
 * queries go through it together, so that each round asks the index once for all of them.
 */

/** A query on its way. */
interface Course {
  readonly asked: Asked;
  readonly selection: Selection;
  /** What the legs have answered, of all rounds. */
  readonly rounds: LegAnswer[];
}

/** @param spread the searches over all threads, for many queries */
export async function answerQueries(
  state: CollectionState,
  asked: readonly Asked[],
  embedMs: number,
  spread: boolean,
): Promise<SearchResult<AnyMetadata>[]> {
  const started = performance.now();
  for (const { read } of asked) if (read.predicate) await state.filter.prepare(read.predicate);
  // Embedding can take long. What begins from here on is waited for by `close` and `drop`.
  state.requireOpen();

  const { courses, answers, filterMs, searchMs, fetchMs } = await readWhole(state, async () => {
    // Asked right before the work: of many searches that wait, not all fit the same slice.
    for (;;) {
      await state.whole();
      if (!state.turns.isOver) break;
      await state.turns.pause();
    }
    const began = performance.now();
    const { seen } = state.slots;
    const courses = asked.map((one) => courseOf(state, one));
    const filtered = performance.now();
    await choose(state, courses, spread);
    const searched = performance.now();
    let whole = true;
    const answers: Hit<AnyMetadata>[][] = [];
    for (const { asked, selection } of courses) {
      const fetched = await fetchHits(state, seen, selection.chosen, asked.read.parts, asked.except);
      whole &&= fetched.whole;
      answers.push(fetched.hits);
    }
    const fetchMs = performance.now() - searched;
    return { whole, courses, answers, filterMs: filtered - began, searchMs: searched - filtered, fetchMs };
  });
  const total = embedMs + performance.now() - started;
  const timesMs = { embed: embedMs, filter: filterMs, search: searchMs, fetch: fetchMs, total };
  return answers.map((hits, i) => {
    const { asked, rounds } = present(courses[i], 'a query');
    const { query } = asked.read;
    return query.explain ? Object.assign(hits, { explain: explain(state, query, rounds, timesMs) }) : hits;
  });
}

function courseOf(state: CollectionState, asked: Asked): Course {
  const { predicate, query } = asked.read;
  const allowed = predicate && state.filter.evaluate(predicate, state.slots);
  const excluded = slotsOf(state, asked.except);
  return { asked, selection: new FirstK(query, allowed, excluded), rounds: [] };
}

/** Where records lie that are no answer. Those that are gone need not be left out. */
function slotsOf(state: CollectionState, ids: readonly string[]): BitSet {
  if (ids.length === 0) return new BitSet();
  const slots = state.store.reader.slotsOf(state.id, ids);
  return BitSet.from(slots.filter((slot) => slot !== undefined));
}

/** Rounds of questions to the legs, until each query has what it wants. */
async function choose(state: CollectionState, courses: readonly Course[], spread: boolean): Promise<void> {
  for (;;) {
    const questions: LegQuestion[] = [];
    const asking = courses.filter(({ asked, selection: { wanted } }) => {
      if (!wanted) return false;
      for (const leg of asked.legs) questions.push({ leg, query: asked.read.query, ...wanted });
      return true;
    });
    if (asking.length === 0) return;
    const answers = (await askLegs(state, questions, spread)).values();
    for (const { asked, selection, rounds } of asking) {
      const own = Array.from(asked.legs, () => present(answers.next().value, 'the answer of a leg'));
      rounds.push(...own);
      selection.take(fuse(own), own);
    }
  }
}
