import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { StoredCollection, StoredField, StoredVectors } from '../../storage/store.ts';
import type { RemoteRow } from '../front/backend.ts';
import type { FoundPoint, Point, Shown } from './client.ts';
import { NUMBERS, TERMS } from './filter.ts';
import { keyOf, tell } from './terms.ts';
import { pointIdOf } from './uuids.ts';

/*
 * A record as a point (docs/qdrant.md shows one):
 *
 *   vector      the vector, or those that it has by name
 *   namespace   of the record, '' outside of all
 *   id, seq, document, metadata (JSON text), expires (milliseconds since 1970)
 *   change      the name of the change that it was written by
 *   originals   vectors as they were given, by the place of their field, where Qdrant has others
 *   terms, numbers   what filters look at
 *
 * Metadata are a text, because Qdrant reads fractions for itself and may come to another last bit.
 */

/** How far the square of a length may be from one for a vector to be of length one: what 32-bit floats leave over. */
const LENGTH_TOLERANCE = 1e-6;

/** The vectors of a collection, in order. */
export function fieldsOf(collection: StoredCollection): readonly (StoredVectors | StoredField)[] {
  return collection.fields ?? [collection];
}

/** The name that Qdrant knows a field's vectors by; undefined where they have none. */
export function vectorNameOf(field: StoredVectors | StoredField): string | undefined {
  return 'number' in field ? keyOf(field.name) : undefined;
}

/** What tells a change from all others: its number, which another may have as well, and its name. */
export interface Change {
  readonly seq: number;
  readonly name: string;
}

/** One record of a batch as a point. */
export function pointOf(
  collection: StoredCollection,
  namespace: string,
  batch: RecordBatch,
  position: number,
  { seq, name }: Change,
): Point {
  const id = batch.ids[position] ?? '';
  const document = batch.documents[position] ?? null;
  const metadata = batch.metadata[position] ?? '{}';
  const expires = batch.expiries[position] ?? null;
  const { terms, numbers } = tell(JSON.parse(metadata) as JsonObject);
  const originals: [string, string][] = [];
  const vectors = fieldsOf(collection).flatMap((field, place): [string, number[]][] => {
    const given = batch.vectors[position]?.[place];
    if (!given) return [];
    const stored = storedFormOf(field, given);
    if (stored !== given) originals.push([String(place), textOf(given)]);
    return [[vectorNameOf(field) ?? '', Array.from(stored)]];
  });
  return {
    id: pointIdOf(namespace, id),
    vector: collection.fields ? Object.fromEntries(vectors) : (vectors[0]?.[1] ?? []),
    payload: {
      namespace,
      id,
      seq,
      change: name,
      ...(document !== null && { document }),
      metadata,
      ...(expires !== null && { expires }),
      ...(originals.length > 0 && { originals: Object.fromEntries(originals) }),
      ...(terms.length > 0 && { [TERMS]: terms }),
      ...(Object.keys(numbers).length > 0 && { [NUMBERS]: numbers }),
    },
  };
}

/** A vector as Qdrant is to compare it: the same one where that will do. */
export function storedFormOf({ metric }: Pick<StoredVectors, 'metric'>, vector: Float32Array): Float32Array {
  if (metric !== 'cosine') return vector;
  let square = 0;
  for (const x of vector) square += x * x;
  if (Math.abs(square - 1) <= LENGTH_TOLERANCE) return vector;
  const length = Math.sqrt(square);
  return vector.map((x) => x / length);
}

/** What is asked for so that an answer has these parts. */
export function shownFor(
  parts: readonly Part[],
  collection: StoredCollection,
): Shown & { readonly with_payload: string[] } {
  const payload = ['id', 'seq'];
  if (parts.includes('document')) payload.push('document');
  if (parts.includes('metadata')) payload.push('metadata');
  if (parts.includes('expiresAt')) payload.push('expires');
  const hasVectors = parts.includes('vector') || parts.includes('vectors');
  if (hasVectors && fieldsOf(collection).some(({ metric }) => metric === 'cosine')) payload.push('originals');
  return { with_payload: payload, with_vector: hasVectors };
}

/** What a point says of a record, as far as it was asked for. */
export function rowOf(
  { payload, vector }: FoundPoint,
  parts: readonly Part[],
  collection: StoredCollection,
): RemoteRow {
  const { id, seq, document, metadata, expires, originals } = payload ?? {};
  return {
    id: String(id),
    seq: Number(seq),
    ...(parts.includes('document') && { document: typeof document === 'string' ? document : null }),
    ...(parts.includes('metadata') && { metadata: String(metadata) }),
    ...(parts.includes('expiresAt') && { expiresAt: typeof expires === 'number' ? expires : null }),
    ...((parts.includes('vector') || parts.includes('vectors')) && {
      vectors: fieldsOf(collection).map((field, place) => vectorOf(field, place, vector, originals)),
    }),
  };
}

function vectorOf(
  field: StoredVectors | StoredField,
  place: number,
  vector: unknown,
  originals: unknown,
): Float32Array | undefined {
  const original = (originals as Readonly<Record<string, string>> | undefined)?.[String(place)];
  if (original !== undefined) return floatsOf(original);
  const name = vectorNameOf(field);
  const found =
    name === undefined ? vector : (vector as Readonly<Record<string, unknown>> | undefined)?.[name];
  return Array.isArray(found) ? Float32Array.from(found as number[]) : undefined;
}

/** Floats as a text: in base64, little-endian whatever the machine. */
function textOf(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, x] of vector.entries()) bytes.writeFloatLE(x, i * 4);
  return bytes.toString('base64');
}

function floatsOf(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}
