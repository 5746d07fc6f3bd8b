/** Changes of one millisecond that can be told apart by number alone, before numbers run ahead of the clock. */
const CHANGES_A_MS = 1_000;

/**
 * Numbers changes where the engine does not: by the clock, in steps of a microsecond, and never twice the same in this
 * process. Writers of several processes are in order as far as their clocks are, which `changeOrder` of an engine's
 * `weaker` says. Whole numbers below 2^53 until the year 2255.
 */
export class ChangeClock {
  private readonly clock: () => number;
  private last = 0;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.clock = clock;
  }

  /** The numbers of so many changes, ascending. */
  next(count: number): number[] {
    const first = Math.max(this.last + 1, Math.trunc(this.clock() * CHANGES_A_MS));
    this.last = first + count - 1;
    return Array.from({ length: count }, (_, i) => first + i);
  }
}
