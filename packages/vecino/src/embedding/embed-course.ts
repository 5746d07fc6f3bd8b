import type { EmbeddedText, EmbedOptions, Truncation } from '../api/embedding.ts';
import { assert } from '../base/assert.ts';

/**
 * A call of an embedding function under way: collects vectors as they come and tells the caller about it. For who
 * writes an embedding function.
 *
 * @example
 * ```ts
 * const course = new EmbedCourse(texts.length, options);
 * for (const [position, text] of texts.entries()) course.embedded([{ position, vector: await vectorOf(text) }]);
 * return course.end();
 * ```
 */
export class EmbedCourse<V extends ArrayLike<number>> {
  readonly #options: EmbedOptions;
  readonly #vectors: V[];
  readonly #now: () => number;
  readonly #begunMs: number;
  #texts = 0;
  #cut: Truncation = { texts: 0, tokens: 0 };

  /**
   * @param total texts of the call
   * @param options those of the call
   * @param now milliseconds, from wherever; for tests
   */
  constructor(total: number, options: EmbedOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#vectors = new Array<V>(total);
    this.#now = now;
    this.#begunMs = now();
  }

  /** Takes vectors, each once. */
  embedded(vectors: readonly (EmbeddedText & { readonly vector: V })[]): void {
    for (const { position, vector } of vectors) this.#vectors[position] = vector;
    this.#texts += vectors.length;
    this.#options.onVectors?.(vectors);
    const seconds = Math.max(this.#now() - this.#begunMs, 1) / 1_000;
    const total = this.#vectors.length;
    this.#options.onProgress?.({ texts: this.#texts, total, textsPerSecond: this.#texts / seconds });
  }

  /** Takes note of texts that the model has not read to their ends. */
  truncated({ texts, tokens }: Truncation): void {
    this.#cut = { texts: this.#cut.texts + texts, tokens: this.#cut.tokens + tokens };
  }

  /** All vectors, in the order of the texts. */
  end(): V[] {
    assert(this.#texts === this.#vectors.length, 'every text has its vector');
    if (this.#cut.texts > 0) this.#options.onTruncated?.(this.#cut);
    return this.#vectors;
  }
}
