/**
 * The distances of the true nearest neighbours, by comparing every query with every row.
 *
 * Recall needs only the distance of the k-th neighbour, so that is what is kept: `DEPTH` ascending
 * distances a query, in the cache under the hash of the data. Worker threads share the queries.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type PreparedDataset, readBase, readQueries } from './datasets/prepared.ts';
import { rowsForMetric } from './distance.ts';
import type { NearestTask } from './nearest-distances.ts';
import type { Progress } from './progress.ts';

/** Beside this file: a source, or what it was compiled to. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './ground-truth-thread.ts' : './ground-truth-thread.js',
  import.meta.url,
);

/** The deepest neighbour that recall can be asked for. */
const DEPTH = 100;

/** Ascending distances of the nearest rows, `depth` a query. */
export interface GroundTruth {
  readonly depth: number;
  readonly distances: Float64Array;
}

/** The distances of each query from its neighbours as lengths, whose squares are kept. */
export function lengthsOf({ depth, distances }: GroundTruth): Float64Array[] {
  return Array.from({ length: distances.length / depth }, (_, query) =>
    distances.slice(query * depth, (query + 1) * depth).map(Math.sqrt),
  );
}

export async function groundTruthOf(
  dataset: PreparedDataset,
  cacheFolder: string,
  progress: Progress,
): Promise<GroundTruth> {
  const { facts, folder } = dataset;
  const depth = Math.min(DEPTH, facts.size);
  const path = join(
    cacheFolder,
    'ground-truth',
    `${facts.contentHash.slice(0, 32)}-${facts.metric}-${depth}.f64`,
  );
  const found = readCached(path, facts.queries * depth);
  if (found) return { depth, distances: found };

  progress(`${facts.name}: comparing ${facts.queries} queries with all ${facts.size} vectors`);
  const base = shared(rowsForMetric(readBase(folder), facts.dimension, facts.metric));
  const queries = shared(rowsForMetric(readQueries(folder), facts.dimension, facts.metric));
  const distances = new Float64Array(new SharedArrayBuffer(facts.queries * depth * 8));
  const threads = Math.min(availableParallelism(), facts.queries);
  const tasks = Array.from({ length: threads }, (_, t): NearestTask => {
    const fromQuery = Math.floor((t * facts.queries) / threads);
    const toQuery = Math.floor(((t + 1) * facts.queries) / threads);
    return { base, queries, dimension: facts.dimension, fromQuery, toQuery, depth, distances };
  });
  await Promise.all(tasks.map(runOnThread));

  mkdirSync(join(cacheFolder, 'ground-truth'), { recursive: true });
  writeFileSync(`${path}.unfinished`, new Uint8Array(distances.buffer));
  renameSync(`${path}.unfinished`, path);
  return { depth, distances };
}

function runOnThread(task: NearestTask): Promise<void> {
  const thread = new Worker(THREAD, { workerData: task });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the thread that computes the ground truth ended with code ${code}`));
    });
  });
}

function shared(rows: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(rows.byteLength));
  copy.set(rows);
  return copy;
}

function readCached(path: string, length: number): Float64Array | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.byteLength !== length * 8) return undefined;
    return new Float64Array(bytes.buffer, bytes.byteOffset, length);
  } catch {
    return undefined;
  }
}
