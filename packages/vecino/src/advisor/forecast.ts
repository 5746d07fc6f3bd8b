import type { AdviceSample, AtTarget, Estimate, Forecast } from '../api/advice.ts';
import type { Candidate } from './candidates.ts';

/**
 * What figures are to be with all records. Times are taken to grow as a power of the number of records, beyond what
 * every search takes whatever it finds; the exponent is that between two sizes, drawn towards what is expected of
 * the family by as much as the measurements are uncertain (the mean of two normal distributions, weighted by the inverses of their
 * variances). Bytes are a straight line.
 */
export interface Known {
  /** By ascending size: one or two, of which the last counts. */
  readonly samples: readonly AdviceSample[];
  readonly candidate: Candidate;
  readonly fixed: Fixed;
}

/** What is there however few records there are. */
export interface Fixed {
  /** Of a search. */
  readonly seconds: number;
  /** Of an exact index of next to nothing. */
  readonly memoryBytes: number;
  /** What a vector takes as floats of 32 bits: this grows for certain. */
  readonly vectorBytes: number;
}

/**
 * Of the bytes beside the vectors, at one size alone, so much is taken to be fixed, if that of an exact index is as much:
 * 5 MB of 4,962 word vectors in lists became 25 MB of 40,000, where this says 26.
 */
const FIXED_SHARE = 2 / 3;

/** Standard deviations: of a measured time, as a share of it, and of an exponent that is only expected. */
const TIME_NOISE = 0.07;
const EFFORT_NOISE = 0.1;
const BUILD_NOISE = 0.15;
const NOISE_MAX = 0.7;
/** Nothing grows by a smaller exponent than this part of what is expected: then the smaller size met a busy machine. */
const SLOWEST = 0.5;
const EXPONENT_NOISE = 0.15;
/** Standard deviations to either side that hold nineteen of twenty. */
const CONFIDENCE = 2;
/** The least part of a search that depends on what is found, so that noise makes no exponent of nothing. */
const VARIABLE_MIN = 0.1;

const NOTHING: AtTarget = { effort: 0, qps: 1, p50Ms: 0, p99Ms: 0 };

interface Reached extends AdviceSample {
  readonly atTarget: AtTarget;
}

/** Undefined where the recall that is wanted was not reached at the largest size. */
export function forecast(known: Known, records: number): Forecast | undefined {
  const { samples, candidate, fixed } = known;
  const last = samples.at(-1);
  if (!last?.atTarget) return undefined;
  // What was compared with all says nothing of how the index grows.
  const reached = samples.flatMap(({ atTarget, ...sample }): Reached[] =>
    atTarget && (!sample.comparesWithAll || sample.records === last.records) ? [{ ...sample, atTarget }] : [],
  );
  const { growth } = candidate;
  const grown = (of: (sample: Reached) => number, exponent: number, noise: number) =>
    power(
      reached.map((sample) => ({ records: sample.records, value: of(sample), noise })),
      records,
      exponent,
    );
  const time = (of: (figures: AtTarget) => number) => {
    const parts = reached.map(({ records, atTarget }) => {
      const whole = of(atTarget);
      const value = Math.max(VARIABLE_MIN * whole, whole - fixed.seconds);
      // Both are uncertain, and the less of the whole their difference is, the more it is.
      return {
        records,
        value,
        noise: Math.min(NOISE_MAX, (TIME_NOISE * Math.hypot(whole, fixed.seconds)) / value),
      };
    });
    const rest = Math.max(0, of(last.atTarget ?? NOTHING) - (parts.at(-1)?.value ?? 0));
    return mapped(power(parts, records, growth.search), (seconds) => rest + seconds);
  };
  const milliseconds = (estimate: Estimate) => mapped(estimate, (seconds) => seconds * 1_000);
  const searchSeconds = time(({ qps }) => 1 / qps);
  const p50Ms = milliseconds(time(({ p50Ms }) => p50Ms / 1_000));
  return {
    records,
    qps: { value: 1 / searchSeconds.value, low: 1 / searchSeconds.high, high: 1 / searchSeconds.low },
    p50Ms,
    p99Ms: atLeast(milliseconds(time(({ p99Ms }) => p99Ms / 1_000)), p50Ms),
    buildSeconds: grown(({ buildSeconds }) => buildSeconds, growth.build, BUILD_NOISE),
    memoryBytes: line(samples, records, fixedBytes(last, known), ({ memoryBytes }) => memoryBytes),
    diskBytes: line(samples, records, 0, ({ diskBytes }) => diskBytes),
    effort: grown(({ atTarget }) => atTarget.effort, growth.effort, EFFORT_NOISE),
  };
}

/** Bytes of memory that do not grow, as far as one size tells. */
function fixedBytes({ records, memoryBytes }: AdviceSample, { candidate, fixed }: Known): number {
  const originals = 'originals' in candidate.index ? candidate.index.originals : 'f32';
  const share = { f32: 1, f16: 0.5, disk: 0 }[originals ?? 'f32'];
  const beside = Math.max(0, memoryBytes - share * records * fixed.vectorBytes);
  return FIXED_SHARE * Math.min(fixed.memoryBytes, beside);
}

/** A value at a size, with its standard deviation as a share of it. */
interface Seen {
  readonly records: number;
  readonly value: number;
  readonly noise: number;
}

/** A power of the number of records through the last measurement. */
function power(seen: readonly Seen[], records: number, expected: number): Estimate {
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last || last.value <= 0) return { value: 0, low: 0, high: 0 };
  const ratio = Math.log(last.records / first.records);
  let [exponent, variance] = [expected, EXPONENT_NOISE ** 2];
  if (ratio > 0 && first.value > 0) {
    const between = Math.log(last.value / first.value) / ratio;
    const betweenVariance = (first.noise ** 2 + last.noise ** 2) / ratio ** 2;
    const weight = variance / (variance + betweenVariance);
    exponent = Math.max(SLOWEST * expected, exponent + weight * (between - exponent));
    variance *= 1 - weight;
  }
  const distance = Math.log(records / last.records);
  const value = last.value * Math.exp(exponent * distance);
  const deviation = Math.sqrt(last.noise ** 2 + variance * distance ** 2);
  return {
    value,
    low: value * Math.exp(-CONFIDENCE * deviation),
    high: value * Math.exp(CONFIDENCE * deviation),
  };
}

/** A straight line through the last two sizes, which bytes keep to but for the rest of a block; through what is there anyhow, where there is one. */
function line(
  samples: readonly AdviceSample[],
  records: number,
  fixed: number,
  of: (sample: AdviceSample) => number,
): Estimate {
  const [first, last] = [samples.at(-2), samples.at(-1)];
  if (!last) return { value: 0, low: 0, high: 0 };
  const slope =
    first && first.records < last.records
      ? (of(last) - of(first)) / (last.records - first.records)
      : Math.max(0, of(last) - fixed) / last.records;
  const value = of(last) + slope * (records - last.records);
  const spread = (first ? 0.03 : 0.2) * Math.abs(value - of(last));
  return { value, low: value - spread, high: value + spread };
}

function atLeast(one: Estimate, other: Estimate): Estimate {
  const larger = (of: keyof Estimate) => Math.max(one[of], other[of]);
  return { value: larger('value'), low: larger('low'), high: larger('high') };
}

function mapped({ value, low, high }: Estimate, map: (value: number) => number): Estimate {
  return { value: map(value), low: map(low), high: map(high) };
}
