import type { Truncation } from 'vecino';
import type { Runtime } from './options.ts';

/** What the calling thread and a thread of the model say to each other. */

/** Given to a thread of the model when it starts. */
export interface ModelSettings {
  readonly runtime: Runtime;
}

/** Asks for the vectors of some texts. */
export interface EmbedRequest {
  readonly call: number;
  readonly texts: readonly string[];
}

/** Says that the answer to a call is not wanted any more. */
export interface CancelRequest {
  readonly cancel: number;
}

/** Asks the thread to end as soon as the model is not at work. */
export interface EndRequest {
  readonly end: true;
}

export type ModelRequest = EmbedRequest | CancelRequest | EndRequest;

/**
 * The vectors of a call, one after another. There is no answer that says that a call has failed: whatever
 * goes wrong in the model's thread ends it, and all calls under way with it.
 */
export interface EmbedAnswer extends EmbeddedTexts {
  readonly call: number;
}

/** What became of some texts. */
export interface EmbeddedTexts {
  /** One after another. */
  readonly vectors: Float32Array;
  /** What the model has not read of them. */
  readonly cut: Truncation;
}
