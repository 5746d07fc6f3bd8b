/** Runs asynchronous tasks one after another, in the order of their calls. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly urgent: (() => Promise<void>)[] = [];

  run<T>(task: () => Promise<T> | T): Promise<T> {
    const result = this.tail.then(async () => {
      for (let first = this.urgent.shift(); first !== undefined; first = this.urgent.shift()) await first();
      return task();
    });
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Runs a task right after the present one, before all that are waiting. */
  runNext<T>(task: () => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.urgent.push(() => Promise.resolve().then(task).then(resolve, reject));
      void this.run(() => undefined);
    });
  }

  /** Resolves when everything asked for so far has ended. */
  idle(): Promise<void> {
    return this.run(() => undefined);
  }
}
