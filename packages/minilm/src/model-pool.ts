import { ModelThread, modelClosed } from './model-thread.ts';
import type { EmbeddedTexts, ModelSettings } from './protocol.ts';

/**
 * The threads that hold the model, each with a copy of its own that computes single-threaded.
 *
 * Tried and lost: one copy whose matrix products are split over two threads. They wait for each other at
 * every product: 31 instead of 20 ms of processor time a text, and a third of the rate (10 to 16 instead of
 * 20 to 27 texts a second) where other programs use the processors too.
 */
export class ModelPool {
  readonly #settings: ModelSettings;
  readonly #threads: ModelThread[] = [];
  #closed = false;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  /** Makes sure that there are this many threads. They start when they get their first texts. */
  reserve(count: number): void {
    while (this.#threads.length < count) this.#threads.push(new ModelThread(this.#settings));
  }

  /** Embeds the texts on the thread that has the least to do. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<EmbeddedTexts> {
    // A call that brings its texts in portions must not start the threads again.
    if (this.#closed) throw modelClosed();
    this.reserve(1);
    const thread = this.#threads.reduce((best, other) => (other.pending < best.pending ? other : best));
    return thread.embed(texts, signal);
  }

  /** Ends all threads for good. Calls that are under way fail with `CANCELLED`. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
