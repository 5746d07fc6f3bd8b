import type { Advice, AdviceConfiguration, AdvisedConfiguration, Estimate, Forecast } from '../api/advice.ts';
import type { IndexChoice } from '../api/index-options.ts';
import { quantity } from '../base/quantity.ts';

/** Speeds that differ by less are equal, as far as such measurements tell; then other things decide. */
const EQUAL_SPEED = 0.95;
/** What is exact needs no building and no tuning, and misses nothing: it may be a little slower. */
const EXACT_SPEED = 0.9;
/** Of equally fast ones, a smaller one must save this much memory to be preferred. */
const SMALLER = 0.85;
const QUICKER_BUILT = 0.5;

/** A configuration that may be chosen. */
export interface Contender extends AdviceConfiguration {
  readonly forecast: Forecast;
}

/** Those that meet everything that is wanted, the fastest first. */
export function contendersOf(configurations: readonly AdviceConfiguration[]): Contender[] {
  return configurations
    .filter((one): one is Contender => one.forecast !== undefined && one.misses.length === 0)
    .sort((a, b) => b.forecast.qps.value - a.forecast.qps.value);
}

/** The one to take, and the sentence that says why in comparison with the fastest. */
export interface Choice {
  readonly best: Contender;
  /** The fastest of another family. */
  readonly next: Contender | undefined;
  readonly why: string;
}

/**
 * The fastest; of those that are as fast as it, the one that is exact, takes clearly less memory, or is built in half the
 * time.
 */
export function choose(contenders: readonly Contender[]): Choice | undefined {
  const [fastest] = contenders;
  if (!fastest) return undefined;
  const equal = contenders.filter(
    ({ forecast }) => forecast.qps.value >= EQUAL_SPEED * fastest.forecast.qps.value,
  );
  const exact = contenders.find(
    ({ family, forecast }) =>
      family === 'flat' && forecast.qps.value >= EXACT_SPEED * fastest.forecast.qps.value,
  );
  const lightest = least(equal, ({ memoryBytes }) => memoryBytes);
  const soonest = least(equal, ({ buildSeconds }) => buildSeconds);
  const [best, why] = exact
    ? ([exact, 'it is exact and needs no building'] as const)
    : lightest.forecast.memoryBytes.value < SMALLER * fastest.forecast.memoryBytes.value
      ? ([lightest, 'it takes less memory'] as const)
      : soonest.forecast.buildSeconds.value < QUICKER_BUILT * fastest.forecast.buildSeconds.value
        ? ([soonest, 'it is built sooner'] as const)
        : ([fastest, ''] as const);
  const next = contenders.find(({ family }) => family !== best.family);
  return {
    best,
    next,
    why: best === fastest ? '' : `as fast as ${fastest.name}, and ${why}`,
  };
}

function least(contenders: readonly Contender[], of: (forecast: Forecast) => Estimate): Contender {
  return contenders.reduce((a, b) => (of(b.forecast).value < of(a.forecast).value ? b : a));
}

/**
 * The index as `reindex` takes it: it tunes itself to the recall, and until it has, searches with the effort that is foretold.
 *
 * @param recall that it is to aim at, which may be more than is wanted where real queries find less than stored vectors
 */
export function indexOf({ index, effortOption, forecast }: Contender, recall: number): IndexChoice {
  if (effortOption === undefined) return index as IndexChoice;
  const effort = Math.max(1, Math.ceil(forecast.effort.value));
  return { ...index, [effortOption]: effort, recall } as IndexChoice;
}

/** The sentences of reasons for the best and the second. */
export function reasonFor({ best, next, why }: Choice, { recall, k }: Advice['wanted']): string {
  const { forecast, name } = best;
  const speed = `${name} answers ${rounded(forecast.qps.value)} searches a second at recall ${recall} (k ${k}) with ${grouped(forecast.records)} records`;
  const rival = next
    ? `, ${times(forecast.qps.value / next.forecast.qps.value)} ${next.name}, the best of another family,`
    : '';
  const cost = ` in ${memoryText(forecast.memoryBytes.value)} of memory, and is built in ${seconds(forecast.buildSeconds.value)}`;
  return `${speed}${rival}${cost}${why === '' ? '' : `; it is ${why}`}.`;
}

export function runnerUpReason({ best, next }: Choice): string {
  if (!next) return '';
  const memory = next.forecast.memoryBytes.value / best.forecast.memoryBytes.value;
  return `${next.name} answers ${rounded(next.forecast.qps.value)} searches a second, ${share(next.forecast.qps.value / best.forecast.qps.value)} of ${best.name}, in ${share(memory)} of its memory.`;
}

export function advised(
  contender: Contender,
  index: IndexChoice,
  recall: Estimate,
  reason: string,
): AdvisedConfiguration {
  return { name: contender.name, index, forecast: contender.forecast, recall, reason };
}

function times(ratio: number): string {
  return ratio > 1.05 ? `${ratio.toFixed(1)} times as many as` : 'about as many as';
}

function share(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}

/** Two digits that mean something. */
export function rounded(value: number): string {
  return grouped(Number(value.toPrecision(2)));
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Bytes in a unit of which there is one at least. */
export function memoryText(bytes: number): string {
  if (bytes >= 1e9) return `${Number((bytes / 1e9).toPrecision(2))} GB`;
  if (bytes >= 1e6) return `${rounded(bytes / 1e6)} MB`;
  return bytes >= 1e3 ? `${rounded(bytes / 1e3)} kB` : quantity(Math.round(bytes), 'byte');
}

function seconds(value: number): string {
  if (value < 1) return 'under a second';
  return value < 120 ? `${Number(value.toPrecision(2))} s` : `${rounded(value / 60)} min`;
}
