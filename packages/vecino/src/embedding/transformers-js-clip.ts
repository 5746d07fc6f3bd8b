import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import type { EmbedImagesOptions, ImageEmbedding, ImageInput } from '../api/image.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, quoted, readOptions } from '../base/options.ts';
import { EmbedCourse } from './embed-course.ts';
import { bytesOfImage, invalidImage, requireImage } from './image-input.ts';

export interface TransformersJsClipOptions {
  /**
   * A CLIP model as the Hugging Face hub calls it, in the form of transformers.js; default
   * `Xenova/clip-vit-base-patch32`.
   */
  readonly model?: string;
  /** The length of the vectors; needed where the model is not one of OpenAI's. */
  readonly dimension?: number;
  /** The numbers that the model computes with: default `fp32`. */
  readonly dtype?: 'fp32' | 'fp16' | 'q8' | 'q4';
}

/** A model of texts and pictures: a text lies near the pictures that it describes. */
export type ClipEmbedding = EmbeddingFunction &
  ImageEmbedding & { readonly tokensMax: number; close(): Promise<void> };

const OPTIONS = {
  model: { kind: 'opaque', about: 'The name of a model on the hub.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of the vectors.' },
  dtype: {
    kind: 'choice',
    values: ['fp32', 'fp16', 'q8', 'q4'],
    default: 'fp32',
    about: 'The numbers that the model computes with.',
  },
} as const satisfies OptionSpecs;

const DEFAULT_MODEL = 'Xenova/clip-vit-base-patch32';
const DIMENSIONS: Readonly<Record<string, number>> = {
  [DEFAULT_MODEL]: 512,
  'Xenova/clip-vit-base-patch16': 512,
  'Xenova/clip-vit-large-patch14': 768,
};

/** What CLIP was trained with, without the two that frame every text. */
const TOKENS_MAX = 75;

/** What we need of the package. */
export interface TransformersClipModule {
  readonly AutoTokenizer: Pretrained<(texts: readonly string[], options: object) => unknown>;
  readonly AutoProcessor: Pretrained<(image: unknown) => Promise<unknown>>;
  readonly CLIPTextModelWithProjection: Pretrained<Runnable<'text_embeds'>>;
  readonly CLIPVisionModelWithProjection: Pretrained<Runnable<'image_embeds'>>;
  readonly RawImage: { fromBlob(blob: Blob): Promise<unknown> };
}

interface Pretrained<Loaded> {
  from_pretrained(model: string, options?: { readonly dtype: string }): Promise<Loaded>;
}

interface Runnable<Output extends string> {
  (input: unknown): Promise<Readonly<Record<Output, { tolist(): number[][] }>>>;
  dispose?(): Promise<unknown>;
}

/** Not a literal in the import: the package is optional, and its types are not there without it. */
const PACKAGE: string = '@huggingface/transformers';
const THING = 'transformersJsClip';

/**
 * A CLIP model (Radford et al. 2021, arXiv:2103.00020) of the Hugging Face hub, computed in this process by the package
 * `@huggingface/transformers`, which you install: it is some hundred megabytes. The model is downloaded when the first
 * text or picture comes, its half for texts and its half for pictures each by itself, and kept by that package.
 *
 * @example
 * ```ts
 * const photos = await db.collection('photos', { embedding: transformersJsClip() });
 * await photos.add([{ id: 'cat', image: 'photos/cat.jpg' }]);
 * const hits = await photos.search({ text: 'a cat on a sofa' });
 * ```
 *
 * @throws OPTION_UNKNOWN, OPTION_INVALID, OPTION_OUT_OF_RANGE at once; its calls throw EMBEDDING_MISSING where the
 * package is not installed, EMBEDDING_REFUSED where the model cannot be loaded, IMAGE_INVALID where a picture is none.
 */
export function transformersJsClip(options: TransformersJsClipOptions = {}): ClipEmbedding {
  return transformersJsClipFrom(options, async () => (await import(PACKAGE)) as TransformersClipModule);
}

