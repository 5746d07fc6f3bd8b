import { monitorEventLoopDelay } from 'node:perf_hooks';
import { quantile } from 'vecino/measure';

/** How late the event loop was, measured in two independent ways. */
export interface EventLoopFigures {
  readonly seconds: number;
  /** Node's `monitorEventLoopDelay` with a resolution of 1 ms, that period taken off. */
  readonly monitorMaxMs: number;
  readonly monitorP99Ms: number;
  /** A timer of 1 ms that sets itself anew: how much later than that it fired. */
  readonly timerMaxMs: number;
  readonly timerP99Ms: number;
  /**
   * The most processor time that this thread itself used between two firings of the timer. On a busy machine
   * a delay may be another process's doing; this one is not. (A thread that waits for the disk uses none, so
   * the delay itself stays the judge on a machine at rest.)
   */
  readonly ownWorkMaxMs: number;
}

const PERIOD_MS = 1;

/**
 * Watches the event loop of this thread from `start` to `stop`.
 *
 * Two ways, because each has its blind spot: the histogram of Node samples in C++ and says nothing of when,
 * the timer is rounded up to whole milliseconds by Node. Where they disagree, believe neither.
 */
export class EventLoopWatch {
  readonly #monitor = monitorEventLoopDelay({ resolution: PERIOD_MS });
  readonly #delaysMs: number[] = [];
  #startedAt = 0;
  #lastFiring = 0;
  #cpuAtLastFiring = process.threadCpuUsage();
  #ownWorkMaxMs = 0;
  #timer: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    this.#monitor.enable();
    // The monitor counts from its second sample on: work that began at once would hide in the first.
    await new Promise((resolve) => setTimeout(resolve, 4 * PERIOD_MS));
    this.#startedAt = performance.now();
    this.#lastFiring = this.#startedAt;
    this.#cpuAtLastFiring = process.threadCpuUsage();
    this.#arm();
  }

  async stop(): Promise<EventLoopFigures> {
    // Both ways see a delay only when the event loop turns again after it.
    await new Promise((resolve) => setTimeout(resolve, 4 * PERIOD_MS));
    clearTimeout(this.#timer);
    this.#monitor.disable();
    const delays = Float64Array.from(this.#delaysMs).sort();
    const nanosecondsToDelay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - PERIOD_MS);
    return {
      seconds: (performance.now() - this.#startedAt) / 1000,
      monitorMaxMs: nanosecondsToDelay(this.#monitor.max),
      monitorP99Ms: nanosecondsToDelay(this.#monitor.percentile(99)),
      timerMaxMs: delays.at(-1) ?? 0,
      timerP99Ms: quantile(delays, 0.99),
      ownWorkMaxMs: this.#ownWorkMaxMs,
    };
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      this.#delaysMs.push(Math.max(0, now - this.#lastFiring - PERIOD_MS));
      this.#lastFiring = now;
      const { user, system } = process.threadCpuUsage(this.#cpuAtLastFiring);
      this.#cpuAtLastFiring = process.threadCpuUsage();
      this.#ownWorkMaxMs = Math.max(this.#ownWorkMaxMs, (user + system) / 1_000);
      this.#arm();
    }, PERIOD_MS);
  }
}
