import { type ModelOrigin, ModelThread, modelClosed } from './model-thread.ts';

/**
 * The threads that hold a model, each with a copy of its own that computes single-threaded.
 *
 * Tried and lost, with MiniLM: one copy whose matrix products are split over two threads. They wait for each other at
 * every product: 31 instead of 20 ms of processor time a text, and a third of the rate (10 to 16 instead of
 * 20 to 27 texts a second) where other programs use the processors too.
 */
export class ModelPool<Question, Answer> {
  readonly #origin: ModelOrigin;
  readonly #threads: ModelThread<Question, Answer>[] = [];
  #closed = false;

  constructor(origin: ModelOrigin) {
    this.#origin = origin;
  }

  /** Makes sure that there are this many threads. They start when they are asked first. */
  reserve(count: number): void {
    while (this.#threads.length < count) this.#threads.push(new ModelThread(this.#origin));
  }

  /** Asks the thread that has the least to do; see `ModelThread.ask`. */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    // A call that brings what it has in portions must not start the threads again.
    if (this.#closed) throw modelClosed(this.#origin.model);
    this.reserve(1);
    const thread = this.#threads.reduce((best, other) => (other.pending < best.pending ? other : best));
    return thread.ask(question, signal);
  }

  /** Ends all threads for good. Calls that are under way fail with `CANCELLED`. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
