/**
 * Figures at a recall that no whole effort gives exactly, from the efforts on both sides of it.
 *
 * Between two efforts that are a factor of 1.4 apart, the logarithm of the speed is as good as linear in the
 * number of nines of the recall, so that is how figures are interpolated. Indexes are then compared at the
 * same recall and not at the nearest efforts that happen to reach it.
 */

/** 0.9 is 1, 0.99 is 2, 0.999 is 3. */
export function nines(recall: number): number {
  return -Math.log10(1 - Math.min(recall, RECALL_MAX));
}

/** Recall 1 has infinitely many nines; one wrong answer in ten times ten thousand is as good. */
const RECALL_MAX = 1 - 1e-5;

/** Where between the efforts of a curve a recall lies: `share` of the way from one to the next. */
export interface Crossing {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/**
 * @param recalls of rising efforts
 * @returns undefined where no effort reaches the recall. Where the first one does already, that one itself.
 */
export function crossingOf(recalls: readonly number[], recall: number): Crossing | undefined {
  const to = recalls.findIndex((reached) => reached >= recall);
  if (to < 0) return undefined;
  const below = recalls[to - 1];
  if (below === undefined) return { from: to, to, share: 0 };
  const low = nines(below);
  const high = nines(recalls[to] ?? recall);
  return { from: to - 1, to, share: (nines(recall) - low) / (high - low) };
}

/** The value at a crossing, geometrically between those of the two efforts. */
export function valueAt(values: readonly number[], { from, to, share }: Crossing): number {
  const a = values[from] ?? Number.NaN;
  const b = values[to] ?? Number.NaN;
  return a * (b / a) ** share;
}
