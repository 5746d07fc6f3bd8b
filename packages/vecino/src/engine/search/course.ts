import { LIMITS } from '../../api/limits.ts';
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
import { BestGroups, FirstRecords, type Scope, type Selection } from './selection.ts';

/** A query on its way through the rounds. */
export interface Course {
  readonly asked: Asked;
  readonly scope: Scope;
  readonly selection: Selection;
  /** What the legs have answered, of all rounds. */
  readonly rounds: LegAnswer[];
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
  return { asked, scope, selection: selectionOf(state, asked, scope), rounds: [], sides: new Map() };
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
      for (const leg of asked.legs) questions.push({ leg, query, ...wanted, depth });
      return true;
    });
    if (asking.length === 0) return;
    const answers = (await askLegs(state, questions, spread)).values();
    for (const { asked, selection, rounds, sides } of asking) {
      const own = Array.from(asked.legs, () => present(answers.next().value, 'the answer of a leg'));
      rounds.push(...own);
      const fused = fuse(own, asked.read.fusion, state.metric);
      for (const [slot, scores] of fused.sides ?? []) sides.set(slot, scores);
      selection.take(fused);
    }
  }
}

function selectionOf(state: CollectionState, { read, legs }: Asked, scope: Scope): Selection {
  const { k, rerank, diversify, groupBy, page } = read;
  const candidates = Math.max(rerank?.candidates ?? 0, diversify?.candidates ?? 0);
  if (groupBy && candidates === 0 && legs.length === 1) {
    const { path, hits } = groupBy;
    return new BestGroups(k, hits, scope, {
      valueAt: (slot) => state.filter.valueAt(path, slot),
      existing: () => state.filter.existing(path),
      among: (values) => state.filter.among(path, values),
    });
  }
  // Fused ranks depend on what else is ranked: the groups are then those of the best so many.
  const wanted = groupBy ? Math.min(LIMITS.kMax, k * groupBy.hits * GROUPED_FROM) : k;
  // One more tells whether there is another page.
  return new FirstRecords(Math.max(wanted + (page ? 1 : 0), candidates), scope);
}

/** Records that fused groups are formed of, as a multiple of those in the answer. */
const GROUPED_FROM = 10;

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
