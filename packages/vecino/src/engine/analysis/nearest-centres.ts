import { TimeSlice } from '../../base/time-slice.ts';
import { ListsModel } from '../../index/lists/model.ts';
import { completeIndexOptions } from '../../index/registry.ts';
import type { WorkerPool } from '../../kernel/worker-pool.ts';
import { IndexMemory } from '../index/index-memory.ts';
import { reserveInSlices } from '../index/reserve-in-slices.ts';
import { runInPieces } from '../index/run-in-pieces.ts';
import type { Rows } from './k-means.ts';

/** Products of a task: some milliseconds. */
const TASK_PRODUCTS = 2 ** 25;
/** Vectors written between two chances to pause. */
const WRITTEN = 256;

/**
 * Finds the nearest of some centres for many vectors, on all workers: it borrows the memory and the arithmetic of
 * inverted lists, whose centroids the centres are.
 */
export class NearestCentres {
  private readonly memory: IndexMemory;
  private readonly dimension: number;

  /** @param most centres that there will be */
  constructor(pool: WorkerPool, dimension: number, most: number) {
    const index = completeIndexOptions(
      'clusters',
      { family: 'ivf', nlist: most, quantizer: 'none' },
      'l2',
      dimension,
    );
    this.dimension = dimension;
    this.memory = new IndexMemory({ dimension, metric: 'l2', index }, pool, most);
  }

  /** Takes the centres that are to be compared with from now on. */
  use({ values, count, dimension }: Rows): void {
    const centres = Array.from({ length: count }, (_, c) =>
      values.subarray(c * dimension, (c + 1) * dimension),
    );
    new ListsModel(this.memory.space).useCentroids(centres);
  }

  /** Takes the vectors that are to be assigned, in the place of those before. */
  async hold({ values, count, dimension }: Rows): Promise<void> {
    const { space } = this.memory;
    await reserveInSlices(space, count);
    const slice = new TimeSlice();
    for (let row = 0; row < count; row++) {
      space.writeVector(row, values.subarray(row * dimension, (row + 1) * dimension));
      if (row % WRITTEN === 0) await slice.pause();
    }
  }

  /** The number of the nearest centre of each of the first vectors that are held. */
  async assign(count: number): Promise<Uint32Array> {
    const { memory, dimension } = this;
    const { lists } = new ListsModel(memory.space);
    const nearest = new Uint32Array(count);
    const grain = Math.max(4, Math.floor(TASK_PRODUCTS / (lists * dimension)));
    const pieces = { items: count, grain, parallel: true };
    await runInPieces(memory.workers, pieces, async (from, to, worker) => {
      const found = await memory.run('assign', { from, to }, worker);
      if (found) nearest.set(found, from);
    });
    return nearest;
  }

  /** Lets go of the memory. */
  release(): void {
    this.memory.release();
  }
}
