/**
 * Speed at equal recall: each engine's smallest effort for each recall, timed in turns.
 *
 * The turns are A B A B …: within a repetition the engines are timed at the same recall one right after the
 * other, so that whatever else the machine does meets both alike, and the ratio of two engines is the
 * median of their ratios within each repetition.
 */
import type { Contestant } from './contestant.ts';
import { median } from './measure/statistics.ts';
import type { Timing } from './process/messages.ts';
import type { Progress } from './progress.ts';
import { meanRecall, type RecallBasis } from './recall.ts';
import { RecallCurve } from './recall-curve.ts';
import type { Report, SearchFigures, SearchRow, UnreachedRow } from './report/report.ts';

export interface RaceOptions {
  readonly k: number;
  /** Recalls at which speed is compared. */
  readonly recalls: readonly number[];
  readonly repetitions: number;
  readonly secondsPerTiming: number;
}

/** One engine at one effort, timed once a repetition. */
interface Lap {
  readonly contestant: Contestant;
  readonly efSearch: number;
  readonly withRecords: boolean;
  readonly recall: number;
  readonly timings: Timing[];
}

/** What is to be timed, and why. */
interface RacePlan {
  readonly entries: readonly { readonly recallWanted: number; readonly lap: Lap }[];
  readonly unreached: readonly UnreachedRow[];
  /** For the plot: efforts from the smallest to the one that finds nearly all. */
  readonly swept: readonly Lap[];
  /** All laps, each once, in the order of timing. */
  readonly turns: readonly Lap[];
}

/** Where the sweep for the plot ends: beyond it the last few answers cost more than they tell. */
const RECALL_PLOTTED = 0.998;

export async function raceAtEqualRecall(
  contestants: readonly Contestant[],
  basis: RecallBasis,
  options: RaceOptions,
  progress: Progress,
): Promise<Pick<Report, 'searches' | 'unreached' | 'curve'>> {
  const { entries, unreached, swept, turns } = await planRace(contestants, basis, options, progress);

  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    progress(`timing ${turns.length} laps, repetition ${repetition} of ${options.repetitions}`);
    for (const { contestant, efSearch, withRecords, timings } of turns) {
      const { k, secondsPerTiming: secondsMin } = options;
      timings.push(await contestant.process.ask({ kind: 'time', k, efSearch, withRecords, secondsMin }));
    }
  }

  const searches = entries.map(({ recallWanted, lap }): SearchRow => {
    const ours = entries.find((entry) => entry.recallWanted === recallWanted && isVecino(entry.lap));
    const ratio = (speed: 'qps' | 'qpsOfCpu') =>
      ours && lap.contestant.name !== 'vecino' ? medianRatio(ours.lap, lap, speed) : undefined;
    return {
      recallWanted,
      ...figuresOf(lap),
      vecinoTimesAsFast: ratio('qps'),
      vecinoTimesAsFastByCpu: ratio('qpsOfCpu'),
    };
  });
  return { searches, unreached, curve: swept.map(figuresOf) };
}

async function planRace(
  contestants: readonly Contestant[],
  basis: RecallBasis,
  { k, recalls }: RaceOptions,
  progress: Progress,
): Promise<RacePlan> {
  const laps = new Map<string, Lap>();
  const lapOf = async (contestant: Contestant, efSearch: number, withRecords: boolean): Promise<Lap> => {
    const key = `${contestant.name} ${efSearch} ${withRecords}`;
    const known = laps.get(key);
    if (known) return known;
    const recall = await curveOf(contestant).at(efSearch);
    const lap = { contestant, efSearch, withRecords, recall, timings: [] };
    laps.set(key, lap);
    return lap;
  };

  const curves = new Map<Contestant, RecallCurve>();
  const curveOf = (contestant: Contestant): RecallCurve => {
    const known = curves.get(contestant);
    if (known) return known;
    progress(`${contestant.name}: measuring recall@${k}`);
    const curve = new RecallCurve(async (efSearch) =>
      meanRecall(basis, await contestant.process.ask({ kind: 'answer', k, efSearch }), k),
    );
    curves.set(contestant, curve);
    return curve;
  };

  const entries: { recallWanted: number; lap: Lap }[] = [];
  const unreached: UnreachedRow[] = [];
  for (const recallWanted of recalls) {
    const recordKeepers: Lap[] = [];
    for (const contestant of contestants) {
      const curve = curveOf(contestant);
      const efSearch = await curve.smallestEffort(recallWanted);
      if (efSearch === undefined) {
        unreached.push({ peer: contestant.name, recallWanted, recallBest: curve.best });
        continue;
      }
      entries.push({ recallWanted, lap: await lapOf(contestant, efSearch, false) });
      if (contestant.opened.hasRecords) recordKeepers.push(await lapOf(contestant, efSearch, true));
    }
    for (const lap of recordKeepers) entries.push({ recallWanted, lap });
  }

  const sweeps: Lap[][] = [];
  for (const contestant of contestants) {
    const efforts = await curveOf(contestant).effortsUpTo(RECALL_PLOTTED);
    sweeps.push(await Promise.all(efforts.map((efSearch) => lapOf(contestant, efSearch, false))));
  }
  const turns = new Set([...entries.map(({ lap }) => lap), ...dealt(sweeps)]);
  return { entries, unreached, swept: sweeps.flat(), turns: [...turns] };
}

/** The first of each list, the second of each, and so on. */
function dealt<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

function isVecino(lap: Lap): boolean {
  return lap.contestant.name === 'vecino' && !lap.withRecords;
}

function medianRatio(over: Lap, under: Lap, speed: 'qps' | 'qpsOfCpu'): number {
  const ratios = over.timings.map(
    (timing, repetition) => timing[speed] / (under.timings[repetition]?.[speed] ?? Number.NaN),
  );
  return median(ratios);
}

function figuresOf({ contestant, efSearch, withRecords, recall, timings }: Lap): SearchFigures {
  return {
    peer: contestant.name,
    withRecords,
    efSearch,
    recall,
    qps: median(timings.map((timing) => timing.qps)),
    qpsOfCpu: median(timings.map((timing) => timing.qpsOfCpu)),
    p50Ms: median(timings.map((timing) => timing.p50Ms)),
    p99Ms: median(timings.map((timing) => timing.p99Ms)),
  };
}
