import type { HitScores } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { BitSet } from '../../base/bit-set.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { CollectionState } from '../collection-state.ts';
import { askLegs } from './ask-legs.ts';
import { fuse } from './fuse.ts';
import type { LegAnswer, LegQuestion } from './legs.ts';
import type { PagePosition } from './page-token.ts';
import type { Asked } from './resolve-legs.ts';
import { BestGroups, FirstRecords, type GroupColumn, type Scope, type Selection } from './selection.ts';

/** A query on its way through the rounds. */
export interface Course {
  readonly asked: Asked;
  readonly scope: Scope;
  readonly selection: Selection;
  /** What the legs have answered, of all rounds. */
  readonly rounds: LegAnswer[];
  /** Of these, the ones behind which another round may rank. */
  before: readonly LegAnswer[];
  /** By slot what both sides of a hybrid search say of it. */
  readonly sides: Map<number, HitScores>;
}

/** Slots read in one go. */
const SLOTS = 16_384;

export async function courseOf(state: CollectionState, asked: Asked): Promise<Course> {
  const { read, except } = asked;
  const allowed = state.allowed(read.predicate);
  const excluded = slotsOf(state, except);
  const position = read.page?.position;
  if (position) excluded.union(position.given).union(await changedSince(state, position.seq));
  // Reranking gives scores of its own.
  const minScore = read.rerank ? Number.NEGATIVE_INFINITY : (read.query.minScore ?? Number.NEGATIVE_INFINITY);
  const scope = { allowed, live: state.slots.live, excluded, minScore };
  return {
    asked,
    scope,
    selection: selectionOf(state, asked, scope),
    rounds: [],
    before: [],
    sides: new Map(),
  };
}

/** Rounds of questions to the legs, until each query has what it wants. */
export async function choose(
  state: CollectionState,
  courses: readonly Course[],
  spread: boolean,
): Promise<void> {
  for (;;) {
    const questions: LegQuestion[] = [];
    const asking = courses.filter(({ asked, selection: { wanted } }) => {
      if (!wanted) return false;
      const { query, fusion } = asked.read;
      const depth = Math.max(wanted.depth, fusion?.candidates ?? 0);
      const { allowed } = wanted;
      for (const leg of asked.legs) questions.push({ leg, query, allowed, depth });
      return true;
    });
    if (asking.length === 0) return;
    const answers = (await askLegs(state, questions, spread)).values();
    for (const course of asking) {
      const { asked, selection, rounds, sides } = course;
      const own = Array.from(asked.legs, () => present(answers.next().value, 'the answer of a leg'));
      rounds.push(...own);
      const before = selection.wanted?.isBehind ? course.before : [];
      const fused = fuse(own, asked.read.fusion, before);
      course.before = [...before, ...own];
      for (const [slot, scores] of fused.sides ?? []) sides.set(slot, scores);
      selection.take(fused);
    }
  }
}

function selectionOf(state: CollectionState, { read }: Asked, scope: Scope): Selection {
  const { k, rerank, diversify, groupBy, page, fusion } = read;
  const candidates = Math.max(rerank?.candidates ?? 0, diversify?.candidates ?? 0);
  if (groupBy && candidates === 0) {
    const { path, hits } = groupBy;
    const column: GroupColumn = {
      valueAt: (slot) => state.filter.valueAt(path, slot),
      existing: () => state.filter.existing(path),
      among: (values) => state.filter.among(path, values),
    };
    return new BestGroups(k, hits, scope, column, fusion?.candidates);
  }
  // One more tells whether there is another page. The groups of a second stage are those of its candidates.
  return new FirstRecords(Math.max(k + (page ? 1 : 0), candidates), scope);
}

/** Where records lie that are no answer. Those that are gone need not be left out. */
function slotsOf(state: CollectionState, ids: readonly string[]): BitSet {
  if (ids.length === 0) return new BitSet();
  const slots = state.store.reader.slotsOf(state.id, state.namespace, ids);
  return BitSet.from(slots.filter((slot) => slot !== undefined));
}

/** The slots of records that were written after a change. */
async function changedSince(state: CollectionState, seq: PagePosition['seq']): Promise<BitSet> {
  const changed = new BitSet();
  const slice = new TimeSlice();
  for (let after = seq; ; ) {
    const { slots, seq: latest } = state.store.reader.occupiedSlots(state.id, after, SLOTS);
    changed.addAll(slots);
    if (slots.length < SLOTS) return changed;
    after = latest;
    await slice.pause();
  }
}
