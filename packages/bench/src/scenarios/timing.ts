import type { Collection, SearchQuery } from 'vecino';
import { median, quantile } from 'vecino/measure';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';

/** Searches that are timed together, one after the other, over and over. */
export type Lap = readonly SearchQuery[];

export interface TimingOptions {
  /** How often each lap is timed; the laps take turns. */
  readonly repetitions: number;
  readonly secondsPerLap: number;
}

/** One stretch of searches. */
export interface Timing {
  readonly qps: number;
  /** Queries a second of processor time of all threads: steadier than `qps` where others use the machine. */
  readonly qpsOfCpu: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Searches before the clock starts: the lap before had the processor's caches. */
const WARM_UP = 50;

/** Times the laps in turns, A B A B …, so that whatever else the machine does meets them alike. */
export async function timeInTurns(
  collection: Collection,
  laps: readonly Lap[],
  { repetitions, secondsPerLap }: TimingOptions,
  progress: Progress,
): Promise<Timing[][]> {
  const timings: Timing[][] = laps.map(() => []);
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    progress(`timing ${laps.length} laps, repetition ${repetition} of ${repetitions}`);
    for (const [i, lap] of laps.entries()) {
      // A slow lap ends before all of its queries were asked: each repetition begins with others.
      const first = Math.floor((lap.length * (repetition - 1)) / repetitions);
      timings[i]?.push(await timeLap(collection, lap, first, secondsPerLap));
    }
  }
  return timings;
}

/** Each figure's median over the repetitions. */
export function medianFigures(timings: readonly Timing[]): Timing {
  const of = (figure: keyof Timing) => median(timings.map((timing) => timing[figure]));
  return { qps: of('qps'), qpsOfCpu: of('qpsOfCpu'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms') };
}

/** The median of the ratios within each repetition. */
export function medianRatio(
  over: readonly Timing[],
  under: readonly Timing[],
  figure: 'qps' | 'qpsOfCpu',
): number {
  return median(over.map((timing, i) => timing[figure] / (under[i]?.[figure] ?? Number.NaN)));
}

async function timeLap(
  collection: Collection,
  queries: Lap,
  first: number,
  secondsMin: number,
): Promise<Timing> {
  for (const query of queries.slice(0, WARM_UP)) await collection.search(query);
  const latenciesMs: number[] = [];
  const running = new Stopwatch();
  running.start();
  const end = performance.now() + secondsMin * 1000;
  for (let i = first; i === first || performance.now() < end; i++) {
    const query = queries[i % queries.length];
    if (!query) throw new Error('a lap has no queries');
    const start = performance.now();
    await collection.search(query);
    latenciesMs.push(performance.now() - start);
  }
  running.stop();
  const ascending = Float64Array.from(latenciesMs).sort();
  return {
    qps: latenciesMs.length / running.seconds,
    qpsOfCpu: latenciesMs.length / running.cpuSeconds,
    p50Ms: quantile(ascending, 0.5),
    p99Ms: quantile(ascending, 0.99),
  };
}
