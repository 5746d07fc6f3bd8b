/**
 * One run on one data set: prepare, build each index, open it in a fresh process, search, report.
 *
 * Building and exact scans happen as a user would have them, with all processors. Searching for QPS happens
 * with every engine's process tied to the same one processor and only one of them awake at a time.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildAndOpen, type Contestant } from './contestant.ts';
import type { DatasetRequest } from './datasets/dataset.ts';
import { type PreparedDataset, prepareDataset, readBase, readQueries } from './datasets/prepared.ts';
import { rowsForMetric } from './distance.ts';
import { approximateEntrants } from './entrant.ts';
import { raceExact } from './exact-race.ts';
import { type GroundTruth, groundTruthOf } from './ground-truth.ts';
import { intrinsicDimension } from './intrinsic-dimension.ts';
import { describeMachine } from './measure/machine.ts';
import { pinToProcessor } from './measure/pinning.ts';
import type { GraphParameters, Peer, PeerName } from './peers/peer.ts';
import { PEERS } from './peers/registry.ts';
import type { ScanReply } from './process/messages.ts';
import type { Progress } from './progress.ts';
import { type RaceOptions, raceAtEqualRecall } from './race.ts';
import type { RecallBasis } from './recall.ts';
import {
  type AbsentPeer,
  AT_REST,
  type EngineRow,
  type EventLoopRow,
  type Report,
  type StoreRow,
} from './report/report.ts';

export interface BenchmarkOptions extends RaceOptions {
  readonly dataset: DatasetRequest;
  readonly peers: readonly PeerName[];
  readonly parameters: GraphParameters;
  /** Seconds of exact scans under which the event loop is watched, and as many of idling. */
  readonly scanSeconds: number;
  /** How often our own index is opened in a fresh process. */
  readonly openings: number;
  /** Whether indexes of other engines are built anew, where the cache has them. */
  readonly rebuild: boolean;
  /** The processor that searches are tied to; undefined leaves them free. */
  readonly pinTo: number | undefined;
  /** For prepared data sets and ground truth; indexes are built in a temporary folder inside it. */
  readonly cacheFolder: string;
}

export async function runBenchmark(options: BenchmarkOptions, progress: Progress): Promise<Report> {
  const machine = describeMachine();
  const { present, absent } = await findPeers(options.peers);
  for (const { peer, reason } of absent) progress(`${peer} is left out: ${reason}`);
  if (present.length === 0) throw new Error('none of the engines that were asked for can run here');

  mkdirSync(options.cacheFolder, { recursive: true });
  const dataset = await prepareDataset(options.dataset, options.cacheFolder, progress);
  const truth = await groundTruthOf(dataset, options.cacheFolder, progress);
  const basis = recallBasis(dataset, truth);
  const workFolder = mkdtempSync(join(options.cacheFolder, 'work-'));
  const processes = new AsyncDisposableStack();
  try {
    const contestants: Contestant[] = [];
    for (const peer of present) {
      const task = { ...options, peer, dataset, workFolder, others: contestants };
      const contestant = await buildAndOpen(task, progress);
      processes.use(contestant.process);
      contestants.push(contestant);
    }
    const { scan, eventLoop } = await watchScans(contestants, options, progress);
    const pinnedTo = pinAll(contestants, options.pinTo);
    const race = await raceAtEqualRecall(approximateEntrants(contestants), basis, options, progress);
    const exact = await raceExact(contestants, basis, options, progress);
    const { k, repetitions, secondsPerTiming, parameters } = options;
    return {
      machine,
      dataset: dataset.facts,
      intrinsicDimension: intrinsicDimension(truth),
      settings: { k, repetitions, secondsPerTiming, pinnedTo, ...parameters },
      engines: contestants.map(engineRow),
      ...race,
      ...exact,
      stores: await Promise.all(contestants.map((contestant) => storeRow(contestant, dataset.facts.size))),
      eventLoop: [...contestants.flatMap(buildingRow), ...eventLoop],
      scansPerSecond: scan?.scansPerSecond,
      absent,
    };
  } finally {
    await processes.disposeAsync();
    rmSync(workFolder, { recursive: true, force: true });
  }
}

async function findPeers(names: readonly PeerName[]): Promise<{ present: Peer[]; absent: AbsentPeer[] }> {
  const present: Peer[] = [];
  const absent: AbsentPeer[] = [];
  for (const peer of Object.values(PEERS)) {
    if (!names.includes(peer.name)) continue;
    const reason = await peer.absence();
    if (reason === undefined) present.push(peer);
    else absent.push({ peer: peer.name, reason });
  }
  return { present, absent };
}

function recallBasis(dataset: PreparedDataset, truth: GroundTruth): RecallBasis {
  const { metric, dimension } = dataset.facts;
  return {
    base: rowsForMetric(readBase(dataset.folder), dimension, metric),
    queries: rowsForMetric(readQueries(dataset.folder), dimension, metric),
    dimension,
    truth,
  };
}

/** How late the event loop is while an engine that can do so compares with every record, and at rest. */
async function watchScans(
  contestants: readonly Contestant[],
  { k, scanSeconds }: BenchmarkOptions,
  progress: Progress,
): Promise<{ scan: ScanReply | undefined; eventLoop: EventLoopRow[] }> {
  const scanner = contestants.find(({ opened }) => opened.scans);
  if (!scanner) return { scan: undefined, eventLoop: [] };
  const { name: peer, process } = scanner;
  progress(`${peer}: watching the event loop at rest and during exact scans`);
  const atRest = await process.ask({ kind: 'idle', seconds: scanSeconds });
  const scan = await process.ask({ kind: 'scan', k, secondsMin: scanSeconds });
  return {
    scan,
    eventLoop: [
      { peer, during: 'exact scans', ...scan.eventLoop },
      { peer, during: AT_REST, ...atRest },
    ],
  };
}

/** The processor that all are now tied to, or undefined. */
function pinAll(contestants: readonly Contestant[], processor: number | undefined): number | undefined {
  if (processor === undefined) return undefined;
  return contestants.every(({ process }) => pinToProcessor(process.pid, processor)) ? processor : undefined;
}

function buildingRow({ name, build }: Contestant): EventLoopRow[] {
  return build.eventLoop ? [{ peer: name, during: 'bulk build', ...build.eventLoop }] : [];
}

function engineRow({ name, facts, peer, parameters }: Contestant): EngineRow {
  const { recipe } = parameters;
  return { peer: name, ...facts, ...(peer.knob && { knob: peer.knob.name }), ...(recipe && { recipe }) };
}

async function storeRow(contestant: Contestant, size: number): Promise<StoreRow> {
  const { name, process, build, builtBy, kept, opened } = contestant;
  const { eventLoop: _, ...figures } = build;
  const { openSeconds, readSeconds } = opened;
  return {
    peer: name,
    size,
    ...figures,
    ...(builtBy && { builtBy }),
    ...(kept && { kept }),
    openSeconds,
    ...(readSeconds !== undefined && { readSeconds }),
    ...(await process.ask({ kind: 'memory' })),
  };
}
