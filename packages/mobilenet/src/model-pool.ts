import { ModelThread, modelClosed } from './model-thread.ts';
import type { ModelSettings, SentImage } from './protocol.ts';

/** The threads that hold the model, each with a copy of its own that computes single-threaded. */
export class ModelPool {
  readonly #settings: ModelSettings;
  readonly #threads: ModelThread[] = [];
  #closed = false;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  /** Makes sure that there are this many threads. They start when they get their first pictures. */
  reserve(count: number): void {
    while (this.#threads.length < count) this.#threads.push(new ModelThread(this.#settings));
  }

  /** Embeds the picture on the thread that has the least to do. */
  async embed(image: SentImage): Promise<Float32Array> {
    // A call that brings its pictures one after another must not start the threads again.
    if (this.#closed) throw modelClosed();
    this.reserve(1);
    const thread = this.#threads.reduce((best, other) => (other.pending < best.pending ? other : best));
    return thread.embed(image);
  }

  /** Ends all threads for good. Calls that are under way fail with `CANCELLED`. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
