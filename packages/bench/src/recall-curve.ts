/** Efforts that are tried: a factor of about 1.4 apart. */
export const EFFORTS = [
  10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896, 1_280, 1_792, 2_560,
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

  /**
   * The efforts from the last one below `low` (or the first of all) to the first one that reaches `high` (or
   * the last of all).
   */
  async effortsAround(low: number, high: number): Promise<number[]> {
    const efforts: number[] = [];
    for (const effort of EFFORTS) {
      const recall = await this.at(effort);
      if (recall < low) efforts.length = 0;
      efforts.push(effort);
      if (recall >= high) break;
    }
    return efforts;
  }
}
