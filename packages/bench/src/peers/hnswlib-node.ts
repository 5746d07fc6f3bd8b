/**
 * hnswlib through its Node binding: what a TypeScript user would otherwise pick for a graph index.
 *
 * It is an index without a store: ids are numbers, nothing is durable until the whole index is written, and
 * calls run on the calling thread. It comes in two builds: `hnswlib-node` exactly as `npm install` compiles
 * it (-O3 for any processor of the architecture), and `hnswlib-node-native` with `-march=native`, which
 * lets hnswlib use AVX where the processor has it.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { BuildFigures, BuildTask, OpenTask, Peer, PeerName, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';

/** The part of hnswlib-node that is used here; the package is not a dependency of the workspace. */
interface HierarchicalNSW {
  initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void;
  addPoint(point: number[], label: number): void;
  searchKnn(query: number[], k: number): { distances: number[]; neighbors: number[] };
  setEf(ef: number): void;
  writeIndexSync(path: string): void;
  readIndexSync(path: string): void;
}
type Space = 'l2' | 'cosine';
interface Module {
  readonly HierarchicalNSW: new (space: Space, dimension: number) => HierarchicalNSW;
}

const PEERS_PACKAGE = new URL('../../peers/package.json', import.meta.url);

export const hnswlibNode = hnswlibPeer('hnswlib-node');
export const hnswlibNodeNative = hnswlibPeer('hnswlib-node-native');

function hnswlibPeer(name: Exclude<PeerName, 'vecino'>): Peer {
  return {
    name,
    async absence() {
      try {
        load(name);
        return undefined;
      } catch {
        return `${name} is not installed; npm run bench:peers compiles it`;
      }
    },
    build: (task) => build(load(name), task),
    open: async (task) => openIndex(load(name), task),
  };
}

function load(name: string): Module {
  return createRequire(PEERS_PACKAGE)(name) as Module;
}

async function build(hnswlib: Module, task: BuildTask): Promise<BuildFigures> {
  const { base, dimension, metric, parameters, folder, progress } = task;
  const rows = base.length / dimension;
  const index = new hnswlib.HierarchicalNSW(metric, dimension);
  const inserting = new Stopwatch();
  index.initIndex(rows, parameters.M, parameters.efConstruction, parameters.seed);
  for (let from = 0; from < rows; from += INSERT_BATCH) {
    const batch: number[][] = [];
    for (let row = from; row < Math.min(from + INSERT_BATCH, rows); row++) {
      batch.push(Array.from(base.subarray(row * dimension, (row + 1) * dimension)));
    }
    inserting.start();
    batch.forEach((point, i) => {
      index.addPoint(point, from + i);
    });
    inserting.stop();
    progress(`${from + batch.length} of ${rows} inserted and linked`);
    // As a considerate user would: let the event loop turn between batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const saving = new Stopwatch();
  saving.start();
  index.writeIndexSync(indexPath(folder));
  saving.stop();
  const diskBytes = statSync(indexPath(folder)).size;
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: 0,
    saveSeconds: saving.seconds,
    cpuSeconds: inserting.cpuSeconds,
    diskBytes,
    indexFileBytes: diskBytes,
  };
}

function openIndex(hnswlib: Module, task: OpenTask): Searcher<number[], { neighbors: number[] }> {
  const index = new hnswlib.HierarchicalNSW(task.metric, task.dimension);
  index.readIndexSync(indexPath(task.folder));
  let effort = 0;
  return {
    prepare: (vector) => Array.from(vector),
    search(query, k, efSearch) {
      if (efSearch !== effort) {
        index.setEf(efSearch);
        effort = efSearch;
      }
      return index.searchKnn(query, k);
    },
    rowsOf: (answer) => answer.neighbors,
    close: async () => {},
  };
}

function indexPath(folder: string): string {
  return join(folder, 'index.hnswlib');
}
