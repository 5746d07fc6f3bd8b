/**
 * Indexes that other engines have built, kept in the cache: the same version makes the same index of the same
 * data and parameters, and a million vectors take them many minutes. What building cost is kept beside it,
 * with the day and the load of the machine, so that the report can say that it was not measured in this run.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { DatasetFacts } from './datasets/prepared.ts';
import type { Parameters, PeerName } from './peers/peer.ts';
import type { BuildReply } from './process/messages.ts';

export interface KeptBuild {
  readonly build: BuildReply;
  /** When it was built. */
  readonly date: string;
  /** Loads of the last minute before and at the end: a busy machine makes building dearer, also in CPU time. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export interface BuildKey {
  readonly peer: PeerName;
  readonly version: string;
  readonly facts: DatasetFacts;
  readonly parameters: Parameters;
}

/** The folder of an index that is or will be kept. */
export function keptFolder(cacheFolder: string, { peer, version, facts, parameters }: BuildKey): string {
  const { M, efConstruction, seed, recipe } = parameters;
  const hash = facts.contentHash.slice(0, 16);
  const shape = recipe ?? `M${M}-ef${efConstruction}`;
  const name = `${peer}-${version}-${facts.name}-${hash}-${shape}-s${seed}`;
  return join(cacheFolder, 'indexes', name.replaceAll(/[^\w.-]/g, '_'));
}

export function findKept(folder: string): KeptBuild | undefined {
  if (!existsSync(folder)) return undefined;
  return JSON.parse(readFileSync(join(folder, FIGURES), 'utf8')) as KeptBuild;
}

/** Builds into a folder beside and renames it, so that a folder that exists is complete. */
export async function buildAndKeep(
  folder: string,
  build: (folder: string) => Promise<BuildReply>,
): Promise<KeptBuild> {
  const unfinished = `${folder}.unfinished`;
  for (const old of [folder, unfinished]) rmSync(old, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const loadBefore = loadOfLastMinute();
  const figures = await build(unfinished);
  const kept: KeptBuild = {
    build: figures,
    date: new Date().toISOString(),
    loadBefore,
    loadAfter: loadOfLastMinute(),
  };
  writeFileSync(join(unfinished, FIGURES), JSON.stringify(kept, null, 2));
  renameSync(unfinished, folder);
  return kept;
}

function loadOfLastMinute(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

const FIGURES = 'build.json';
