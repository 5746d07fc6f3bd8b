import type { Runtime } from '@vecino/local-model';
import type { ImageInput } from 'vecino';

/** Given to a thread of the model when it starts. */
export interface ModelSettings {
  readonly runtime: Runtime;
  readonly pixelsMax: number;
}

/** A picture as it is sent to another thread, where a URL would be no URL any more. */
export type SentImage = Exclude<ImageInput, URL>;
