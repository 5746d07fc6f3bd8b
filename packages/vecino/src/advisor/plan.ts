import type { Candidate } from './candidates.ts';

/** Milliseconds that all candidates together take to build a record, as 1 + dimensions: 10,000 records of 100 and 784, on one thread. */
const ALL_MS = { fixed: 0.35, aFloat: 0.0011 } as const;
/** The share of the time that the first, smaller size may take, and that of it which is building. */
const FIRST_SHARE = 0.2;
const BUILDING_SHARE = 0.5;
const FIRST_MIN = 1_000;

/** Records of the first size: at most an eighth of all, unless there are so few that they take no time. */
export function firstSize(available: number, dimension: number, budgetSeconds: number): number {
  const recordMs = ALL_MS.fixed + ALL_MS.aFloat * dimension;
  const byTime = (FIRST_SHARE * BUILDING_SHARE * budgetSeconds * 1_000) / recordMs;
  const most = Math.max(available / 8, Math.min(FIRST_MIN, available / 2));
  return Math.floor(Math.min(most, Math.max(byTime, Math.min(FIRST_MIN / 2, most))));
}

/** What the first size has shown of a candidate. */
export interface Seen {
  readonly candidate: Candidate;
  readonly buildSeconds: number;
  /** Measuring included. */
  readonly allSeconds: number;
}

/**
 * How many candidates the second size should have time for, and how many times the first it then is at least: rather fewer
 * candidates than no second size, because one size says nothing of growth.
 */
const WANTED = [
  { candidates: 4, growth: 3 },
  { candidates: 3, growth: 2 },
  { candidates: 2, growth: 1.5 },
  { candidates: 1, growth: 1.5 },
] as const;
/** Shares of the time left that may be spent as planned; the rest is for what takes longer than that. */
const PLANNED_SHARE = 0.8;
/** From one size that is thought of to the next. */
const SMALLER = 0.85;

/** Seconds that a candidate will take at another size. */
export function secondsAt(
  { candidate, buildSeconds, allSeconds }: Seen,
  first: number,
  size: number,
): number {
  const measuring = allSeconds - buildSeconds;
  return buildSeconds * (size / first) ** candidate.growth.build + 1.5 * measuring;
}

/**
 * Records of the second size: as many as there is time for with the first of the ranking, the first of which is built once
 * more to be checked. Undefined where there is no time for one, or no more records.
 */
export function secondSize(
  available: number,
  first: number,
  ranking: readonly Seen[],
  readSeconds: number,
  secondsLeft: number,
): number | undefined {
  for (const { candidates, growth } of WANTED) {
    const wanted = ranking.slice(0, candidates);
    const least = Math.min(available, growth * first);
    for (let size = available; size >= least && size > first; size = Math.floor(SMALLER * size)) {
      const reading = readSeconds * (size / first - 1);
      const work = [...wanted, ...wanted.slice(0, candidates > 1 ? 1 : 0)].map((seen) =>
        secondsAt(seen, first, size),
      );
      if (work.reduce((sum, seconds) => sum + seconds, reading) <= PLANNED_SHARE * secondsLeft) return size;
    }
  }
  return undefined;
}
