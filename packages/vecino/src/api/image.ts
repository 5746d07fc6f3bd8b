import type { EmbeddedText, EmbeddingFunction } from './embedding.ts';

/**
 * A picture: the path of its file, that file's `file:` URL, or the bytes of such a file. Which formats there are is up
 * to the model that reads it.
 */
export type ImageInput = string | URL | Uint8Array;

/** What a model is told about the pictures of one call, and whom it tells about its work. */
export interface EmbedImagesOptions {
  readonly signal?: AbortSignal;
  /**
   * Told of vectors as they come, in whatever order: so what was made before a failure is not lost. The answer of
   * the call has all of them once more. A model need not call it.
   */
  readonly onVectors?: (vectors: readonly EmbeddedImage[]) => void;
  /** Told how far the call is, as often as vectors come. A model need not call it. */
  readonly onProgress?: (progress: EmbedImagesProgress) => void;
}

/** The vector that a model has made of the picture at this position of the call. */
export type EmbeddedImage = EmbeddedText;

/** How far a call is. */
export interface EmbedImagesProgress {
  /** Pictures that have their vectors. */
  readonly images: number;
  /** Pictures of the call. */
  readonly total: number;
  /** Mean of the call so far. */
  readonly imagesPerSecond: number;
}

/**
 * A model from pictures to vectors. One that puts texts among them, so that a text finds the pictures that it
 * describes, is an {@link EmbeddingFunction} too.
 *
 * The collection records `name` and `dimension` when it is created and refuses a model of another identity
 * afterwards, because vectors of two models cannot be compared.
 */
export interface ImageEmbedding {
  /** The identity of the model and its version, such as `mobilenet-v2-coco`. */
  readonly name: string;
  /** The length of every vector that it makes. */
  readonly dimension: number;
  /** What vectors depend on beside name and dimension, such as how pictures are cut. Absent where there is nothing. */
  readonly variant?: string;
  /**
   * One vector for each picture, in the order of the pictures, each independent of the others. Normalising is not
   * needed.
   *
   * @throws IMAGE_INVALID where something is no picture that the model can read, with its name; the whole call fails
   */
  embedImages(
    images: readonly ImageInput[],
    options?: EmbedImagesOptions,
  ): Promise<readonly ArrayLike<number>[]>;
  /** Releases threads and memory, where the model holds any. Whoever made the model calls it. */
  close?(): Promise<void>;
}

/** What makes vectors of texts, of pictures, or of both. */
export type Embedding = EmbeddingFunction | ImageEmbedding;
