import type { ImageInput } from '../api/image.ts';
import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import { pathOfImage, requireImage } from '../embedding/image-input.ts';
import { encodeMetadata } from '../filter/metadata.ts';
import type { CollectionShape } from './collection-shape.ts';
import { takesImages } from './embed.ts';
import type { Unembedded } from './embed-records.ts';
import type { GivenVectors } from './read-vectors.ts';

/** The key of metadata that says where a record's picture lies, unless the caller has given that key himself. */
const SOURCE = 'source';

export function readImage(thing: string, image: unknown): ImageInput | undefined {
  return image === undefined ? undefined : requireImage(thing, image);
}

/** What a record's picture is embedded for: every field of pictures whose vector the record does not give itself. */
export function imagesToEmbed(
  { fields }: CollectionShape,
  image: ImageInput | undefined,
  { position, id }: Pick<Unembedded, 'position' | 'id'>,
  vectors: GivenVectors,
): Unembedded[] {
  if (image === undefined || vectors.every((vector) => vector !== undefined)) return [];
  // Somebody must take it; where nobody does, the first field says what is missing.
  if (!fields.some(({ embedding }) => takesImages(embedding))) {
    present(fields[0], 'a field').requireImageEmbedding('a picture without a vector');
  }
  return fields.flatMap((one, field) =>
    takesImages(one.embedding) && vectors[field] === undefined ? [{ position, id, field, image }] : [],
  );
}

/** Metadata as JSON, with the path of the picture, where it has one. */
export function encodeWithSource(thing: string, metadata: unknown, image: ImageInput | undefined): string {
  const encoded = encodeMetadata(thing, metadata);
  const path = image === undefined ? undefined : pathOfImage(image);
  if (path === undefined) return encoded;
  const given = JSON.parse(encoded) as JsonObject;
  return Object.hasOwn(given, SOURCE) ? encoded : encodeMetadata(thing, { ...given, [SOURCE]: path });
}

/** A change of metadata, with the path of a new picture; one that was given as bytes takes the old path away. */
export function changeWithSource(
  change: object | undefined,
  image: ImageInput | undefined,
): object | undefined {
  if (image === undefined) return change;
  return { [SOURCE]: pathOfImage(image), ...change };
}
