/**
 * All engines on one data set: build each index, open it in a fresh process, search, report.
 *
 * Building and exact scans happen as a user would have them, with all processors. Searching for QPS happens
 * with every engine's process tied to the same one processor and only one of them awake at a time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { intrinsicDimension } from 'vecino/measure';
import { buildAndOpen, type Contestant } from './contestant.ts';
import { type PreparedDataset, readBase, readQueries } from './datasets/prepared.ts';
import { rowsForMetric } from './distance.ts';
import { approximateEntrants } from './entrant.ts';
import { raceExact } from './exact-race.ts';
import { type GroundTruth, groundTruthOf, lengthsOf } from './ground-truth.ts';
import { describeMachine } from './measure/machine.ts';
import { pinToProcessor } from './measure/pinning.ts';
import type { GraphParameters, Peer } from './peers/peer.ts';
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

export interface MeasureOptions extends RaceOptions {
  readonly parameters: GraphParameters;
  /** Seconds of exact scans under which the event loop is watched, and as many of idling; 0 for neither. */
  readonly scanSeconds: number;
  /** How often our own index is opened in a fresh process. */
  readonly openings: number;
  /** Whether indexes of other engines are built anew, where the cache has them. */
  readonly rebuild: boolean;
  /** The processor that searches are tied to; undefined leaves them free. */
  readonly pinTo: number | undefined;
  /** For ground truth and indexes of other engines; ours are built in a temporary folder inside it. */
  readonly cacheFolder: string;
  /** The script of a process for engines that run inside Node. */
  readonly main: URL;
  /** Seconds for building all indexes: an engine whose build would take longer is left out. */
  readonly budgetSeconds?: number;
  /** Ends all processes, and with them the run. */
  readonly signal?: AbortSignal;
}

/** The engines that are asked for: those that can run here, and why the others cannot. */
export interface Field {
  readonly present: readonly Peer[];
  readonly absent: readonly AbsentPeer[];
}

export async function measureEngines(
  dataset: PreparedDataset,
  field: Field,
  options: MeasureOptions,
  progress: Progress,
): Promise<Report> {
  const machine = describeMachine();
  for (const { peer, reason } of field.absent) progress(`${peer} is left out: ${reason}`);
  if (field.present.length === 0) throw new Error('none of the engines that were asked for can run here');
  const truth = await groundTruthOf(dataset, options.cacheFolder, progress);
  const basis = recallBasis(dataset, truth);
  const workFolder = mkdtempSync(join(options.cacheFolder, 'work-'));
  const processes = new AsyncDisposableStack();
  try {
    const { contestants, late } = await openAll(field.present, dataset, { ...options, workFolder }, progress);
    for (const { process } of contestants) {
      processes.use(process);
      options.signal?.addEventListener('abort', () => void process[Symbol.asyncDispose](), { once: true });
    }
    options.signal?.throwIfAborted();
    const { scan, eventLoop } = await watchScans(contestants, options, progress);
    const pinnedTo = pinAll(contestants, options.pinTo);
    const race = await raceAtEqualRecall(approximateEntrants(contestants), basis, options, progress);
    const exact = await raceExact(contestants, basis, options, progress);
    const { k, repetitions, secondsPerTiming, parameters } = options;
    return {
      machine,
      dataset: dataset.facts,
      intrinsicDimension: intrinsicDimension(lengthsOf(truth)) ?? Number.NaN,
      settings: { k, repetitions, secondsPerTiming, pinnedTo, ...parameters },
      engines: contestants.map(engineRow),
      ...race,
      ...exact,
      stores: await Promise.all(contestants.map((contestant) => storeRow(contestant, dataset.facts.size))),
      eventLoop: [...contestants.flatMap(buildingRow), ...eventLoop],
      scansPerSecond: scan?.scansPerSecond,
      absent: [...field.absent, ...late],
    };
  } finally {
    await processes.disposeAsync();
    rmSync(workFolder, { recursive: true, force: true });
  }
}

/** Builds and opens one after the other, as long as the budget lasts. */
async function openAll(
  peers: readonly Peer[],
  dataset: PreparedDataset,
  options: MeasureOptions & { readonly workFolder: string },
  progress: Progress,
): Promise<{ contestants: Contestant[]; late: AbsentPeer[] }> {
  const { budgetSeconds, signal: given } = options;
  const budget = budgetSeconds === undefined ? undefined : AbortSignal.timeout(budgetSeconds * 1000);
  const signals = [budget, given].filter((one) => one !== undefined);
  const signal = AbortSignal.any(signals);
  const contestants: Contestant[] = [];
  const late: AbsentPeer[] = [];
  const leaveOut = (peer: Peer) => {
    const reason = `not built within the ${budgetSeconds} seconds that building may take: give it more`;
    progress(`${peer.name} is left out: ${reason}`);
    late.push({ peer: peer.name, reason });
  };
  for (const peer of peers) {
    given?.throwIfAborted();
    if (budget?.aborted) {
      leaveOut(peer);
      continue;
    }
    const task = { ...options, peer, dataset, others: contestants, signal };
    try {
      contestants.push(await buildAndOpen(task, progress));
    } catch (error) {
      if (given?.aborted || !budget?.aborted) {
        await Promise.all(contestants.map(({ process }) => process[Symbol.asyncDispose]()));
        throw error;
      }
      leaveOut(peer);
    }
  }
  return { contestants, late };
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
  { k, scanSeconds }: MeasureOptions,
  progress: Progress,
): Promise<{ scan: ScanReply | undefined; eventLoop: EventLoopRow[] }> {
  const scanner = contestants.find(({ opened }) => opened.scans);
  if (!scanner || scanSeconds === 0) return { scan: undefined, eventLoop: [] };
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
  const memory = await process.ask({ kind: 'memory' });
  const { openSeconds, readSeconds } = opened;
  return {
    peer: name,
    size,
    ...figures,
    ...(builtBy && { builtBy }),
    ...(kept && { kept }),
    openSeconds,
    ...(readSeconds !== undefined && { readSeconds }),
    ...memory,
    ...(contestant.peer.isServer && { residentBytes: Number.NaN }),
  };
}
