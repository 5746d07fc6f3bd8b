import type { IndexOptions } from '../../api/index-options.ts';
import type { Metric } from '../../api/search.ts';
import type { Family } from '../../index/family.ts';
import { familyOf } from '../../index/registry.ts';
import { type Layout, layoutOf } from '../../kernel/layout.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import type { WorkerPool } from '../../kernel/worker-pool.ts';
import { kernelOf } from '../../vector/metric.ts';
import { preparedWidth } from '../../vector/prepare.ts';
import type { TaskArgs, TaskName, TaskResult } from './tasks.ts';

/** What an index's memory is made for. */
export interface IndexShape {
  readonly dimension: number;
  readonly metric: Metric;
  readonly index: Required<IndexOptions>;
  /** Fewer slots a segment than a memory holds, for tests. */
  readonly segmentSlots?: number | undefined;
}

/** The layout of a memory with room for what the family has learnt. */
export function layoutFor(shape: IndexShape, lanes: number, room: number): Layout {
  const { dimension, metric, index, segmentSlots } = shape;
  return layoutOf({
    dimension: preparedWidth(metric, dimension),
    kernel: kernelOf(metric),
    ...familyOf(index.family).layout(index, room, shape),
    lanes,
    ...(segmentSlots !== undefined && { segmentSlots }),
  });
}

let nextSpaceId = 1;

/** The memory of one segment, and the workers that share it. */
export class IndexMemory {
  readonly family: Family;
  readonly options: Required<IndexOptions>;
  readonly space: VectorSpace;
  readonly workers: number;
  readonly room: number;
  private readonly pool: WorkerPool;
  private readonly spaceId = nextSpaceId++;

  /** @param room for what the family will learn, or has learnt */
  constructor(shape: IndexShape, pool: WorkerPool, room = 0) {
    this.family = familyOf(shape.index.family);
    this.options = shape.index;
    this.pool = pool;
    this.room = room;
    this.workers = pool.size;
    this.space = VectorSpace.create(layoutFor(shape, pool.size + 1, room));
  }

  /** Runs a task on a worker: the least busy one, or the one that is named. */
  run<T extends TaskName>(
    task: T,
    args: Omit<TaskArgs<T>, 'family'>,
    worker?: number,
  ): Promise<TaskResult<T>> {
    const all = { ...args, family: this.family.name };
    return this.pool.run(task, this.spaceId, this.space.shared, all, worker);
  }

  /** Lets go of the memory, on all threads. */
  release(): void {
    this.pool.forget(this.spaceId);
  }
}
