/**
 * Near-duplicates without comparing all pairs: each record is searched for its neighbours, and who has only
 * near-duplicates for neighbours is asked again for four times as many. n searches where duplicates are few; a
 * group of m costs its pairs, m². What is found from one of its two ends is found, so that a pair is missed by an
 * approximate index only where both searches miss it.
 */
import {
  DUPLICATES_OPTIONS,
  type DuplicateCluster,
  type DuplicatePair,
  type Duplicates,
  type DuplicatesQuery,
} from '../../api/duplicate.ts';
import { LIMITS } from '../../api/limits.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import { sortedInSlices } from '../../base/sort-in-slices.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { chooseField } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { Connected } from './connected.ts';
import { Course } from './course.ts';
import { searchAround } from './search-around.ts';
import { Subjects } from './subjects.ts';

/** Neighbours that are asked for at first, and how many times as many then. */
const DEPTH = 8;
const DEEPER = 4;
/** Pairs of one answer: more are no answer that anybody reads, but a threshold that is too low. */
const PAIRS_MAX = 1_000_000;
/** Pairs between two chances to pause. */
const STRIDE = 512;

/** Pairs of ordinals, the smaller one first, with their scores. */
class Pairs {
  private readonly scores = new Map<number, number>();
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  get size(): number {
    return this.scores.size;
  }

  add(a: number, b: number, score: number): void {
    // Ordinals are below 2³², of which few remain: their product with the count is exact up to 94 million records.
    this.scores.set(Math.min(a, b) * this.count + Math.max(a, b), score);
  }

  *entries(): Generator<{ readonly a: number; readonly b: number; readonly score: number }> {
    for (const [key, score] of this.scores) {
      yield { a: Math.floor(key / this.count), b: key % this.count, score };
    }
  }
}

export async function findDuplicates(collection: CollectionState, input: unknown): Promise<Duplicates> {
  const thing = `duplicates in ${collection.thing}`;
  const query = readOptions<DuplicatesQuery>(thing, DUPLICATES_OPTIONS, input as DuplicatesQuery);
  const { minScore, filter } = query;
  if (minScore === undefined) throw withoutMinScore(thing, minScore);
  const state = collection.of(chooseField(collection, thing, query.field));
  const predicate = filter === undefined ? undefined : state.filter.parse(thing, filter);
  const course = new Course(state, thing, query);
  const subjects = await Subjects.gather(state, predicate);
  const pairs = new Pairs(subjects.count);

  let asking = subjects.all();
  for (let depth = DEPTH; asking.length > 0; depth = Math.min(depth * DEEPER, LIMITS.kMax)) {
    const deeper: number[] = [];
    await searchAround(
      state,
      subjects,
      asking,
      depth,
      query,
      course,
      (ordinal, { slots, scores, isComplete }) => {
        for (const [i, slot] of slots.entries()) {
          const other = subjects.ordinalOf(slot);
          const score = scores[i] ?? Number.NaN;
          if (score >= minScore && other !== undefined && other !== ordinal) pairs.add(ordinal, other, score);
        }
        if (pairs.size > PAIRS_MAX) throw tooMany(thing, `more than ${PAIRS_MAX} pairs`);
        if (!isComplete && (scores.at(-1) ?? Number.NaN) >= minScore) deeper.push(ordinal);
      },
    );
    if (deeper.length > 0 && depth === LIMITS.kMax)
      throw tooMany(thing, `${depth} near-duplicates of one record`);
    asking = Uint32Array.from(deeper);
  }
  return answerOf(subjects, pairs);
}

/** A pair whose records are still there, and the ordinal of one of them. */
interface NamedPair extends DuplicatePair {
  readonly ordinal: number;
}

/** Names the records, and leaves out those that have been written to since. In slices: there may be a million pairs. */
async function answerOf(subjects: Subjects, found: Pairs): Promise<Duplicates> {
  const slice = new TimeSlice();
  const named = await namedPairs(subjects, found, slice);
  const sorted = await sortedInSlices(named.pairs, comparePairs, slice);
  const pairs: DuplicatePair[] = [];
  const groups = new Map<number, { readonly ids: Set<string>; score: number }>();
  for (const [i, { ids, score, ordinal }] of sorted.entries()) {
    pairs.push({ ids, score });
    const root = named.connected.rootOf(ordinal);
    const group = groups.get(root) ?? { ids: new Set(), score };
    groups.set(root, group);
    for (const id of ids) group.ids.add(id);
    // Pairs come best first.
    group.score = score;
    if (i % STRIDE === 0) await slice.pause();
  }
  const clusters: DuplicateCluster[] = [];
  for (const { ids, score } of groups.values()) {
    clusters.push({ ids: await sortedInSlices([...ids], compare, slice), score });
  }
  return { pairs, clusters: await sortedInSlices(clusters, compareClusters, slice) };
}

async function namedPairs(
  subjects: Subjects,
  found: Pairs,
  slice: TimeSlice,
): Promise<{ readonly pairs: readonly NamedPair[]; readonly connected: Connected }> {
  const ordinals = new Set<number>();
  let seen = 0;
  for (const { a, b } of found.entries()) {
    ordinals.add(a).add(b);
    if (++seen % STRIDE === 0) await slice.pause();
  }
  const rows = await subjects.rowsInSlices([...ordinals], []);
  const ids = new Array<string | undefined>(subjects.count);
  for (const [i, ordinal] of [...ordinals].entries()) ids[ordinal] = rows[i]?.id;
  const connected = new Connected(subjects.count);
  const pairs: NamedPair[] = [];
  for (const { a, b, score } of found.entries()) {
    const [one, other] = [ids[a], ids[b]];
    if (one === undefined || other === undefined) continue;
    connected.connect(a, b);
    pairs.push({ ids: one < other ? [one, other] : [other, one], score, ordinal: a });
    if (pairs.length % STRIDE === 0) await slice.pause();
  }
  return { pairs, connected };
}

function comparePairs(a: DuplicatePair, b: DuplicatePair): number {
  return b.score - a.score || compare(a.ids[0], b.ids[0]) || compare(a.ids[1], b.ids[1]);
}

function compareClusters(a: DuplicateCluster, b: DuplicateCluster): number {
  return b.ids.length - a.ids.length || b.score - a.score || compare(a.ids[0] ?? '', b.ids[0] ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function tooMany(thing: string, received: string): VecinoError {
  return new VecinoError(
    'DUPLICATES_TOO_MANY',
    `${thing}: found ${received}, expected fewer; give a higher minScore, or a filter`,
    { details: { received } },
  );
}

function withoutMinScore(thing: string, minScore: unknown): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "minScore" is ${describeValue(minScore)}, expected the score from which on two records are near-duplicates, such as 0.95 under cosine`,
    { details: { option: 'minScore', expected: 'a number', received: describeValue(minScore) } },
  );
}
