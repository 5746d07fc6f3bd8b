/** How work is cut into tasks. */
export interface Pieces {
  readonly items: number;
  /** Most items of a task. */
  readonly grain: number;
  /** Whether tasks may run at the same time; otherwise one after another, in order. */
  readonly parallel: boolean;
}

/** Tasks of which the length is not known beforehand become about as long as this. */
const TASK_MS = 5;
const GRAIN_MIN = 64;

/**
 * Runs work as many short tasks, at most one on each worker at a time, so that searches get in between. The first
 * task that fails ends the rest.
 *
 * @param task does items `from` to `to` on a worker, any one where none is named
 */
export async function runInPieces(
  workers: number,
  pieces: Pieces,
  task: (from: number, to: number, worker: number | undefined) => Promise<void>,
): Promise<void> {
  const { items, parallel } = pieces;
  let next = 0;
  let failed = false;
  const work = async (worker: number | undefined) => {
    try {
      while (next < items && !failed) {
        const from = next;
        next = Math.min(items, from + pieces.grain);
        await task(from, next, worker);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const hands = parallel ? Array.from({ length: workers }, (_, worker) => work(worker)) : [work(undefined)];
  const outcomes = await Promise.allSettled(hands);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** The same, with tasks as long as their measured time makes them. */
export function runInTimedPieces(
  workers: number,
  items: number,
  task: (from: number, to: number, worker: number | undefined) => Promise<void>,
): Promise<void> {
  const pieces = { items, grain: GRAIN_MIN, parallel: true };
  return runInPieces(workers, pieces, async (from, to, worker) => {
    const started = performance.now();
    await task(from, to, worker);
    const took = performance.now() - started;
    // What waits behind a search looks longer than it is: that is a reason to be shorter too.
    pieces.grain = Math.max(GRAIN_MIN, Math.floor(pieces.grain * Math.min(2, TASK_MS / took)));
  });
}
