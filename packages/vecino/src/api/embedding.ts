/** What a model is told about the texts of one call, and whom it tells about its work. */
export interface EmbedOptions {
  /** Models with separate prefixes for questions and passages want to know; default `document`. */
  readonly kind?: 'query' | 'document';
  readonly signal?: AbortSignal;
  /**
   * Told of vectors as they come, in whatever order: so what was made before a failure is not lost. The answer of
   * the call has all of them once more. A function need not call it.
   */
  readonly onVectors?: (vectors: readonly EmbeddedText[]) => void;
  /** Told how far the call is, as often as vectors come. A function need not call it. */
  readonly onProgress?: (progress: EmbedProgress) => void;
  /** Told at most once a call, at its end, where texts were longer than the model takes. A function need not call it. */
  readonly onTruncated?: (truncation: Truncation) => void;
}

/** The vector that a model has made of the text at this position of the call. */
export interface EmbeddedText {
  readonly position: number;
  readonly vector: ArrayLike<number>;
}

/** How far a call of an embedding function is. */
export interface EmbedProgress {
  /** Texts that have their vectors. */
  readonly texts: number;
  /** Texts of the call. */
  readonly total: number;
  /** Mean of the call so far. */
  readonly textsPerSecond: number;
}

/** What a model has not read of the texts of a call. */
export interface Truncation {
  /** Texts that were cut. */
  readonly texts: number;
  /** Tokens that were cut off; of texts that are many times too long an estimate. */
  readonly tokens: number;
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
   * What vectors depend on beside name and dimension, such as prefixes. Vectors that are kept for texts that come
   * again are told apart by it. Absent where there is nothing.
   */
  readonly variant?: string;
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

/** What the texts and pictures of a collection have cost since this process opened it, and what is kept of them. */
export interface EmbeddingStats {
  /** Texts and pictures that were given to the embedding. */
  readonly embedded: number;
  /** Those whose vectors were known, because they had come before. */
  readonly recalled: number;
  /** Texts that were longer than the model reads, and the tokens that it did not read. */
  readonly truncated: number;
  readonly truncatedTokens: number;
  /** Vectors that the store keeps for texts and pictures that come again, and their bytes; all collections together. */
  readonly kept: number;
  readonly keptBytes: number;
}
