import type { Truncation } from 'vecino';

/** What became of some texts. */
export interface EmbeddedTexts {
  /** One after another. */
  readonly vectors: Float32Array;
  /** What the model has not read of them. */
  readonly cut: Truncation;
}
