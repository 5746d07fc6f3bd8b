import { rounded } from './numbers.ts';
import type { Report } from './report.ts';

/** A promise of the project and what this run says of it. */
export interface Goal {
  readonly promise: string;
  readonly found: string;
  readonly met: boolean;
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
      met: rival.vecinoTimesAsFast >= SPEED_MIN,
    });
  }
  const store = report.stores.find(({ peer }) => peer === 'vecino');
  if (store) {
    const share = store.openSeconds / (store.insertSeconds + store.linkSeconds);
    goals.push({
      promise: `opening takes less than ${OPEN_SHARE_MAX} of the time that building took`,
      found: rounded(share),
      met: share < OPEN_SHARE_MAX,
    });
  }
  for (const row of report.eventLoop) {
    if (row.peer !== 'vecino' || row.during === 'nothing at all') continue;
    const longest = Math.max(row.monitorMaxMs, row.timerMaxMs);
    goals.push({
      promise: `the event loop is never held for more than ${EVENT_LOOP_MAX_MS} ms by ${row.during}`,
      found: `${rounded(longest)} ms`,
      met: longest <= EVENT_LOOP_MAX_MS,
    });
  }
  return goals;
}
