import type { EventLoopFigures } from '../measure/event-loop.ts';
import { AT_REST, type Report, type SearchFigures, type SearchRow, type StoreRow } from './report.ts';

/** A made-up report for the tests of this folder, in which Vecino wins at .90 and loses at .95. */
export function exampleReport(): Report {
  return {
    machine: {
      date: '2030-01-02T03:04:05.000Z',
      commit: 'abc1234',
      node: 'v24.0.0',
      platform: 'linux x64',
      processor: 'Example',
      processors: 2,
      memoryGiB: 16,
      loadBefore: 0.1,
    },
    dataset: {
      name: 'synthetic',
      metric: 'l2',
      dimension: 16,
      size: 10_000,
      queries: 100,
      source: 'made up',
      contentHash: 'f00d',
    },
    settings: {
      M: 16,
      efConstruction: 200,
      seed: 42,
      threads: 1,
      k: 10,
      repetitions: 3,
      secondsPerTiming: 0.5,
      pinnedTo: 1,
    },
    stores: [store('vecino', 8), store('hnswlib-node', 10)],
    searches: [
      search('vecino', 0.9, 3_000, undefined),
      search('hnswlib-node', 0.9, 2_000, 1.5),
      search('vecino', 0.95, 1_300, undefined),
      search('hnswlib-node', 0.95, 2_000, 0.65),
    ],
    unreached: [{ peer: 'vecino', recallWanted: 0.99, recallBest: 0.98 }],
    curve: [
      figures('vecino', 0.91, 3_000),
      figures('vecino', 1, 900),
      figures('hnswlib-node', 0.9, 2_000),
      figures('hnswlib-node', 0.98, 1_000),
    ],
    eventLoop: [
      { peer: 'vecino', during: 'bulk build', ...eventLoop(3) },
      { peer: 'vecino', during: 'exact scans', ...eventLoop(31) },
      { peer: 'vecino', during: AT_REST, ...eventLoop(0.3) },
    ],
    scansPerSecond: 50,
    absent: [{ peer: 'hnswlib-node-native', reason: 'it is not installed' }],
  };
}

function store(peer: StoreRow['peer'], insertSeconds: number): StoreRow {
  return {
    peer,
    size: 10_000,
    insertSeconds,
    linkSeconds: 2,
    saveSeconds: 0.5,
    cpuSeconds: 11,
    diskBytes: 20e6,
    indexFileBytes: 5e6,
    openSeconds: 0.5,
    residentBytes: 30e6,
    byEngine: peer === 'vecino' ? { vectorBytes: 640_000, indexBytes: 1_400_000 } : undefined,
  };
}

function search(
  peer: SearchRow['peer'],
  recallWanted: number,
  qps: number,
  vecinoTimesAsFast: number | undefined,
): SearchRow {
  return {
    recallWanted,
    ...figures(peer, recallWanted + 0.002, qps),
    vecinoTimesAsFast,
    vecinoTimesAsFastByCpu: vecinoTimesAsFast,
  };
}

function figures(peer: SearchFigures['peer'], recall: number, qps: number): SearchFigures {
  return {
    peer,
    withRecords: false,
    efSearch: 24,
    recall,
    qps,
    qpsOfCpu: qps * 1.1,
    p50Ms: 1_000 / qps,
    p99Ms: 3_000 / qps,
  };
}

function eventLoop(longestMs: number): EventLoopFigures {
  return {
    seconds: 5,
    monitorMaxMs: longestMs,
    monitorP99Ms: 1,
    timerMaxMs: longestMs,
    timerP99Ms: 1,
    ownWorkMaxMs: 2,
  };
}
