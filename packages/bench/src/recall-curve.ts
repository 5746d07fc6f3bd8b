import type { Knob } from './knob.ts';

/**
 * The recall of one engine as a function of its effort, measured where it is asked for and remembered. The
 * index and the queries are fixed, so one measurement of an effort is enough.
 */
export class RecallCurve {
  readonly #efforts: Knob['efforts'];
  readonly #measure: (effort: number) => Promise<number>;
  readonly #known = new Map<number, number>();

  /** @param efforts what is tried, rising */
  constructor(efforts: Knob['efforts'], measure: (effort: number) => Promise<number>) {
    this.#efforts = efforts;
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
   * the last of those that still find more).
   */
  async effortsAround(low: number, high: number): Promise<number[]> {
    const efforts: number[] = [];
    let best = Number.NEGATIVE_INFINITY;
    let idle = 0;
    for (const effort of this.#efforts) {
      const recall = await this.at(effort);
      idle = recall - best >= GAIN_MIN ? 0 : idle + 1;
      best = Math.max(best, recall);
      if (idle === IDLE_MAX) break;
      if (recall < low) efforts.length = 0;
      efforts.push(effort);
      if (recall >= high) break;
    }
    return efforts;
  }
}

/** So many efforts in turn that find next to nothing more say that no further one will. */
const IDLE_MAX = 3;
const GAIN_MIN = 0.0005;
