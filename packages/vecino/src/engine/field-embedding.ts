import type { EmbeddingFunction } from '../api/embedding.ts';
import type { ImageEmbedding } from '../api/image.ts';
import { VecinoError } from '../base/errors.ts';
import type { FieldShape } from './collection-shape.ts';
import { takesImages, takesTexts } from './embed.ts';

type Embedded = Pick<FieldShape, 'name' | 'embedding' | 'within'>;
type Recorded = { readonly name: string } | null;

/**
 * The model of texts of a field, or the error that says how to get one.
 *
 * @param thing the collection, as messages name it
 * @param recorded the embedding that the collection was created with
 */
export function embeddingOf(
  field: Embedded,
  thing: string,
  recorded: Recorded,
  why: string,
): EmbeddingFunction {
  const { embedding } = field;
  if (takesTexts(embedding)) return embedding;
  throw without(field, thing, recorded, why, 'texts', 'give a picture as image, or a vector');
}

/** The same for the model of pictures. */
export function imageEmbeddingOf(
  field: Embedded,
  thing: string,
  recorded: Recorded,
  why: string,
): ImageEmbedding {
  const { embedding } = field;
  if (takesImages(embedding)) return embedding;
  throw without(field, thing, recorded, why, 'pictures', 'give a text, or a vector');
}

function without(
  field: Embedded,
  thing: string,
  recorded: Recorded,
  why: string,
  takes: 'texts' | 'pictures',
  instead: string,
): VecinoError {
  const { name, embedding } = field;
  const wanted = name === undefined ? '{ embedding: … }' : `{ vectors: { ${name}: { embedding: … } } }`;
  const remedy = recorded
    ? `it was created with "${recorded.name}": open it with \`${wanted}\` of that name`
    : `it was created without one: give vectors instead, or create a collection with \`${wanted}\``;
  const reason = embedding
    ? `an embedding of ${takes}, which "${embedding.name}" is not: ${instead}`
    : `an embedding, and ${remedy}`;
  return new VecinoError('EMBEDDING_MISSING', `${field.within(thing)}: ${why} needs ${reason}`, {
    details: { recorded: recorded?.name ?? null, ...(name !== undefined && { field: name }) },
  });
}
