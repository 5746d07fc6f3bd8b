import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { Hit, SearchExplanation, SearchResult } from '../../api/search.ts';
import { BitSet } from '../../base/bit-set.ts';
import type { CollectionState } from '../collection-state.ts';
import { type Read, readWhole } from '../whole-read.ts';
import { countFacets } from './count-facets.ts';
import { type Course, choose, courseOf } from './course.ts';
import { explain } from './explain.ts';
import { fetchHits, type Hits } from './fetch-hits.ts';
import type { LegAnswer } from './legs.ts';
import type { PagePosition } from './page-token.ts';
import { type Ranking, reordered } from './ranking.ts';
import { type Material, materialFor, type Refined, refine } from './refine.ts';
import { rerankScores } from './rerank.ts';
import type { Asked } from './resolve-legs.ts';

/*
 * The pipeline: filter, then rounds in which the legs rank, their rankings are fused and each query chooses,
 * until no query wants more; then hits are fetched, before a second stage or after it. All of that is of one state
 * of the collection, and all queries go through it together, so that each round asks the index once for all of
 * them. Only the caller's rerank function is waited for afterwards: it may take long, and is asked once.
 */

/** A state of the collection. */
interface Moment {
  /** The change that the index had seen. */
  readonly seen: number;
  /** Of the live slots and of the columns of filters. */
  readonly version: number;
}

/** What was read for a query, all of one state. */
interface Findings extends Read {
  readonly course: Course;
  readonly moment: Moment;
  /** The answer, or what is to be reranked. */
  readonly chosen: Refined;
  readonly material: Material;
  readonly hits: Hits;
  readonly facets?: SearchResult['facets'];
}

/** An answer, and where it has ended. */
export interface Answer {
  readonly result: SearchResult<AnyMetadata>;
  /** Where the next page begins; absent behind the last, and for queries without pages. */
  readonly end: PagePosition | undefined;
}

/** @param spread the searches over all threads, for many queries */
export async function answerQueries(
  state: CollectionState,
  asked: readonly Asked[],
  embedMs: number,
  spread: boolean,
): Promise<Answer[]> {
  const started = performance.now();
  for (const { read } of asked) {
    await state.prepare(read.predicate);
    if (read.groupBy) await state.filter.preparePath(read.groupBy.path);
    for (const { path } of read.facets) await state.filter.preparePath(path);
  }
  // Embedding can take long. What begins from here on is waited for by `close` and `drop`.
  state.requireOpen();

  const { findings, filterMs, searchMs, fetchMs } = await readWhole(state, async () => {
    // Asked right before the work: of many searches that wait, not all fit the same slice.
    for (;;) {
      await state.whole();
      if (!state.turns.isOver) break;
      await state.turns.pause();
    }
    const began = performance.now();
    const moment = momentOf(state);
    const courses: Course[] = [];
    for (const one of asked) courses.push(await courseOf(state, one));
    const filtered = performance.now();
    await choose(state, courses, spread);
    const searched = performance.now();
    const findings: Findings[] = [];
    for (const course of courses) findings.push(await find(state, moment, course));
    const whole = findings.every((one) => one.whole);
    const fetchMs = performance.now() - searched;
    return { whole, findings, filterMs: filtered - began, searchMs: searched - filtered, fetchMs };
  });
  const answers: Answer[] = [];
  for (const one of findings) {
    const { hits, chosen } = await rerank(one);
    const total = embedMs + performance.now() - started;
    const timesMs = { embed: embedMs, filter: filterMs, search: searchMs, fetch: fetchMs, total };
    answers.push({ result: resultOf(state, one, chosen, hits, timesMs), end: endOf(one, chosen.ranking) });
  }
  return answers;
}

