import type { AdviceSample, Estimate, Forecast } from '../api/advice.ts';
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
  /** Seconds that every search takes, whatever it finds. */
  readonly fixedSeconds: number;
}

/** Standard deviations: of a measured time, as a share of it, and of an exponent that is only expected. */
const TIME_NOISE = 0.07;
const EFFORT_NOISE = 0.1;
const BUILD_NOISE = 0.15;
const EXPONENT_NOISE = 0.15;
/** Standard deviations to either side that hold nineteen of twenty. */
const CONFIDENCE = 2;
/** The least part of a search that depends on what is found, so that noise makes no exponent of nothing. */
const VARIABLE_MIN = 0.05;

/** Undefined where the recall that is wanted was not reached at the largest size. */
export function forecast(known: Known, records: number): Forecast | undefined {
  const { samples, candidate, fixedSeconds } = known;
  const last = samples.at(-1);
  if (!last?.atTarget) return undefined;
  const reached = samples.flatMap((sample) =>
    sample.atTarget ? [{ ...sample, atTarget: sample.atTarget }] : [],
  );
  const { growth } = candidate;
  const grown = (of: (sample: (typeof reached)[number]) => number, exponent: number, noise: number) =>
    power(
      reached.map((sample) => [sample.records, of(sample)] as const),
      records,
      exponent,
      noise,
    );
  const beyondFixed = (seconds: number) => Math.max(VARIABLE_MIN * seconds, seconds - fixedSeconds);
  const time = (of: (sample: (typeof reached)[number]) => number) => {
    const variable = grown((sample) => beyondFixed(of(sample)), growth.search, TIME_NOISE);
    const fixed = of({ ...last, atTarget: last.atTarget ?? { effort: 0, qps: 1, p50Ms: 0, p99Ms: 0 } });
    const rest = fixed - beyondFixed(fixed);
    return mapped(variable, (seconds) => rest + seconds);
  };
  const milliseconds = (estimate: Estimate) => mapped(estimate, (seconds) => seconds * 1_000);
  const searchSeconds = time(({ atTarget }) => 1 / atTarget.qps);
  return {
    records,
    qps: { value: 1 / searchSeconds.value, low: 1 / searchSeconds.high, high: 1 / searchSeconds.low },
    p50Ms: milliseconds(time(({ atTarget }) => atTarget.p50Ms / 1_000)),
    p99Ms: milliseconds(time(({ atTarget }) => atTarget.p99Ms / 1_000)),
    buildSeconds: grown(({ buildSeconds }) => buildSeconds, growth.build, BUILD_NOISE),
    memoryBytes: line(samples, records, ({ memoryBytes }) => memoryBytes),
    diskBytes: line(samples, records, ({ diskBytes }) => diskBytes),
    effort: grown(({ atTarget }) => atTarget.effort, growth.effort, EFFORT_NOISE),
  };
}

/** A power of the number of records through the last measurement. */
function power(
  measured: readonly (readonly [records: number, value: number])[],
  records: number,
  expected: number,
  noise: number,
): Estimate {
  const [lastRecords, last] = measured.at(-1) ?? [1, 0];
  if (last <= 0) return { value: 0, low: 0, high: 0 };
  const [firstRecords, first] = measured[0] ?? [1, 1];
  const ratio = Math.log(lastRecords / firstRecords);
  let [exponent, variance] = [expected, EXPONENT_NOISE ** 2];
  if (ratio > 0 && first > 0) {
    const seen = Math.log(last / first) / ratio;
    const seenVariance = (2 * noise ** 2) / ratio ** 2;
    const weight = variance / (variance + seenVariance);
    exponent += weight * (seen - exponent);
    variance *= 1 - weight;
  }
  const distance = Math.log(records / lastRecords);
  const value = last * Math.exp(exponent * distance);
  const deviation = Math.sqrt(noise ** 2 + variance * distance ** 2);
  return {
    value,
    low: value * Math.exp(-CONFIDENCE * deviation),
    high: value * Math.exp(CONFIDENCE * deviation),
  };
}

/** A straight line through the last two sizes, which bytes keep to but for the rest of a block; through nought, where there is one. */
function line(
  samples: readonly AdviceSample[],
  records: number,
  of: (sample: AdviceSample) => number,
): Estimate {
  const [first, last] = [samples.at(-2), samples.at(-1)];
  if (!last) return { value: 0, low: 0, high: 0 };
  const slope =
    first && first.records < last.records
      ? (of(last) - of(first)) / (last.records - first.records)
      : of(last) / last.records;
  const value = of(last) + slope * (records - last.records);
  const spread = (first ? 0.03 : 0.1) * Math.abs(value - of(last));
  return { value, low: value - spread, high: value + spread };
}

function mapped({ value, low, high }: Estimate, map: (value: number) => number): Estimate {
  return { value: map(value), low: map(low), high: map(high) };
}
