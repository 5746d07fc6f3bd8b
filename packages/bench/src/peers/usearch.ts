/**
 * USearch through its own Node binding, a binary that its package brings along and that picks its
 * instructions at run time. Vectors are compared as f32, its default.
 *
 * The effort of a search is fixed when an index is made, so each effort has a handle of its own over the same
 * file, which is mapped into memory once and shared.
 */
import { join } from 'node:path';
import { EF_SEARCH } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { saveInOneFile } from './one-file-index.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { absenceOf, requirePeer, versionOfPeer } from './peers-package.ts';

interface Matches {
  readonly keys: BigUint64Array;
}
interface Index {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(query: Float32Array, k: number, threads: number): Matches;
  save(path: string): void;
  view(path: string): void;
}
interface IndexConfig {
  readonly dimensions: number;
  readonly metric: 'l2sq' | 'cos';
  readonly quantization: 'f32';
  readonly connectivity: number;
  readonly expansion_add: number;
  readonly expansion_search: number;
  readonly multi: false;
}
interface Module {
  readonly Index: new (config: IndexConfig) => Index;
}

const ONE_THREAD = 1;

export const usearch: NodePeer = {
  name: 'usearch',
  knob: EF_SEARCH,
  isOurs: false,
  absence: async () => absenceOf('usearch'),
  about: async () => ({
    version: versionOfPeer('usearch'),
    compiled: 'the binary that its npm package brings',
    instructions: 'chosen by it at run time',
  }),
  build,
  open: openIndex,
};

function makeIndex({ metric, dimension, parameters }: OpenTask, effort: number): Index {
  const { Index } = requirePeer('usearch') as Module;
  return new Index({
    dimensions: dimension,
    metric: metric === 'cosine' ? 'cos' : 'l2sq',
    quantization: 'f32',
    connectivity: parameters.M,
    expansion_add: parameters.efConstruction,
    expansion_search: effort,
    multi: false,
  });
}

async function build(task: BuildTask): Promise<BuildFigures> {
  const { base, dimension, folder, progress } = task;
  const rows = base.length / dimension;
  const index = makeIndex(task, task.parameters.efConstruction);
  const inserting = new Stopwatch();
  for (let from = 0; from < rows; from += INSERT_BATCH) {
    const to = Math.min(from + INSERT_BATCH, rows);
    const keys = BigUint64Array.from({ length: to - from }, (_, i) => BigInt(from + i));
    inserting.start();
    index.add(keys, base.subarray(from * dimension, to * dimension), ONE_THREAD);
    inserting.stop();
    progress(`${to} of ${rows} inserted and linked`);
  }
  return saveInOneFile(indexPath(folder), inserting, (path) => index.save(path));
}

async function openIndex(task: OpenTask): Promise<Searcher<Float32Array, Matches>> {
  const handles = new Map<number, Index>();
  const handleFor = (effort: number): Index => {
    const known = handles.get(effort);
    if (known) return known;
    const index = makeIndex(task, effort);
    index.view(indexPath(task.folder));
    handles.set(effort, index);
    return index;
  };
  let tuned: Index | undefined;
  return {
    prepare: (vector) => vector,
    tune(effort) {
      tuned = handleFor(effort);
    },
    search(query, k) {
      if (!tuned) throw new Error('usearch was asked to search before it was told how hard');
      return tuned.search(query, k, ONE_THREAD);
    },
    rowsOf: ({ keys }) => Array.from(keys, Number),
    close: async () => {},
  };
}

function indexPath(folder: string): string {
  return join(folder, 'index.usearch');
}
