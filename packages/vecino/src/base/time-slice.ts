import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Cuts long work on the event loop into slices: `await slice.pause()` in a loop lets others run whenever the
 * slice is used up, and costs next to nothing otherwise. Where many tasks share a slice, each asks
 * `while (slice.isOver) await slice.pause()` right before its work.
 */
export class TimeSlice {
  private readonly milliseconds: number;
  private started = performance.now();

  constructor(milliseconds = 5) {
    this.milliseconds = milliseconds;
  }

  /** Whether it is time to let others run. */
  get isOver(): boolean {
    return performance.now() - this.started >= this.milliseconds;
  }

  /** Of several that wait for the same turn, the first begins the next slice. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    const { started } = this;
    await nextTurn();
    if (this.started === started) this.started = performance.now();
  }
}
