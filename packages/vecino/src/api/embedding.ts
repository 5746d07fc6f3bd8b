/** What a model is told about the texts of one call. */
export interface EmbedOptions {
  /** Models with separate prefixes for questions and passages want to know; default `document`. */
  readonly kind?: 'query' | 'document';
  readonly signal?: AbortSignal;
}

/**
 * A function from texts to vectors.
 *
 * The collection records `name` and `dimension` when it is created and refuses a function of another
 * identity afterwards, because vectors of two models cannot be compared.
 */
export interface EmbeddingFunction {
  /** The identity of the model and its version, such as `minilm-l6-v2`. */
  readonly name: string;
  /** The length of every vector that it makes. */
  readonly dimension: number;
  /**
   * One vector for each text, in the order of the texts, each independent of the others in its batch.
   * Normalising is not needed.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly ArrayLike<number>[]>;
  /** How many tokens of a text count: its vector does not depend on what comes behind. Absent where nobody knows. */
  readonly tokensMax?: number;
  /**
   * How many tokens the model makes of each text, however long, without those that frame every text: for cutting
   * texts into pieces that the model reads wholly. Absent where the tokenizer is not at hand.
   */
  countTokens?(texts: readonly string[]): Promise<readonly number[]>;
  /** Releases threads and memory, where the model holds any. Whoever made the function calls it. */
  close?(): Promise<void>;
}
