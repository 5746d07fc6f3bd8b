/** Speed of exact search, one query at a time and many in one call, timed in turns as in `race.ts`. */

import { median } from 'vecino/measure';
import type { Contestant } from './contestant.ts';
import type { EntrantName } from './entrant.ts';
import { NO_EFFORT } from './knob.ts';
import type { Timing } from './process/messages.ts';
import type { Progress } from './progress.ts';
import { medianRatio, type RaceOptions } from './race.ts';
import { meanRecall, type RecallBasis } from './recall.ts';
import type { ExactRow, Report } from './report/report.ts';

/** Queries of a call for many; FAISS multiplies matrices from 20 on. */
const BATCH = 32;
/** Comparing with a million rows takes tens of milliseconds, so four batches have to be enough. */
const QUERIES = 4 * BATCH;

interface ExactLap {
  readonly contestant: Contestant;
  readonly batch: number;
  readonly recall: number;
  readonly timings: Timing[];
}

export async function raceExact(
  contestants: readonly Contestant[],
  basis: RecallBasis,
  { k, repetitions, secondsPerTiming: secondsMin }: RaceOptions,
  progress: Progress,
): Promise<Pick<Report, 'exact'>> {
  const exact = contestants.filter(({ peer }) => peer.knob === undefined);
  const laps: ExactLap[] = [];
  for (const batch of [1, BATCH]) {
    for (const contestant of exact) {
      if (batch > 1 && !contestant.opened.searchesMany) continue;
      progress(`${contestant.name}: answering, ${batch} a call`);
      const course = { queries: QUERIES, k, ...NO_EFFORT, batch };
      const { rows } = await contestant.process.ask({ kind: 'answer', ...course });
      laps.push({ contestant, batch, recall: meanRecall(basis, rows, k), timings: [] });
    }
  }
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    progress(`timing ${laps.length} exact laps, repetition ${repetition} of ${repetitions}`);
    for (const { contestant, batch, timings } of laps) {
      const course = { queries: QUERIES, k, ...NO_EFFORT, batch, warming: batch, withRecords: false };
      timings.push(await contestant.process.ask({ kind: 'time', ...course, secondsMin }));
    }
  }
  return { exact: laps.map((lap) => exactRow(lap, laps)) };
}

function exactRow(lap: ExactLap, laps: readonly ExactLap[]): ExactRow {
  const { contestant, batch, recall, timings } = lap;
  const theirs = laps.find((other) => other.contestant.name === 'faiss-flat' && other.batch === batch);
  const ratio = (speed: 'qps' | 'qpsOfCpu') =>
    theirs && contestant.peer.isOurs
      ? medianRatio(
          timings.map((timing) => timing[speed]),
          theirs.timings.map((timing) => timing[speed]),
        )
      : undefined;
  return {
    peer: contestant.name satisfies EntrantName,
    batch,
    recall,
    qps: median(timings.map(({ qps }) => qps)),
    qpsOfCpu: median(timings.map(({ qpsOfCpu }) => qpsOfCpu)),
    p50Ms: median(timings.map(({ p50Ms }) => p50Ms)),
    overFaiss: ratio('qps'),
    overFaissByCpu: ratio('qpsOfCpu'),
  };
}
