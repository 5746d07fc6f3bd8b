import type { EventLoopFigures } from '../measure/event-loop.ts';
import { AT_REST, type ExactRow, type Report, type SearchFigures, type StoreRow } from './report.ts';

/** A made-up report for the tests of this folder, in which Vecino wins at .95 and loses at .99. */
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
    intrinsicDimension: 17.5,
    engines: [
      { peer: 'vecino', knob: 'efSearch', version: '1.0', compiled: 'by us', instructions: 'WebAssembly' },
      { peer: 'hnswlib', knob: 'efSearch', version: '0.6', compiled: 'g++ -O3', instructions: 'AVX-512' },
    ],
    stores: [
      { ...store('vecino', 8), readSeconds: 0.2, byEngine: { vectorBytes: 640_000, indexBytes: 1_400_000 } },
      { ...store('vecino-engine', 4), readSeconds: 0.2 },
      {
        ...store('hnswlib', 10),
        kept: { date: '2029-12-31T00:00:00.000Z', loadBefore: 0.5, loadAfter: 0.7 },
        byEngine: { vectorBytes: 640_000, indexBytes: 1_360_000 },
      },
      { ...store('hnswlib-node', 10), builtBy: 'hnswlib' },
    ],
    searches: [
      { recallWanted: 0.95, ...figures('vecino', 0.95, 3_000) },
      { recallWanted: 0.95, ...figures('hnswlib-node', 0.95, 1_000) },
      { recallWanted: 0.99, ...figures('hnswlib-node', 0.99, 1_000) },
    ],
    ratios: [
      { recallWanted: 0.95, ours: 'vecino', theirs: 'hnswlib-node', byClock: 3, byCpu: 2.9 },
      { recallWanted: 0.99, ours: 'vecino', theirs: 'hnswlib-node', byClock: 0.65, byCpu: 0.7 },
      { recallWanted: 0.95, ours: 'vecino-engine', theirs: 'hnswlib', byClock: 1.9, byCpu: 2 },
    ],
    unreached: [{ peer: 'vecino-documents', recallWanted: 0.99, recallBest: 0.98 }],
    curve: [
      figures('vecino', 0.91, 3_000),
      figures('vecino', 1, 900),
      figures('hnswlib-node', 0.9, 2_000),
      figures('hnswlib-node', 0.98, 1_000),
    ],
    exact: [
      { ...exactFigures('vecino-flat', 500), overFaiss: 5, overFaissByCpu: 5.1 },
      { ...exactFigures('faiss-flat', 100), overFaiss: undefined, overFaissByCpu: undefined },
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
    cpuSeconds: insertSeconds + 1,
    diskBytes: 20e6,
    indexFileBytes: 5e6,
    openSeconds: 0.5,
    residentBytes: 30e6,
  };
}

function figures(peer: SearchFigures['peer'], recall: number, qps: number): SearchFigures {
  return {
    peer,
    effort: 24,
    refine: 1,
    recall,
    qps,
    qpsOfCpu: qps * 1.1,
    p50Ms: 1_000 / qps,
    p99Ms: 3_000 / qps,
  };
}

function exactFigures(peer: ExactRow['peer'], qps: number) {
  return { peer, batch: 1, recall: 1, qps, qpsOfCpu: qps, p50Ms: 1_000 / qps };
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
