import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Cuts long work on the event loop into slices: `await slice.pause()` in a loop lets others run whenever the
 * slice is used up, and costs next to nothing otherwise.
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

  async pause(): Promise<void> {
    if (!this.isOver) return;
    await nextTurn();
    this.started = performance.now();
  }
}
