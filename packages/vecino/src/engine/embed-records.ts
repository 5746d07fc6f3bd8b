import type { ImageInput } from '../api/image.ts';
import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted } from '../base/options.ts';
import { readPath } from '../filter/path.ts';
import { DOCUMENT } from '../text/record-texts.ts';
import type { CollectionShape, FieldShape } from './collection-shape.ts';

/** A text or a picture of a record that is to become its vector of a field. */
export type Unembedded = Place & ({ readonly text: string } | { readonly image: ImageInput });

interface Place {
  /** The record's position in its batch. */
  readonly position: number;
  readonly id: string;
  /** The field, by its place among the collection's. */
  readonly field: number;
}

/** What a field embeds, and how messages name it. */
export type TextSource = Pick<FieldShape, 'name' | 'text' | 'within'>;

/** What a record has to embed for a field; undefined where it has nothing. */
export function textFor(
  thing: string,
  field: TextSource,
  document: string | null | undefined,
  metadata: JsonObject,
): string | undefined {
  const { text: source } = field;
  if (source === null) return undefined;
  if (source === DOCUMENT) return document ?? undefined;
  const value = readPath(source)(metadata);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  const received = describeValue(value);
  throw new VecinoError(
    'VECTOR_INVALID',
    `${field.within(thing)}: metadata ${quoted(source)}, which it embeds, is ${received}, expected a text; give the vector itself, or null for none`,
    { details: { field: field.name, path: source, received } },
  );
}

/** Embeds texts and pictures, those of one embedding in one call, and hands the vectors over, checked. */
export async function embedRecords(
  { fields, embedder }: Pick<CollectionShape, 'fields' | 'embedder'>,
  where: string,
  unembedded: readonly Unembedded[],
  take: (one: Place, vector: Float32Array) => void,
): Promise<void> {
  const fieldOf = ({ field }: Place) => present(fields[field], 'a field');
  const handOver = (group: readonly Place[], made: readonly unknown[]) => {
    for (const [i, one] of group.entries()) {
      const field = fieldOf(one);
      const thing = `${where}: record ${quoted(one.id)}, embedded by "${field.embedding?.name}"`;
      take(one, field.readVector(thing, made[i]));
    }
  };
  const texts = unembedded.filter((one) => 'text' in one);
  const textModelOf = (one: Place) => fieldOf(one).requireEmbedding('a text without a vector');
  for (const [embedding, group] of Map.groupBy(texts, textModelOf)) {
    const asked = group.map(({ text }) => text);
    handOver(group, await embedder.embed(where, embedding, asked, 'document'));
  }
  const images = unembedded.filter((one) => 'image' in one);
  const imageModelOf = (one: Place) => fieldOf(one).requireImageEmbedding('a picture without a vector');
  for (const [embedding, group] of Map.groupBy(images, imageModelOf)) {
    const asked = group.map(({ image }) => image);
    handOver(group, await embedder.embedImages(where, embedding, asked, 'document'));
  }
}