/** Reads what the answer to a query is made of, or what is to be reranked. */
async function find(state: CollectionState, moment: Moment, course: Course): Promise<Findings> {
  const { asked, scope, selection, rounds } = course;
  const { read, except } = asked;
  const { seen } = moment;
  const material = materialFor(state, selection.chosen, read);
  const isDone = read.rerank !== undefined || selection.groups !== undefined || !material.whole;
  const chosen: Refined = isDone
    ? { ranking: selection.chosen, groups: selection.groups }
    : await refine(selection.chosen, read, material, isOfMetric(rounds));
  const parts = read.rerank ? [...new Set([...read.parts, ...RERANKED_BY])] : read.parts;
  const fetched = await fetchHits(state, seen, chosen.ranking, parts, except, course.sides);
  // Words are searched in the store, where more may have been written meanwhile.
  let whole = fetched.whole && material.whole && rounds.every((answer) => (answer.seen ?? seen) === seen);
  if (read.facets.length === 0) return { course, moment, chosen, material, hits: fetched.hits, whole };
  const facets = await countFacets(state.filter, read.facets, scope.allowed?.slots ?? scope.live);
  whole &&= momentOf(state).version === moment.version;
  return { course, moment, chosen, material, hits: fetched.hits, facets, whole };
}

function momentOf({ slots, filter }: CollectionState): Moment {
  // Both versions only grow, so that an equal sum means that neither has changed.
  return { seen: slots.seen, version: slots.version + filter.version };
}

/** Whether scores are what the collection's metric says, rather than of words or fused. */
function isOfMetric(rounds: readonly LegAnswer[]): boolean {
  return rounds.length === 1 && rounds[0]?.leg.kind === 'vector';
}

/** What rerank functions see of each hit at least. */
const RERANKED_BY: readonly Part[] = ['document', 'metadata'];

/** Has the caller's function score the candidates, and makes the answer of them. */
async function rerank(findings: Findings): Promise<Pick<Findings, 'chosen' | 'hits'>> {
  const { read } = findings.course.asked;
  const { chosen, material } = findings;
  if (!read.rerank) return findings;
  const candidates = Array.from(chosen.ranking.slots).flatMap((slot) => {
    const hit = findings.hits.get(slot);
    return hit ? [{ slot, hit }] : [];
  });
  const scores = await rerankScores(
    read.thing,
    read.rerank,
    candidates.map(({ hit }) => hit),
  );
  const slots = candidates.map(({ slot }) => slot);
  const reranked = { ...reordered(slots, scores), isComplete: chosen.ranking.isComplete };
  const refined = await refine(reranked, read, material, false);
  const hits = new Map<number, Hit<AnyMetadata>>();
  for (const [place, slot] of refined.ranking.slots.entries()) {
    const hit = findings.hits.get(slot);
    const score = refined.ranking.scores[place] ?? Number.NaN;
    if (hit) hits.set(slot, withParts({ ...hit, score }, read.parts));
  }
  return { chosen: refined, hits };
}

/** A hit with those parts only that the caller has asked for. */
function withParts(hit: Hit<AnyMetadata>, parts: readonly Part[]): Hit<AnyMetadata> {
  const kept: Record<string, unknown> = { ...hit };
  for (const part of RERANKED_BY) if (!parts.includes(part)) delete kept[part];
  return kept as unknown as Hit<AnyMetadata>;
}

/** The hits in order, and beside them what the query has asked for. */
function resultOf(
  state: CollectionState,
  { course, facets }: Findings,
  { ranking, groups }: Refined,
  hits: Hits,
  timesMs: SearchExplanation['timesMs'],
): SearchResult<AnyMetadata> {
  const { read } = course.asked;
  const hitsOf = (slots: Iterable<number>) => Array.from(slots, (slot) => hits.get(slot) ?? []).flat();
  return Object.assign(hitsOf(ranking.slots), {
    ...(groups && { groups: groups.map(({ value, slots }) => ({ value, hits: hitsOf(slots) })) }),
    ...(facets && { facets }),
    ...((read.query.explain || read.query.measureRecall) && {
      explain: explain(state, read.query, course.rounds, timesMs),
    }),
  });
}

function endOf({ course, moment }: Findings, { slots, isComplete }: Ranking): PagePosition | undefined {
  const { page } = course.asked.read;
  if (!page || isComplete) return undefined;
  const given = page.position ? page.position.given.clone() : new BitSet();
  given.addAll(slots);
  return { seq: page.position?.seq ?? moment.seen, given };
}
