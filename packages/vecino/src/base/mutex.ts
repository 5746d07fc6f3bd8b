/** Runs asynchronous tasks one after another, in the order of their calls. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T> | T): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything asked for so far has ended. */
  idle(): Promise<void> {
    return this.tail.then(() => undefined);
  }
}
