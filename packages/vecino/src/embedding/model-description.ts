/**
 * What one has to know of a model to use it rightly; its card says it. Collections record `name`: give another one
 * where you change the rest.
 */
export interface ModelDescription {
  /** As the provider calls it. */
  readonly name: string;
  /** The length of the vectors that the model makes: 1 to 8,192. */
  readonly dimension: number;
  /** What the model was trained to see before a question, such as `query: `. Default nothing. */
  readonly queryPrefix?: string;
  /** What it was trained to see before a passage, such as `passage: `. Default nothing. */
  readonly documentPrefix?: string;
  /** Tokens of a text that count. Default: nobody knows. */
  readonly tokensMax?: number;
  /** The shortest part of its vectors that stands for the whole (Matryoshka). Default: vectors cannot be cut. */
  readonly dimensionMin?: number;
  /** Whether the mean of a vector's numbers is taken off before it is cut, as nomic-embed-text wants. Default false. */
  readonly centred?: boolean;
  /** How transformers.js makes one vector of a text's many: default `mean`. Other providers do that themselves. */
  readonly pooling?: 'mean' | 'cls' | 'last_token';
}
