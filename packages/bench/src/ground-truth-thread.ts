import { workerData } from 'node:worker_threads';
import { nearestDistances } from './nearest-distances.ts';

/** A range of queries for one thread; all arrays lie in shared memory, `distances` is written. */
export interface GroundTruthTask {
  readonly base: Float32Array;
  readonly queries: Float32Array;
  readonly dimension: number;
  readonly fromQuery: number;
  readonly toQuery: number;
  readonly depth: number;
  readonly distances: Float64Array;
}

const task = workerData as GroundTruthTask;
for (let query = task.fromQuery; query < task.toQuery; query++) {
  const into = task.distances.subarray(query * task.depth, (query + 1) * task.depth);
  nearestDistances(task.base, task.queries, query, task.dimension, into);
}
