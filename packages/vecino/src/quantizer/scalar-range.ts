/** The range of values that a byte stands for: code 0 is `offset`, and `scale` codes make a unit. */
export interface CodeRange {
  readonly offset: number;
  readonly scale: number;
}

/** What the values seen so far were like; kept with a snapshot. */
export interface RangeStatistics {
  readonly vectors: number;
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
  readonly low: number;
  readonly high: number;
}

/** Vectors beyond this many are sampled: by then their statistics have settled. */
const LEARNT_WHOLE = 4_096;
const SAMPLE_EVERY = 16;
/**
 * Values this many standard deviations from the mean are worth a code of their own; the few beyond are cut off,
 * and reranking with the vector itself makes up for it.
 */
const DEVIATIONS = 4.5;
/** A range is kept while the wanted one is covered up to this share, and not much narrower. */
const OVERHANG = 0.05;
const NARROWEST = 0.6;

/**
 * Chooses the range of scalar quantisation from the vectors as they come: mean ± 4.5 standard deviations of
 * their values, no wider than the values seen. Small integers such as pixels get the scale 1 and lose nothing.
 */
export class ScalarRange {
  private vectors = 0;
  private count = 0;
  private mean = 0;
  /** Sum of the squared differences from the mean. */
  private squares = 0;
  private low = Number.MAX_VALUE;
  private high = -Number.MAX_VALUE;

  /** @param learnt what an earlier session had learnt */
  constructor(learnt?: RangeStatistics) {
    if (learnt) Object.assign(this, learnt);
  }

  get learnt(): RangeStatistics {
    const { vectors, count, mean, squares, low, high } = this;
    return { vectors, count, mean, squares, low, high };
  }

  learn(vector: Float32Array): void {
    this.vectors += 1;
    if (this.vectors > LEARNT_WHOLE && this.vectors % SAMPLE_EVERY !== 0) return;
    let sum = 0;
    let squares = 0;
    for (const value of vector) {
      sum += value;
      squares += value * value;
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
    // Chan et al.: means and sums of squares of two parts give those of the whole.
    const n = vector.length;
    const mean = sum / n;
    const shift = mean - this.mean;
    const total = this.count + n;
    this.squares += squares - n * mean * mean + (shift * shift * this.count * n) / total;
    this.mean += (shift * n) / total;
    this.count = total;
  }

  /** The range to use from now on: the present one while it will do, another where it has been outgrown. */
  choose(present: CodeRange | undefined): CodeRange {
    const reach = DEVIATIONS * Math.sqrt(Math.max(0, this.squares / Math.max(1, this.count)));
    const low = Math.fround(Math.max(this.low, this.mean - reach));
    const high = Math.fround(Math.min(this.high, this.mean + reach));
    if (present) {
      const span = 255 / present.scale;
      const covered =
        low >= present.offset - OVERHANG * span && high <= present.offset + span * (1 + OVERHANG);
      if (covered && high - low >= NARROWEST * span) return present;
      if (covered && high === low) return present;
    }
    return { offset: low, scale: Math.fround(255 / (high > low ? high - low : 1)) };
  }
}
