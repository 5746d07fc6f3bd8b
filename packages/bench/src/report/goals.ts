import type { EntrantName } from '../entrant.ts';
import type { EventLoopFigures } from '../measure/event-loop.ts';
import type { PeerName } from '../peers/peer.ts';
import { judgeFamilies } from './family-goals.ts';
import { atLeast, atMost, type Goal } from './goal.ts';
import { rounded } from './numbers.ts';
import { AT_REST, type EventLoopRow, type Report, type StoreRow } from './report.ts';

/** So many times as fast as another engine, at the same recall. */
interface SpeedGoal {
  readonly ours: EntrantName;
  readonly theirs: EntrantName;
  readonly timesMin: number;
}

const SPEED_GOALS: readonly SpeedGoal[] = [
  { ours: 'vecino-engine', theirs: 'hnswlib', timesMin: 1.8 },
  { ours: 'vecino', theirs: 'hnswlib-node', timesMin: 2 },
  { ours: 'vecino-documents', theirs: 'hnswlib-node', timesMin: 1.3 },
];
const SPEED_RECALLS = [0.95, 0.99] as const;
const EXACT_TIMES_MIN = 5;
const BUILD_CPU_SHARE_MAX = 0.5;
const MEMORY_SHARE_MAX = 1.3;
const OPEN_OVER_READ_MAX = 2;
const EVENT_LOOP_MAX_MS = 20;

/** The goals that this run can judge: those of absent engines are left out. */
export function judgeGoals(report: Report): Goal[] {
  return [
    ...judgeFamilies(report),
    ...SPEED_GOALS.flatMap((goal) => judgeSpeed(report, goal)),
    ...judgeExact(report),
    ...judgeStores(report),
    ...judgeEventLoop(report),
  ];
}

function judgeSpeed({ ratios, unreached }: Report, { ours, theirs, timesMin }: SpeedGoal): Goal[] {
  return SPEED_RECALLS.flatMap((recall): Goal[] => {
    const promise = `${ours}: at least ${timesMin} times the QPS of ${theirs} at recall ${recall}`;
    const row = ratios.find(
      (ratio) => ratio.ours === ours && ratio.theirs === theirs && ratio.recallWanted === recall,
    );
    if (row) return [atLeast(promise, row.byClock, timesMin, `, by CPU ${rounded(row.byCpu)}`)];
    const missed = unreached.some(({ peer, recallWanted }) => peer === ours && recallWanted === recall);
    return missed ? [{ promise, found: 'the recall was not reached', verdict: 'broken' }] : [];
  });
}

function judgeExact({ exact }: Report): Goal[] {
  return exact.flatMap((row): Goal[] => {
    if (row.overFaiss === undefined) return [];
    const goals = [judgeExactRecall(row.peer, row.batch, row.recall)];
    if (row.batch > 1 || row.peer !== 'vecino-flat') return goals;
    const promise = `${row.peer}: at least ${EXACT_TIMES_MIN} times the QPS of FAISS flat, one query at a time`;
    const byCpu = row.overFaissByCpu === undefined ? '' : `, by CPU ${rounded(row.overFaissByCpu)}`;
    return [atLeast(promise, row.overFaiss, EXACT_TIMES_MIN, byCpu), ...goals];
  });
}

function judgeExactRecall(peer: PeerName, batch: number, recall: number): Goal {
  const how = batch === 1 ? 'one query at a time' : `${batch} queries a call`;
  return {
    promise: `${peer}: exact means recall 1, ${how}`,
    found: recall === 1 ? '1' : recall.toFixed(5),
    verdict: recall === 1 ? 'kept' : 'broken',
  };
}

function judgeStores({ stores }: Report): Goal[] {
  const storeOf = (name: PeerName) => stores.find(({ peer }) => peer === name);
  const goals: Goal[] = [];
  const theirs = storeOf('hnswlib');
  const engine = storeOf('vecino-engine');
  if (theirs && engine) {
    const share = engine.cpuSeconds / theirs.cpuSeconds;
    const promise = `vecino-engine: builds with at most ${BUILD_CPU_SHARE_MAX} of the CPU time of hnswlib`;
    const when = theirs.kept ? ` (hnswlib’s from ${theirs.kept.date.slice(0, 10)})` : '';
    goals.push(atMost(promise, share, BUILD_CPU_SHARE_MAX, when));
  }
  const collection = storeOf('vecino');
  const [ourBytes, theirBytes] = [ownBytes(collection), ownBytes(theirs)];
  if (ourBytes !== undefined && theirBytes !== undefined) {
    const promise = `vecino: at most ${MEMORY_SHARE_MAX} of the memory of hnswlib, f32 originals in memory`;
    const resident =
      collection && theirs ? `, resident ${rounded(collection.residentBytes / theirs.residentBytes)}` : '';
    goals.push(atMost(promise, ourBytes / theirBytes, MEMORY_SHARE_MAX, resident));
  }
  if (collection?.readSeconds !== undefined) {
    const promise = `vecino: opens in at most ${OPEN_OVER_READ_MAX} times what reading the bytes of its index takes`;
    goals.push(atMost(promise, collection.openSeconds / collection.readSeconds, OPEN_OVER_READ_MAX));
  }
  return goals;
}

/** Bytes of vectors and index as the engine itself accounts for them. */
function ownBytes(store: StoreRow | undefined): number | undefined {
  if (!store?.byEngine) return undefined;
  return store.byEngine.vectorBytes + store.byEngine.indexBytes;
}

function judgeEventLoop(report: Report): Goal[] {
  const watched = report.eventLoop.filter(({ peer }) => peer === 'vecino');
  const atRest = watched.find(({ during }) => during === AT_REST);
  return watched
    .filter((row) => row !== atRest)
    .map((row) => {
      const resting = atRest ? `, and at rest the longest is ${rounded(longestMs(atRest))} ms` : '';
      return {
        promise: `vecino: the event loop is never held for more than ${EVENT_LOOP_MAX_MS} ms by ${row.during}`,
        found: `${rounded(longestMs(row))} ms, of which at most ${rounded(row.ownWorkMaxMs)} ms its own work${resting}`,
        verdict: judgeDelay(row, atRest),
      };
    });
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