/** The same from another module, for tests. */
export function transformersJsClipFrom(
  options: TransformersJsClipOptions,
  load: () => Promise<TransformersClipModule>,
): ClipEmbedding {
  const { model = DEFAULT_MODEL, ...read } = readOptions<TransformersJsClipOptions>(THING, OPTIONS, options);
  const { dtype = OPTIONS.dtype.default } = read;
  const dimension = readDimension(model, read.dimension);

  const texts = new Half(async () => {
    const { AutoTokenizer, CLIPTextModelWithProjection } = await requireModule(model, load);
    const tokenizer = await AutoTokenizer.from_pretrained(model);
    const run = await CLIPTextModelWithProjection.from_pretrained(model, { dtype });
    const embed = async (text: string) =>
      (await run(tokenizer([text], { padding: true, truncation: true }))).text_embeds.tolist();
    return { embed, dispose: run.dispose?.bind(run) };
  });
  const images = new Half(async () => {
    const { AutoProcessor, CLIPVisionModelWithProjection, RawImage } = await requireModule(model, load);
    const processor = await AutoProcessor.from_pretrained(model);
    const run = await CLIPVisionModelWithProjection.from_pretrained(model, { dtype });
    const embed = async (image: ImageInput) => {
      const blob = await blobOf(image);
      const decoded = await RawImage.fromBlob(blob).catch((cause: unknown) => {
        const why = `cannot be decoded (${reasonOf(cause)}); mend it, or leave it out`;
        throw invalidImage(THING, image, 'damaged', why, cause);
      });
      return (await run(await processor(decoded))).image_embeds.tolist();
    };
    return { embed, dispose: run.dispose?.bind(run) };
  });

  return {
    name: model,
    dimension,
    variant: dtype,
    tokensMax: TOKENS_MAX,
    embed: (given, embedOptions = {}) => embedAll(model, given, texts, embedOptions),
    embedImages: async (given, { signal, onVectors, onProgress }: EmbedImagesOptions = {}) => {
      const sound = Array.from(given, (image, i) =>
        requireImage(`${THING}: image ${i} of ${given.length}`, image),
      );
      return embedAll(model, sound, images, {
        ...(signal && { signal }),
        ...(onVectors && { onVectors }),
        ...(onProgress && {
          onProgress: ({ texts: done, total, textsPerSecond }) =>
            onProgress({ images: done, total, imagesPerSecond: textsPerSecond }),
        }),
      });
    },
    close: async () => {
      await Promise.all([texts.dispose(), images.dispose()]);
    },
  };
}

/** One at a time: so a vector depends on nothing else, whatever numbers the model computes with. */
async function embedAll<Input>(
  model: string,
  inputs: readonly Input[],
  half: Half<Input>,
  options: EmbedOptions,
): Promise<number[][]> {
  const course = new EmbedCourse<number[]>(inputs.length, options);
  for (const [position, input] of inputs.entries()) {
    if (options.signal?.aborted) {
      const message = `${THING}: making embeddings was cancelled by the signal that the caller gave`;
      throw new VecinoError('CANCELLED', message, { cause: options.signal.reason });
    }
    const [vector] = await half.embed(model, input);
    course.embedded([{ position, vector: vector ?? [] }]);
  }
  return course.end();
}

interface Loaded<Input> {
  embed(input: Input): Promise<number[][]>;
  readonly dispose: (() => Promise<unknown>) | undefined;
}

/** The half of the model that is for texts, or that for pictures: loaded when it is needed. */
class Half<Input> {
  private readonly load: () => Promise<Loaded<Input>>;
  private loading: Promise<Loaded<Input>> | undefined;

  constructor(load: () => Promise<Loaded<Input>>) {
    this.load = load;
  }

  async embed(model: string, input: Input): Promise<number[][]> {
    this.loading ??= this.load();
    const loaded = await this.loading.catch((cause: unknown) => {
      // A download that failed may succeed the next time.
      this.loading = undefined;
      if (cause instanceof VecinoError) throw cause;
      throw new VecinoError(
        'EMBEDDING_REFUSED',
        `${THING}: the model ${quoted(model)} cannot be loaded (${reasonOf(cause)}); check its name, and the network`,
        { details: { embedding: model }, cause },
      );
    });
    return loaded.embed(input);
  }

  async dispose(): Promise<void> {
    const loaded = await this.loading?.catch(() => undefined);
    this.loading = undefined;
    await loaded?.dispose?.();
  }
}

function readDimension(model: unknown, given: number | undefined): number {
  if (typeof model !== 'string' || model === '') {
    throw new VecinoError(
      'OPTION_INVALID',
      `${THING}: option "model" is no name, expected one such as ${DEFAULT_MODEL}`,
      {
        details: { option: 'model', expected: 'a name', received: typeof model },
      },
    );
  }
  const dimension = given ?? DIMENSIONS[model];
  if (dimension !== undefined) return dimension;
  throw new VecinoError(
    'OPTION_INVALID',
    `${THING}: how long the vectors of ${quoted(model)} are is not known here; give it as dimension`,
    { details: { option: 'dimension', expected: `1 to ${LIMITS.dimensionMax}`, received: 'undefined' } },
  );
}

async function requireModule(
  model: string,
  load: () => Promise<TransformersClipModule>,
): Promise<TransformersClipModule> {
  try {
    return await load();
  } catch (cause) {
    throw new VecinoError(
      'EMBEDDING_MISSING',
      `${THING}: the model ${quoted(model)} needs the package ${PACKAGE}, which is not installed or does not load: npm install ${PACKAGE}`,
      { details: { embedding: model, package: PACKAGE }, cause },
    );
  }
}

async function blobOf(image: ImageInput): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of bytesOfImage(THING, image)) pieces.push(new Uint8Array(piece));
  return new Blob(pieces);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
