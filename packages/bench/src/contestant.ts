/** Building an engine's index, or finding it built, and opening it: each in a fresh process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { median } from 'vecino/measure';
import type { PreparedDataset } from './datasets/prepared.ts';
import { buildAndKeep, findKept, type KeptBuild, keptFolder } from './kept-builds.ts';
import type { Parameters, Peer, PeerFacts, PeerName } from './peers/peer.ts';
import type { BuildReply, OpenReply } from './process/messages.ts';
import type { PeerProcess } from './process/peer-process.ts';
import { startProcess } from './process/start.ts';
import type { Progress } from './progress.ts';

/** An engine with its index open, waiting to be asked. */
export interface Contestant {
  readonly name: PeerName;
  readonly peer: Peer;
  readonly facts: PeerFacts;
  readonly parameters: Parameters;
  readonly process: PeerProcess;
  /** The folder of the index, which another peer may open too. */
  readonly folder: string;
  readonly build: BuildReply;
  /** The engine that built the index, where it is another one. */
  readonly builtBy?: PeerName;
  /** When, where it was not in this run. */
  readonly kept?: Omit<KeptBuild, 'build'>;
  /** The last opening; `openSeconds` and `readSeconds` are medians of all. */
  readonly opened: OpenReply;
}

export interface ContestantTask {
  readonly peer: Peer;
  readonly dataset: PreparedDataset;
  readonly parameters: Parameters;
  /** How often our own index is opened; the last opening stays open. */
  readonly openings: number;
  /** For indexes that are thrown away after the run. */
  readonly workFolder: string;
  /** For indexes of other engines. */
  readonly cacheFolder: string;
  /** Whether kept indexes are built anew. */
  readonly rebuild: boolean;
  /** Those that are open already. */
  readonly others: readonly Contestant[];
  /** The script of a process for engines that run inside Node. */
  readonly main: URL;
  /** Ends a build that is under way. */
  readonly signal?: AbortSignal;
}

type Built = Pick<Contestant, 'folder' | 'build' | 'builtBy' | 'kept'>;

export async function buildAndOpen(given: ContestantTask, progress: Progress): Promise<Contestant> {
  const { peer, dataset } = given;
  const recipe = peer.recipe?.(dataset.facts);
  const parameters = { ...given.parameters, ...(recipe !== undefined && { recipe }) };
  const task = { ...given, parameters };
  const facts = await peer.about();
  const built = await buildOrFind(task, facts, progress);
  const openings: OpenReply[] = [];
  for (;;) {
    const process = startProcess(peer, task.main, progress);
    openings.push(await process.ask({ kind: 'open', ...concerning(task, built.folder) }));
    if (openings.length >= (peer.isOurs ? task.openings : 1)) {
      return { name: peer.name, peer, facts, parameters, process, ...built, opened: medianOf(openings) };
    }
    await process.ask({ kind: 'close' });
    await process[Symbol.asyncDispose]();
  }
}

async function buildOrFind(task: ContestantTask, facts: PeerFacts, progress: Progress): Promise<Built> {
  const { peer, dataset, others } = task;
  const owner = others.find(({ name }) => name === peer.opensIndexOf);
  if (owner) {
    const { folder, build, name, kept } = owner;
    progress(`${peer.name}: opens the index of ${name}`);
    return { folder, build, builtBy: name, ...(kept && { kept }) };
  }
  if (peer.isOurs || peer.knob === undefined) {
    const folder = join(task.workFolder, peer.name);
    mkdirSync(folder);
    return { folder, build: await buildInOwnProcess(task, folder, progress) };
  }
  const key = { peer: peer.name, version: facts.version, facts: dataset.facts, parameters: task.parameters };
  const folder = keptFolder(task.cacheFolder, key);
  const found = task.rebuild ? undefined : findKept(folder);
  if (found) {
    const { build, ...kept } = found;
    progress(`${peer.name}: index of ${kept.date.slice(0, 10)} from the cache`);
    return { folder, build, kept };
  }
  const { build } = await buildAndKeep(folder, (unfinished) => buildInOwnProcess(task, unfinished, progress));
  return { folder, build };
}

async function buildInOwnProcess(
  task: ContestantTask,
  folder: string,
  progress: Progress,
): Promise<BuildReply> {
  const { peer, dataset, main, signal } = task;
  progress(`${peer.name}: building ${dataset.facts.size} x ${dataset.facts.dimension}`);
  await using process = startProcess(peer, main, progress);
  const stop = () => void process[Symbol.asyncDispose]();
  signal?.addEventListener('abort', stop, { once: true });
  using _ = { [Symbol.dispose]: () => signal?.removeEventListener('abort', stop) };
  const build = await process.ask({ kind: 'build', ...concerning(task, folder) });
  progress(`${peer.name}: built in ${(build.insertSeconds + build.linkSeconds).toFixed(2)} s`);
  return build;
}

function concerning({ peer, dataset, parameters }: ContestantTask, folder: string) {
  const { dimension, metric } = dataset.facts;
  return { peer: peer.name, dataset: dataset.folder, dimension, metric, folder, parameters };
}

function medianOf(openings: readonly OpenReply[]): OpenReply {
  const [first] = openings;
  if (!first) throw new Error('an index was never opened');
  const reads = openings.flatMap(({ readSeconds }) => readSeconds ?? []);
  return {
    ...first,
    openSeconds: median(openings.map(({ openSeconds }) => openSeconds)),
    ...(reads.length > 0 && { readSeconds: median(reads) }),
  };
}
