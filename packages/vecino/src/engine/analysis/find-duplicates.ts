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

  let asking = Uint32Array.from(subjects.slots.keys());
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

/** Names the records, and leaves out those that have been written to since. */
async function answerOf(subjects: Subjects, found: Pairs): Promise<Duplicates> {
  const ordinals = [...new Set(found.entries().flatMap(({ a, b }) => [a, b]))];
  const rows = await subjects.rowsInSlices(ordinals, []);
  const ids = new Map(ordinals.map((ordinal, i) => [ordinal, rows[i]?.id]));
  const connected = new Connected(subjects.count);
  const pairs: DuplicatePair[] = [];
  for (const { a, b, score } of found.entries()) {
    const [one, other] = [ids.get(a), ids.get(b)];
    if (one === undefined || other === undefined) continue;
    connected.connect(a, b);
    pairs.push({ ids: one < other ? [one, other] : [other, one], score });
  }
  pairs.sort((a, b) => b.score - a.score || compare(a.ids[0], b.ids[0]) || compare(a.ids[1], b.ids[1]));
  const ordinalOf = new Map(ids.entries().map(([ordinal, id]) => [id, ordinal]));
  const groups = Map.groupBy(pairs, (pair) => connected.rootOf(ordinalOf.get(pair.ids[0]) ?? 0));
  return { pairs, clusters: [...groups.values()].map(clusterOf).sort(compareClusters) };
}

function clusterOf(pairs: readonly DuplicatePair[]): DuplicateCluster {
  const ids = [...new Set(pairs.flatMap((pair) => pair.ids))].sort(compare);
  return { ids, score: pairs.reduce((least, { score }) => Math.min(least, score), Number.POSITIVE_INFINITY) };
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
