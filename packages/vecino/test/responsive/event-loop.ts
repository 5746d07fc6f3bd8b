import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const PERIOD_MS = 1;

/** How long the event loop of a thread was held while something was done. */
export interface Hold {
  /** The longest delay by the clock, as Node's own monitor has seen it. */
  readonly delayMs: number;
  /**
   * The most processor time that the thread itself has used from one turn to the next. Other threads and
   * processes can delay a thread, but they cannot make it work.
   */
  readonly workMs: number;
}

/** Measures how long the event loop of this thread is held while the task runs. */
export async function holdDuring(task: () => Promise<unknown>): Promise<Hold> {
  const monitor = monitorEventLoopDelay({ resolution: PERIOD_MS });
  monitor.enable();
  // The monitor counts from its second sample on: work that began at once would hide in the first.
  await wait(4 * PERIOD_MS);
  let workMs = 0;
  let before = process.threadCpuUsage();
  const turn = () => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    workMs = Math.max(workMs, (user + system) / 1_000);
  };
  const timer = setInterval(turn, PERIOD_MS);
  await task();
  // A delay is only seen when the event loop turns again after it.
  await wait(4 * PERIOD_MS);
  clearInterval(timer);
  monitor.disable();
  return { delayMs: Math.max(0, monitor.max / 1e6 - PERIOD_MS), workMs };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
