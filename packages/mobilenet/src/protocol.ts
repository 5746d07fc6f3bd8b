import type { ImageInput } from 'vecino';
import type { Runtime } from './options.ts';

/** What the calling thread and a thread of the model say to each other. */

/** Given to a thread of the model when it starts. */
export interface ModelSettings {
  readonly runtime: Runtime;
  readonly pixelsMax: number;
}

/** A picture as it is sent to another thread, where a URL would be no URL any more. */
export type SentImage = Exclude<ImageInput, URL>;

/** Asks for the vector of a picture. */
export interface EmbedRequest {
  readonly call: number;
  readonly image: SentImage;
}

/** Asks the thread to end as soon as the model is not at work. */
export interface EndRequest {
  readonly end: true;
}

export type ModelRequest = EmbedRequest | EndRequest;

/**
 * The vector of a picture, or what is wrong with it. Whatever else goes wrong in the model's thread ends it, and all
 * calls under way with it.
 */
export type ModelAnswer = { readonly call: number } & (
  | { readonly vector: Float32Array }
  | { readonly refusal: Refusal }
);

/** The parts of an `IMAGE_INVALID`. */
export interface Refusal {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}
