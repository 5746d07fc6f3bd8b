/**
 * hnswlib through its Node binding: what a TypeScript user would otherwise pick for a graph index.
 *
 * It is an index without a store: ids are numbers, nothing is durable until the whole index is written, and
 * calls run on the calling thread. It comes in two builds: `hnswlib-node` exactly as `npm install` compiles
 * it (-O3 for any processor of the architecture), and `hnswlib-node-native` with `-march=native`, which
 * lets hnswlib use AVX where the processor has it.
 */
import { join } from 'node:path';
import { EF_SEARCH } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { saveInOneFile } from './one-file-index.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { absenceOf, requirePeer, versionOfPeer } from './peers-package.ts';

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

export const hnswlibNode = hnswlibPeer('hnswlib-node', {
  compiled: 'by npm from source, -O3 for any processor of the architecture',
  instructions: 'SSE',
});
export const hnswlibNodeNative = hnswlibPeer('hnswlib-node-native', {
  compiled: 'from the same source, -O3 -march=native',
  instructions: 'all of this processor',
});

function hnswlibPeer(
  name: 'hnswlib-node' | 'hnswlib-node-native',
  made: { readonly compiled: string; readonly instructions: string },
): NodePeer {
  return {
    name,
    knob: EF_SEARCH,
    isOurs: false,
    // Both read and write the files of hnswlib itself.
    opensIndexOf: 'hnswlib',
    absence: async () => absenceOf(name),
    about: async () => ({ version: versionOfPeer(name), ...made }),
    build: (task) => build(requirePeer(name) as Module, task),
    open: async (task) => openIndex(requirePeer(name) as Module, task),
  };
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
  return saveInOneFile(indexPath(folder), inserting, (path) => index.writeIndexSync(path));
}

function openIndex(hnswlib: Module, task: OpenTask): Searcher<number[], { neighbors: number[] }> {
  const index = new hnswlib.HierarchicalNSW(task.metric, task.dimension);
  index.readIndexSync(indexPath(task.folder));
  return {
    prepare: (vector) => Array.from(vector),
    tune: (effort) => index.setEf(effort),
    search: (query, k) => index.searchKnn(query, k),
    rowsOf: (answer) => answer.neighbors,
    close: async () => {},
  };
}

function indexPath(folder: string): string {
  return join(folder, 'index.bin');
}
