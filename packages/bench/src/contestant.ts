/** Building an engine's index and opening it, each in a fresh process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PreparedDataset } from './datasets/prepared.ts';
import { median } from './measure/statistics.ts';
import type { GraphParameters, PeerName } from './peers/peer.ts';
import type { BuildReply, OpenReply } from './process/messages.ts';
import { PeerProcess } from './process/peer-process.ts';
import type { Progress } from './progress.ts';

/** An engine with its index open, waiting to be asked. */
export interface Contestant {
  readonly name: PeerName;
  readonly process: PeerProcess;
  readonly build: BuildReply;
  /** The last opening; `openSeconds` is the median of all. */
  readonly opened: OpenReply;
}

export interface ContestantTask {
  readonly peer: PeerName;
  readonly dataset: PreparedDataset;
  readonly parameters: GraphParameters;
  /** How often the index is opened; the last opening stays open. */
  readonly openings: number;
  readonly workFolder: string;
}

export async function buildAndOpen(task: ContestantTask, progress: Progress): Promise<Contestant> {
  const { peer, dataset, parameters } = task;
  const folder = join(task.workFolder, peer);
  mkdirSync(folder);
  const common = { peer, dataset: dataset.folder, folder, parameters };

  progress(`${peer}: building ${dataset.facts.size} x ${dataset.facts.dimension}`);
  const build = await buildInOwnProcess();
  progress(`${peer}: built in ${(build.insertSeconds + build.linkSeconds).toFixed(2)} s`);

  const openSeconds: number[] = [];
  for (;;) {
    const process = new PeerProcess(progress);
    const opened = await process.ask({ kind: 'open', ...common });
    openSeconds.push(opened.openSeconds);
    if (openSeconds.length >= task.openings) {
      return { name: peer, process, build, opened: { ...opened, openSeconds: median(openSeconds) } };
    }
    await process.ask({ kind: 'close' });
    await process[Symbol.asyncDispose]();
  }

  async function buildInOwnProcess(): Promise<BuildReply> {
    await using process = new PeerProcess(progress);
    return await process.ask({ kind: 'build', ...common });
  }
}
