import type { CollectionDescription, CollectionOptions } from '../../api/collection.ts';
import type { EmbedImagesOptions, ImageEmbedding, ImageInput } from '../../api/image.ts';
import { VecinoError } from '../../base/errors.ts';
import { type KnownEmbedder, loadEmbedder } from '../embedding/package-source.ts';
import type { Identity } from '../embedding/source.ts';

/** The models of pictures that users install as packages. */
const KNOWN: Readonly<Record<'mobilenet', KnownEmbedder>> = {
  mobilenet: { name: 'mobilenet-v2-coco', package: '@vecino/mobilenet', make: 'mobilenet' },
};

/** A model of pictures that is loaded at once, and whose work an interrupt ends. */
export class ImageEmbedder implements ImageEmbedding {
  readonly name: string;
  readonly dimension: number;
  private readonly model: ImageEmbedding;
  private readonly signal: AbortSignal | undefined;

  private constructor(model: ImageEmbedding, signal: AbortSignal | undefined) {
    this.name = model.name;
    this.dimension = model.dimension;
    this.model = model;
    this.signal = signal;
  }

  /** EMBEDDING_MISSING where the package is not installed. */
  static async load(known: KnownEmbedder = KNOWN.mobilenet, signal?: AbortSignal): Promise<ImageEmbedder> {
    return new ImageEmbedder(await loadEmbedder<ImageEmbedding>(known), signal);
  }

  /** The model of the identity that a collection recorded; undefined where it is not one that we know. */
  static async recorded(identity: Identity, signal?: AbortSignal): Promise<ImageEmbedder | undefined> {
    const known = Object.values(KNOWN).find(({ name }) => name === identity.name);
    return known && ImageEmbedder.load(known, signal);
  }

  embedImages(images: readonly ImageInput[], options: EmbedImagesOptions = {}) {
    const signals = [this.signal, options.signal].filter((signal) => signal !== undefined);
    return this.model.embedImages(images, { ...options, signal: AbortSignal.any(signals) });
  }

  async close(): Promise<void> {
    await this.model.close?.();
  }
}

/** Whether a recorded model is one of pictures. */
export function isPictureModel(recorded: string): boolean {
  return Object.values(KNOWN).some(({ name }) => name === recorded);
}

/** How to open a collection of pictures, and what is to be closed afterwards. */
export interface PictureModels {
  readonly options: CollectionOptions;
  readonly models: readonly ImageEmbedder[];
}

/**
 * The models of pictures that a collection recorded.
 *
 * @param only the named vectors that are asked for; all where none is named
 * @throws EMBEDDING_MISSING where there is none that we know
 */
export async function pictureModelsOf(
  description: CollectionDescription,
  only?: readonly string[],
  signal?: AbortSignal,
): Promise<PictureModels> {
  const { name, vectors, embedding } = description;
  if (!vectors) {
    const model = embedding && (await ImageEmbedder.recorded(embedding, signal));
    if (model) return { options: { embedding: model }, models: [model] };
    throw noPictureModel(name, embedding?.name);
  }
  const byName: Record<string, { readonly embedding: ImageEmbedder }> = {};
  for (const [field, { embedding: recorded }] of Object.entries(vectors)) {
    if (only && !only.includes(field)) continue;
    const model = recorded && (await ImageEmbedder.recorded(recorded, signal));
    if (model) byName[field] = { embedding: model };
  }
  const models = Object.values(byName).map(({ embedding: model }) => model);
  if (models.length === 0) throw noPictureModel(name, undefined);
  return { options: { vectors: byName }, models };
}

function noPictureModel(collection: string, recorded: string | undefined): VecinoError {
  const known = KNOWN.mobilenet.name;
  const has = recorded === undefined ? 'no vectors' : `vectors of "${recorded}", none`;
  return new VecinoError(
    'EMBEDDING_MISSING',
    `collection "${collection}" has ${has} that the command line can make of pictures, expected those of "${known}"; vecino add-images creates a collection that has them`,
    { details: { collection, recorded: recorded ?? null, expected: known } },
  );
}
