/** A thread that links some nodes again and again, as nodes are that have been given to other records. */
import { parentPort, workerData } from 'node:worker_threads';
import { familyOf } from '../../src/index/registry.ts';
import { type SharedSpace, VectorSpace } from '../../src/kernel/vector-space.ts';

export interface LinkingTask {
  readonly shared: SharedSpace;
  readonly lane: number;
  readonly nodes: Uint32Array;
  readonly rounds: number;
}

const { shared, lane, nodes, rounds } = workerData as LinkingTask;
const space = new VectorSpace(shared, lane);
const { builder } = familyOf('ivf');
for (let round = 0; round < rounds; round++) {
  for (let from = 0; from < nodes.length; from += 8) {
    builder?.link(space, nodes.slice(from, from + 8), Number.POSITIVE_INFINITY);
  }
}
parentPort?.postMessage('done');
