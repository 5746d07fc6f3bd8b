/** The values that a measure takes over a collection, by which a new one is judged. */
export class Distribution {
  private readonly sorted: Float64Array;

  /** @param values NaN stands for none */
  constructor(values: Float64Array) {
    this.sorted = values.filter((value) => !Number.isNaN(value)).sort();
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
