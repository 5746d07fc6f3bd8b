import type { IndexOptions } from '../../api/index-options.ts';
import type { ReindexProgress } from '../../api/reindex.ts';
import type { BitSet } from '../../base/bit-set.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { IndexStructure } from './index-structure.ts';

/** What reindexing needs of an index. */
export interface Reindexable {
  /** The slots that have a vector. */
  readonly live: BitSet;
  readonly count: number;
  beginNext(options: Required<IndexOptions>): IndexStructure;
  requireNext(): void;
  vectorsOf(slots: Uint32Array): readonly (Float32Array | undefined)[];
  abandonNext(): Promise<void>;
  exchange(): void;
  settle(): Promise<void>;
}

export interface ReindexSteps {
  /** Called between any two steps; ends the reindexing by throwing. */
  readonly mayGoOn: () => void;
  readonly progress: (progress: ReindexProgress) => void;
  /** Throws where a vector, prepared, does not fit the new structure. */
  readonly requireFitting: (vector: Float32Array, next: IndexStructure) => void;
  /**
   * While no write is under way: `check`, then makes the new options durable, then `exchange`, which nothing
   * may come between any more.
   */
  readonly commit: (check: () => void, exchange: () => void) => Promise<void>;
}

/** Vectors copied in one go. */
const ROWS = 256;

/**
 * Builds a structure of other options beside the present one and puts it in its place. Searches and writes go on
 * all the time:
 *
 * 1. From the start, writes go to both.
 * 2. In slices, the owner copies the vectors that were there before.
 * 3. Workers link them.
 * 4. While no write is under way, the options are committed and the structures exchanged.
 * 5. The snapshots are replaced. A crash before that costs the building: a snapshot of other options is outdated.
 */
export async function reindex(
  index: Reindexable,
  options: Required<IndexOptions>,
  { mayGoOn, progress, requireFitting, commit }: ReindexSteps,
): Promise<void> {
  const next = index.beginNext(options);
  const step = () => {
    mayGoOn();
    index.requireNext();
  };
  try {
    await copyVectors(
      index,
      next,
      (records, total) => {
        step();
        progress({ stage: 'copying', records, total });
      },
      requireFitting,
    );
    await next.build(() => {
      step();
      progress({ stage: 'linking', records: next.count - next.pendingCount, total: next.count });
    });
    await commit(step, () => index.exchange());
  } catch (error) {
    await index.abandonNext();
    throw error;
  }
  progress({ stage: 'saving', records: index.count, total: index.count });
  await index.settle();
}

/** Copies what was there at the start and still is; what comes later, writes bring along. */
async function copyVectors(
  index: Reindexable,
  next: IndexStructure,
  step: (copied: number, total: number) => void,
  requireFitting: ReindexSteps['requireFitting'],
): Promise<void> {
  const { live } = index;
  const slots = live.toArray();
  const slice = new TimeSlice();
  step(0, slots.length);
  await next.reserve(slots);
  for (let from = 0; from < slots.length; from += ROWS) {
    const part = slots.subarray(from, from + ROWS).filter((slot) => live.has(slot) && !next.hasNodeFor(slot));
    const vectors = index.vectorsOf(part);
    for (const [i, vector] of vectors.entries()) {
      if (!vector) continue;
      requireFitting(vector, next);
      next.put(part[i] ?? 0, vector);
    }
    await slice.pause();
    step(Math.min(slots.length, from + ROWS), slots.length);
  }
}
