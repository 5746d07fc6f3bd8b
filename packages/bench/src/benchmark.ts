/** One run of the workspace's own bench, on one of its data sets. */
import { mkdirSync } from 'node:fs';
import type { DatasetRequest } from './datasets/dataset.ts';
import { prepareDataset } from './datasets/prepare.ts';
import { type Field, type MeasureOptions, measureEngines } from './measure-engines.ts';
import type { Peer, PeerName } from './peers/peer.ts';
import { PEERS } from './peers/registry.ts';
import type { Progress } from './progress.ts';
import type { AbsentPeer, Report } from './report/report.ts';

export interface BenchmarkOptions extends Omit<MeasureOptions, 'main'> {
  readonly dataset: DatasetRequest;
  readonly peers: readonly PeerName[];
}

const MAIN = new URL('./process/peer-process-main.ts', import.meta.url);

export async function runBenchmark(options: BenchmarkOptions, progress: Progress): Promise<Report> {
  mkdirSync(options.cacheFolder, { recursive: true });
  const field = await findPeers(options.peers);
  const dataset = await prepareDataset(options.dataset, options.cacheFolder, progress);
  return measureEngines(dataset, field, { ...options, main: MAIN }, progress);
}

async function findPeers(names: readonly PeerName[]): Promise<Field> {
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
