/** The range of values that a byte stands for: code 0 is `offset`, and `scale` codes make a unit. */
export interface CodeRange {
  readonly offset: number;
  readonly scale: number;
  /** What is taken off each dimension before it is coded; absent where that is nothing. */
  readonly centre?: readonly number[];
}

/** What the values seen so far were like; kept with a snapshot. */
export interface RangeStatistics {
  readonly vectors: number;
  /** Those of them that count below. */
  readonly sampled: number;
  /** Of each dimension. */
  readonly means: readonly number[];
  /** Sum over all dimensions of the squared differences from the dimension's own mean. */
  readonly spread: number;
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
/** Dimensions are centred where that makes the range narrower than this share of the plain one, */
const CENTRED_BELOW = 0.6;
/** and stay centred while it is narrower than this share. */
const CENTRED_UNTIL = 0.8;
/** With fewer vectors their deviations say nothing yet. */
const CENTRED_FROM = 100;

/**
 * Chooses the range of scalar quantisation from the vectors as they come: mean ± 4.5 standard deviations of
 * their values, no wider than the values seen. Small integers such as pixels get the scale 1 and lose nothing.
 *
 * One range serves all dimensions. Where they lie far apart, as when one is the same large number for all, it would
 * be so wide that one code stands for all that differs. Then each dimension's mean is taken off first, which
 * distances do not feel.
 */
export class ScalarRange {
  private vectors = 0;
  private sampled = 0;
  private means = new Float64Array();
  private spread = 0;
  private low = Number.MAX_VALUE;
  private high = -Number.MAX_VALUE;

  /** @param learnt what an earlier session had learnt */
  constructor(learnt?: RangeStatistics) {
    if (!learnt) return;
    this.vectors = learnt.vectors;
    this.sampled = learnt.sampled;
    this.means = Float64Array.from(learnt.means);
    this.spread = learnt.spread;
    this.low = learnt.low;
    this.high = learnt.high;
  }

  get learnt(): RangeStatistics {
    const { vectors, sampled, means, spread, low, high } = this;
    return { vectors, sampled, means: [...means], spread, low, high };
  }

  /** @param vector of as many dimensions as all others */
  learn(vector: Float32Array): void {
    this.vectors += 1;
    if (this.vectors > LEARNT_WHOLE && this.vectors % SAMPLE_EVERY !== 0) return;
    if (this.sampled === 0) this.means = new Float64Array(vector.length);
    this.sampled += 1;
    // Welford's recurrence, with its sums of squares added up over the dimensions.
    const { means } = this;
    const share = 1 / this.sampled;
    for (let dimension = 0; dimension < vector.length; dimension++) {
      const value = vector[dimension] ?? 0;
      const before = means[dimension] ?? 0;
      const mean = before + (value - before) * share;
      means[dimension] = mean;
      this.spread += (value - before) * (value - mean);
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
  }

  /** The range to use from now on: the present one while it will do, another where it has been outgrown. */
  choose(present: CodeRange | undefined): CodeRange {
    const { low, high } = this.plain();
    const reach = DEVIATIONS * Math.sqrt(this.variance());
    const share = present?.centre ? CENTRED_UNTIL : CENTRED_BELOW;
    if (this.sampled < CENTRED_FROM || 2 * reach >= share * (high - low)) {
      const isKept = present && !present.centre && covers(present, low, high);
      return isKept ? present : rangeOf(low, high);
    }
    if (
      present?.centre &&
      covers(present, -reach, reach) &&
      this.farthestFrom(present.centre) <= OVERHANG * spanOf(present)
    ) {
      return present;
    }
    return { ...rangeOf(-reach, reach), centre: Array.from(this.means, Math.fround) };
  }

  /** The range of all values together. */
  private plain(): { readonly low: number; readonly high: number } {
    const { means } = this;
    const count = Math.max(1, means.length);
    let mean = 0;
    for (const each of means) mean += each / count;
    let between = 0;
    for (const each of means) between += (each - mean) ** 2 / count;
    const reach = DEVIATIONS * Math.sqrt(this.variance() + between);
    return {
      low: Math.fround(Math.max(this.low, mean - reach)),
      high: Math.fround(Math.min(this.high, mean + reach)),
    };
  }

  /** Of values around their dimension's own mean. */
  private variance(): number {
    return Math.max(0, this.spread) / Math.max(1, this.sampled * this.means.length);
  }

  private farthestFrom(centre: readonly number[]): number {
    let farthest = 0;
    for (const [dimension, mean] of this.means.entries()) {
      farthest = Math.max(farthest, Math.abs(mean - (centre[dimension] ?? 0)));
    }
    return farthest;
  }
}

function rangeOf(low: number, high: number): CodeRange {
  return { offset: Math.fround(low), scale: Math.fround(255 / (high > low ? high - low : 1)) };
}

function spanOf(range: CodeRange): number {
  return 255 / range.scale;
}

/** Whether a range has codes for nearly all between two values, and not many more. */
function covers(range: CodeRange, low: number, high: number): boolean {
  const span = spanOf(range);
  const reaches = low >= range.offset - OVERHANG * span && high <= range.offset + span * (1 + OVERHANG);
  return reaches && (high === low || high - low >= NARROWEST * span);
}
