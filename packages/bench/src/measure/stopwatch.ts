/** Adds up the wall-clock and processor time of the stretches between `start` and `stop`. */
export class Stopwatch {
  #startedAt = 0;
  #cpuAtStart = process.cpuUsage();
  #seconds = 0;
  #cpuSeconds = 0;

  start(): void {
    this.#cpuAtStart = process.cpuUsage();
    this.#startedAt = performance.now();
  }

  stop(): void {
    this.#seconds += (performance.now() - this.#startedAt) / 1000;
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    this.#cpuSeconds += (user + system) / 1e6;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Of all threads of the process. */
  get cpuSeconds(): number {
    return this.#cpuSeconds;
  }
}
