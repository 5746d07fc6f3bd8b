import { sortedInSlices } from '../../base/sort-in-slices.ts';

/** The values that a measure takes over a collection, by which a new one is judged. */
export class Distribution {
  private readonly sorted: readonly number[];

  private constructor(sorted: readonly number[]) {
    this.sorted = sorted;
  }

  /** @param values NaN stands for none */
  static async of(values: Float64Array): Promise<Distribution> {
    const known = Array.from(values).filter((value) => !Number.isNaN(value));
    return new Distribution(await sortedInSlices(known, (a, b) => a - b));
  }

  /** The share of the values that are less than this one, 0 to 1. */
  shareBelow(value: number): number {
    const { sorted } = this;
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((sorted[middle] ?? 0) < value) from = middle + 1;
      else to = middle;
    }
    return sorted.length === 0 ? 0 : from / sorted.length;
  }
}
