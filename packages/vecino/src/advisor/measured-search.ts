import type { Collection } from '../api/collection.ts';
import type { Metadata } from '../api/metadata.ts';
import type { SearchExplanation, SearchQuery, SearchResult } from '../api/search.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { median } from '../measure/statistics.ts';

/** Scores are of 32-bit floats: the same vectors may differ by so much on two ways. */
const TOLERANCE = 1e-5;
/** Times as long as others no search takes by itself: lists are probed for up to eight times as long, but rarely. */
const OUTLIER = 5;

/** Computed time that is worth dividing, unless so many times as many rounds as wanted do not get there. */
const SECONDS_MIN = 0.03;
const TIMES_MAX = 10;

/** What searches have taken, and what the first round of them has found. */
export interface TimedSearches<M extends Metadata> {
  /** Of a search, on average. */
  readonly seconds: number;
  /** As a caller waited for them, ascending. */
  readonly latenciesMs: Float64Array;
  readonly found: readonly SearchResult<M>[];
  /** How the first of them was answered. */
  readonly way: SearchExplanation['way'] | undefined;
}

/**
 * Asks one query after another, all of them so many times. The time of a search is what the thread computes for it, so that it
 * does not matter what else the machine does; where searches run on a worker, or Node does not tell (before 23.9), it
 * is the time that passes: the median of each query's, of which one of more than five times the others counts as five.
 *
 * @param between is called after each round
 */
export async function timeSearches<M extends Metadata>(
  collection: Collection<M>,
  searches: readonly SearchQuery<M>[],
  rounds: number,
  between: () => void,
): Promise<TimedSearches<M>> {
  const times = searches.map((): number[] => []);
  const found: SearchResult<M>[] = [];
  const slice = new TimeSlice();
  const computed = process.threadCpuUsage?.();
  const computedSeconds = () => secondsSince(computed);
  for (let round = 0; round < rounds || isTooShort(round / rounds, computedSeconds()); round++) {
    for (const [i, search] of searches.entries()) {
      await slice.pause();
      const begun = performance.now();
      const hits = await collection.search(search);
      times[i]?.push(performance.now() - begun);
      if (round === 0) found.push(hits);
    }
    between();
  }
  const total = computedSeconds();
  const explained = await explain(collection, searches[0]);
  const isOurs = total !== undefined && total > 0 && explained?.thread === 'caller';
  const asked = times.reduce((sum, ofQuery) => sum + ofQuery.length, 0);
  const seconds = isOurs ? total / asked : meanBelow(times.map(median)) / 1_000;
  const latenciesMs = Float64Array.from(times.flat()).sort();
  return { seconds, latenciesMs, found, way: explained?.way };
}

/** What this thread has computed since; undefined where Node does not tell. */
function secondsSince(then: NodeJS.CpuUsage | undefined): number | undefined {
  if (!then) return undefined;
  const { user, system } = process.threadCpuUsage(then);
  return (user + system) / 1e6;
}

/** The system counts in steps of some milliseconds, so that a few quick searches would take no time at all. */
function isTooShort(times: number, seconds: number | undefined): boolean {
  return seconds !== undefined && seconds < SECONDS_MIN && times < TIMES_MAX;
}

/** How and on which thread such a search is answered. */
async function explain<M extends Metadata>(
  collection: Collection<M>,
  search: SearchQuery<M> | undefined,
): Promise<SearchExplanation | undefined> {
  return search && (await collection.search({ ...search, explain: true })).explain;
}

/** The mean, in which one of more than five times the median counts as five times that. */
function meanBelow(times: readonly number[]): number {
  const most = OUTLIER * median(times);
  return times.reduce((sum, time) => sum + Math.min(time, most), 0) / times.length;
}

/** The share of the true hits that was found. Of records at equal distance each is as true as the other, so scores are compared. */
function shareFound(
  hits: readonly { readonly score: number }[],
  truth: readonly { readonly score: number }[],
): number {
  const last = truth.at(-1);
  if (!last) return 1;
  const bound = last.score - TOLERANCE * Math.max(1, Math.abs(last.score));
  return Math.min(1, hits.filter(({ score }) => score >= bound).length / truth.length);
}

/** The mean of that over queries. */
export function meanFound(
  found: readonly (readonly { readonly score: number }[])[],
  truth: readonly (readonly { readonly score: number }[])[],
): number {
  const sum = found.reduce((total, hits, i) => total + shareFound(hits, truth[i] ?? []), 0);
  return Math.min(1, sum / Math.max(1, found.length));
}
