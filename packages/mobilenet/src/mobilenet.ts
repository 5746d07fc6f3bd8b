import { fileURLToPath } from 'node:url';
import { ModelPool, modelWorkerBeside, requireRuntime } from '@vecino/local-model';
import type { EmbedImagesOptions, ImageEmbedding, ImageInput } from 'vecino';
import { EmbedCourse, requireImage } from 'vecino/embedding';
import { readOptions } from 'vecino/options';
import { DIMENSION } from './facts.ts';
import { type MobileNetOptions, mobileNetOptionSpecs } from './options.ts';
import type { ModelSettings, SentImage } from './protocol.ts';

/** A thread takes about as long to load the model as to embed this many pictures: fewer are not worth another. */
const IMAGES_A_THREAD = 16;

/** Two of a call are under way on each thread: one is decoded while the model is at work on the other. */
const UNDER_WAY_A_THREAD = 2;

/** MobileNetV2 as an image embedding of Vecino. */
export interface MobileNet extends ImageEmbedding, AsyncDisposable {
  /**
   * One vector of length 1 for each picture, in the order of the pictures: PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG, of
   * an animation the first frame, on white.
   *
   * Throws `IMAGE_INVALID` where something is no such picture, is damaged or too large, with its path in the message and
   * in `details.image`; `CANCELLED` when the signal is aborted; and `EMBEDDING_FAILED` where the model could not be
   * loaded or a thread of it died; the next call then starts anew.
   */
  embedImages(images: readonly ImageInput[], options?: EmbedImagesOptions): Promise<Float32Array[]>;
  /**
   * Ends the threads and frees their memory. Calls that are under way fail with `CANCELLED`. A later call
   * would load the model again.
   */
  close(): Promise<void>;
}

/**
 * What is in a picture, by MobileNetV2: 480 dimensions, made for pictures of things. It runs offline, on threads of its
 * own, with the weights of this package.
 *
 * Nothing is loaded before the first picture. Idle threads do not keep the process alive.
 *
 * @example
 * ```ts
 * const db = await open('./library');
 * const photos = await db.collection('photos', { embedding: mobilenet() });
 * await photos.add([{ id: 'cat', image: 'photos/cat.jpg' }]);
 * const hits = await photos.search({ image: 'another-cat.png' });
 * ```
 *
 * @throws `OPTION_UNKNOWN`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`; `OPTION_INVALID` too where `native` is
 * asked for and onnxruntime-node is not installed.
 */
export function mobilenet(options?: MobileNetOptions): MobileNet {
  const read = readOptions('mobilenet', mobileNetOptionSpecs(), options) as Required<MobileNetOptions>;
  const { threads, ...settings } = read;
  requireRuntime('mobilenet', settings.runtime);
  const newPool = () =>
    new ModelPool<SentImage, Float32Array>({
      model: 'mobilenet',
      entry: modelWorkerBeside(import.meta.url),
      settings: settings satisfies ModelSettings,
    });
  let pool = newPool();

  async function embedImages(
    images: readonly ImageInput[],
    { signal, onVectors, onProgress }: EmbedImagesOptions = {},
  ): Promise<Float32Array[]> {
    const sent = Array.from(images, (image, i) =>
      sendable(`mobilenet: image ${i} of ${images.length}`, image),
    );
    const poolOfCall = pool;
    const course = new EmbedCourse<Float32Array>(sent.length, {
      ...(onVectors && { onVectors }),
      ...(onProgress && {
        onProgress: ({ texts, total, textsPerSecond }) =>
          onProgress({ images: texts, total, imagesPerSecond: textsPerSecond }),
      }),
    });
    // All lanes draw from this one iterator: who is done with a picture takes the next. Where one fails, the others
    // end with the pictures at hand.
    const remaining = sent.entries();
    let failed = false;
    const lane = async () => {
      for (const [position, image] of remaining) {
        if (failed) return;
        try {
          const vector = await poolOfCall.ask(image, signal);
          course.embedded([{ position, vector }]);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const workers = Math.min(threads, Math.ceil(sent.length / IMAGES_A_THREAD));
    poolOfCall.reserve(workers);
    const lanes = Math.min(workers * UNDER_WAY_A_THREAD, sent.length);
    await Promise.all(Array.from({ length: lanes }, lane));
    return course.end();
  }

  function close(): Promise<void> {
    const closing = pool;
    pool = newPool();
    return closing.close();
  }

  return {
    name: 'mobilenet-v2-coco',
    dimension: DIMENSION,
    embedImages,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A picture that another thread understands. */
function sendable(thing: string, image: unknown): SentImage {
  const sound = requireImage(thing, image);
  return sound instanceof URL ? fileURLToPath(sound) : sound;
}
