/** Efforts worth plotting: about a sixth apart at first, then a third. */
export const EFFORTS = [
  10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 384, 512, 768, 1_024, 2_048,
] as const;

/**
 * The recall of one engine as a function of its effort (efSearch), measured where it is asked for and
 * remembered. The graph and the queries are fixed, so one measurement of an effort is enough.
 */
export class RecallCurve {
  readonly #measure: (effort: number) => Promise<number>;
  readonly #known = new Map<number, number>();

  constructor(measure: (effort: number) => Promise<number>) {
    this.#measure = measure;
  }

  async at(effort: number): Promise<number> {
    const known = this.#known.get(effort);
    if (known !== undefined) return known;
    const recall = await this.#measure(effort);
    this.#known.set(effort, recall);
    return recall;
  }

  /** The highest recall seen so far. */
  get best(): number {
    return Math.max(0, ...this.#known.values());
  }

  /** The efforts from the first of `EFFORTS` to the one that reaches `recall`, or to the last. */
  async effortsUpTo(recall: number): Promise<number[]> {
    const efforts: number[] = [];
    for (const effort of EFFORTS) {
      efforts.push(effort);
      if ((await this.at(effort)) >= recall) break;
    }
    return efforts;
  }

  /**
   * The smallest effort that reaches the recall, by bisection between two of `EFFORTS`; undefined where
   * even the last does not. Recall grows with effort but for noise of a few answers in ten thousand, so
   * "smallest" may be off by the one effort that this noise moves it.
   */
  async smallestEffort(recall: number): Promise<number | undefined> {
    let below = 0;
    for (const effort of EFFORTS) {
      if ((await this.at(effort)) < recall) {
        below = effort;
        continue;
      }
      return below === 0 ? effort : this.#bisect(below, effort, recall);
    }
    return undefined;
  }

  async #bisect(below: number, reached: number, recall: number): Promise<number> {
    if (reached - below <= 1) return reached;
    const middle = (below + reached) >> 1;
    return (await this.at(middle)) >= recall
      ? this.#bisect(below, middle, recall)
      : this.#bisect(middle, reached, recall);
  }
}
