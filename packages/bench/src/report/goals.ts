import type { EventLoopFigures } from '../measure/event-loop.ts';
import { rounded } from './numbers.ts';
import { AT_REST, type EventLoopRow, type Report } from './report.ts';

/** A promise of the project and what this run says of it. */
export interface Goal {
  readonly promise: string;
  readonly found: string;
  /** `undecided` where the machine was too busy for the run to tell. */
  readonly verdict: 'kept' | 'broken' | 'undecided';
}

const RECALL = 0.95;
const SPEED_MIN = 0.7;
const OPEN_SHARE_MAX = 0.1;
const EVENT_LOOP_MAX_MS = 20;

/** The goals that this run can judge: those of absent engines are left out. */
export function judgeGoals(report: Report): Goal[] {
  const goals: Goal[] = [];
  const rival = report.searches.find((row) => row.peer === 'hnswlib-node' && row.recallWanted === RECALL);
  if (rival?.vecinoTimesAsFast !== undefined) {
    goals.push({
      promise: `at least ${SPEED_MIN} of hnswlib-node's QPS at recall ${RECALL}`,
      found: rounded(rival.vecinoTimesAsFast),
      verdict: rival.vecinoTimesAsFast >= SPEED_MIN ? 'kept' : 'broken',
    });
  }
  const store = report.stores.find(({ peer }) => peer === 'vecino');
  if (store) {
    const share = store.openSeconds / (store.insertSeconds + store.linkSeconds);
    goals.push({
      promise: `opening takes less than ${OPEN_SHARE_MAX} of the time that building took`,
      found: rounded(share),
      verdict: share < OPEN_SHARE_MAX ? 'kept' : 'broken',
    });
  }
  const watched = report.eventLoop.filter(({ peer }) => peer === 'vecino');
  const atRest = watched.find(({ during }) => during === AT_REST);
  for (const row of watched) {
    if (row === atRest) continue;
    const resting = atRest ? `, and at rest the longest is ${rounded(longestMs(atRest))} ms` : '';
    goals.push({
      promise: `the event loop is never held for more than ${EVENT_LOOP_MAX_MS} ms by ${row.during}`,
      found: `${rounded(longestMs(row))} ms, of which at most ${rounded(row.ownWorkMaxMs)} ms its own work${resting}`,
      verdict: judgeDelay(row, atRest),
    });
  }
  return goals;
}

/** A busy machine holds up everybody: a long delay says nothing where resting shows one too. */
function judgeDelay(row: EventLoopRow, atRest: EventLoopRow | undefined): Goal['verdict'] {
  if (longestMs(row) <= EVENT_LOOP_MAX_MS) return 'kept';
  const busy = atRest !== undefined && longestMs(atRest) > EVENT_LOOP_MAX_MS;
  return busy && row.ownWorkMaxMs <= EVENT_LOOP_MAX_MS ? 'undecided' : 'broken';
}

function longestMs({ monitorMaxMs, timerMaxMs }: EventLoopFigures): number {
  return Math.max(monitorMaxMs, timerMaxMs);
}
