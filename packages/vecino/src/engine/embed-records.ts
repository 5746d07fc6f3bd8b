import type { EmbeddingFunction } from '../api/embedding.ts';
import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted } from '../base/options.ts';
import { readPath } from '../filter/path.ts';
import { DOCUMENT } from '../text/record-texts.ts';
import type { CollectionState } from './collection-state.ts';
import type { VectorField } from './vector-field.ts';

/** A text of a record that is to become its vector of a field. */
export interface Unembedded {
  /** The record's position in its batch. */
  readonly position: number;
  readonly id: string;
  /** The field, by its place among the collection's. */
  readonly field: number;
  readonly text: string;
}

/** What a record has to embed for a field; undefined where it has nothing. */
export function textFor(
  thing: string,
  field: VectorField,
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

/** Embeds texts, those of one embedding in one call, and hands the vectors over, checked. */
export async function embedRecords(
  { fields, embedder }: Pick<CollectionState, 'fields' | 'embedder'>,
  where: string,
  texts: readonly Unembedded[],
  take: (one: Unembedded, vector: Float32Array) => void,
): Promise<void> {
  const byEmbedding = Map.groupBy(texts, ({ field }) => requireEmbedding(fields, field));
  for (const [embedding, group] of byEmbedding) {
    const made = await embedder.embed(
      where,
      embedding,
      group.map(({ text }) => text),
      'document',
    );
    for (const [i, one] of group.entries()) {
      const thing = `${where}: record ${quoted(one.id)}, embedded by "${embedding.name}"`;
      const vector = fields[one.field]?.readVector(thing, made[i]);
      if (vector) take(one, vector);
    }
  }
}

function requireEmbedding(fields: readonly VectorField[], place: number): EmbeddingFunction {
  const field = fields[place] as VectorField;
  return field.requireEmbedding('a text without a vector');
}
