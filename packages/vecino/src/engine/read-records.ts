import { randomUUID } from 'node:crypto';
import { LIMITS } from '../api/limits.ts';
import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import type { OptionSpecs } from '../base/options.ts';
import { describeValue, quoted, readOptions } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { DOCUMENT } from '../text/record-texts.ts';
import type { CollectionShape } from './collection-shape.ts';
import { takesTexts } from './embed.ts';
import { embedRecords, textFor, type Unembedded } from './embed-records.ts';
import { readExpiry } from './expiry/read-expiry.ts';
import { type GivenVectors, readVectors, requireVectors } from './read-vectors.ts';
import { encodeWithSource, imagesToEmbed, readImage } from './record-images.ts';
import type { RecordVectors } from './vector-field.ts';

/** Records of one write, validated completely, vectors included. */
export interface RecordBatch {
  readonly ids: string[];
  readonly vectors: RecordVectors[];
  readonly documents: (string | null)[];
  /** JSON texts. */
  readonly metadata: string[];
  /** In milliseconds since 1970; null where the record stays. */
  readonly expiries: (number | null)[];
}

const RECORD_FIELDS = {
  id: { kind: 'opaque', about: 'Identity, unique in the collection.' },
  vector: { kind: 'opaque', about: 'The embedding.' },
  vectors: { kind: 'opaque', about: 'The vectors by name.' },
  document: { kind: 'opaque', about: 'The source text.' },
  metadata: { kind: 'opaque', about: 'Filterable JSON.' },
  expiresAt: { kind: 'opaque', about: 'When the record expires.' },
  ttl: { kind: 'opaque', about: 'In how many seconds the record expires.' },
  image: { kind: 'opaque', about: 'The source picture.' },
} as const satisfies OptionSpecs;

/**
 * Reads the records of `add` and `upsert`: everything is checked before anything is written. Documents without
 * a vector are embedded together.
 */
export async function readRecords(
  state: CollectionShape,
  operation: string,
  input: unknown,
): Promise<RecordBatch> {
  const where = `${operation} ${state.thing}`;
  const records = readBatch(where, input);
  const batch: RecordBatch = { ids: [], vectors: [], documents: [], metadata: [], expiries: [] };
  const seen = new Set<string>();
  const unembedded: Unembedded[] = [];
  const now = state.expiry.now();
  const slice = new TimeSlice();
  for (const [position, given] of records.entries()) {
    const at = `${where}: record ${position}`;
    const record = readFields(at, RECORD_FIELDS, given);
    const id = record['id'] === undefined ? randomUUID() : readId(at, record['id']);
    requireNew(where, seen, id, position);
    const thing = `${where}: record ${quoted(id)}`;
    batch.ids.push(id);
    batch.documents.push(readDocument(thing, record['document']));
    const image = readImage(thing, record['image']);
    batch.metadata.push(encodeWithSource(thing, record['metadata'], image));
    batch.expiries.push(readExpiry(thing, record, now) ?? null);
    const vectors = readVectors(state, thing, record);
    const images = imagesToEmbed(state, image, { position, id }, vectors);
    const texts = textsToEmbed(state, thing, batch, position, vectors, images);
    if (state.hasNames) {
      requireVectors(
        state,
        thing,
        [...vectors, ...images, ...texts],
        'give a vector, or a text or picture for a field that embeds',
      );
    } else if (vectors[0] === undefined && images.length + texts.length === 0) {
      throw withoutVector(state, thing, batch.documents[position] ?? null);
    }
    unembedded.push(...images, ...texts);
    batch.vectors.push(vectors.map((vector) => vector ?? undefined));
    await slice.pause();
  }
  await embedRecords(state, where, unembedded, ({ position, field }, vector) => {
    batch.vectors[position] = present(batch.vectors[position], 'a record').with(field, vector);
  });
  return batch;
}

/** The texts of a record that make the vectors which it gives neither itself nor by its picture. */
function textsToEmbed(
  { fields }: CollectionShape,
  thing: string,
  { ids, documents, metadata }: RecordBatch,
  position: number,
  vectors: GivenVectors,
  images: readonly Unembedded[],
): Unembedded[] {
  return fields.flatMap((one, field) => {
    if (vectors[field] !== undefined || images.some((image) => image.field === field)) return [];
    // Parsed only where a path is embedded.
    const texts: JsonObject = one.text === DOCUMENT ? {} : JSON.parse(metadata[position] ?? '{}');
    const text = textFor(thing, one, documents[position], texts);
    if (text === undefined) return [];
    one.requireEmbedding(`a ${one.text === DOCUMENT ? 'document' : 'text'} without a vector`);
    return [{ position, id: ids[position] ?? '', field, text }];
  });
}

/**
 * The elements of a batch call's array, neither none nor too many. A copy, because long batches are read in
 * slices and the caller may empty the array meanwhile to collect the next batch.
 */
export function readBatch(where: string, input: unknown): readonly unknown[] {
  if (!Array.isArray(input)) {
    const received = describeValue(input);
    throw new VecinoError(
      'OPTION_INVALID',
      `${where}: the batch is ${received}, expected an array; put a single one into brackets`,
      { details: { expected: 'an array', received } },
    );
  }
  if (input.length === 0) {
    throw new VecinoError(
      'BATCH_EMPTY',
      `${where}: the batch is empty, expected 1 to ${LIMITS.batchMax}; leave the call out where there is nothing to write`,
      { details: { expected: 1, received: 0 } },
    );
  }
  if (input.length > LIMITS.batchMax) {
    throw new VecinoError(
      'BATCH_TOO_LARGE',
      `${where}: the batch has ${input.length} records, expected at most ${LIMITS.batchMax}; write it in several calls`,
      { details: { expected: LIMITS.batchMax, received: input.length } },
    );
  }
  return Array.from<unknown>(input);
}

/** One element of a batch, its fields not yet looked at. */
export function readFields(
  at: string,
  fields: OptionSpecs,
  given: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given)) {
    return readOptions<object>(at, fields, given) as Readonly<Record<string, unknown>>;
  }
  const received = describeValue(given);
  throw new VecinoError(
    'OPTION_INVALID',
    `${at} is ${received}, expected an object of ${Object.keys(fields).join(', ')}`,
    { details: { expected: 'an object', received } },
  );
}

export function readId(where: string, id: unknown): string {
  if (typeof id !== 'string' || id === '' || !id.isWellFormed()) {
    const malformed = typeof id === 'string' && id !== '';
    const received = malformed ? 'malformed Unicode (half of a surrogate pair)' : describeValue(id);
    const remedy = malformed ? 'mend it with toWellFormed()' : 'write numbers and other keys as strings';
    throw new VecinoError(
      'ID_INVALID',
      `${where}: id is ${received}, expected a non-empty string of well-formed Unicode; ${remedy}`,
      { details: { expected: 'a non-empty string', received } },
    );
  }
  // Few ids come near the limit in UTF-16 units already.
  if (id.length * 3 > LIMITS.idBytesMax && Buffer.byteLength(id) > LIMITS.idBytesMax) {
    throw new VecinoError(
      'ID_TOO_LARGE',
      `${where}: id has ${Buffer.byteLength(id)} bytes, expected at most ${LIMITS.idBytesMax}; keep long keys in metadata`,
      { details: { expected: LIMITS.idBytesMax, received: Buffer.byteLength(id) } },
    );
  }
  return id;
}

/** Notes an id of the batch, which must not be in it already. */
export function requireNew(where: string, seen: Set<string>, id: string, position: number): void {
  if (seen.has(id)) {
    throw new VecinoError(
      'ID_DUPLICATE',
      `${where}: id ${quoted(id)} is in the batch twice, the second time at position ${position}, expected once; keep one of the two`,
      { details: { id, position } },
    );
  }
  seen.add(id);
}

export function readDocument(thing: string, document: unknown): string | null {
  if (document === undefined || document === null) return null;
  if (typeof document !== 'string' || !document.isWellFormed()) {
    const malformed = typeof document === 'string';
    const received = malformed ? 'malformed Unicode (half of a surrogate pair)' : describeValue(document);
    const remedy = malformed ? 'mend it with toWellFormed()' : 'other data belongs into the metadata';
    throw new VecinoError(
      'DOCUMENT_INVALID',
      `${thing}: document is ${received}, expected well-formed text; ${remedy}`,
      { details: { expected: 'a string', received } },
    );
  }
  if (
    document.length * 3 > LIMITS.documentBytesMax &&
    Buffer.byteLength(document) > LIMITS.documentBytesMax
  ) {
    throw new VecinoError(
      'DOCUMENT_TOO_LARGE',
      `${thing}: document has ${Buffer.byteLength(document)} bytes, expected at most ${LIMITS.documentBytesMax}; split it into passages`,
      { details: { expected: LIMITS.documentBytesMax, received: Buffer.byteLength(document) } },
    );
  }
  return document;
}

function withoutVector({ fields }: CollectionShape, thing: string, document: string | null): VecinoError {
  const field = present(fields[0], 'the only field');
  if (document !== null) field.requireEmbedding('a document without a vector');
  const source = takesTexts(field.embedding) ? 'document' : 'image';
  const remedy = field.embedding
    ? `give ${source === 'image' ? 'an image' : 'a document'}, which the embedding turns into a vector, or a vector`
    : `give a vector of ${field.dimension} numbers`;
  const lacking = field.embedding ? source : 'document';
  return new VecinoError('VECTOR_INVALID', `${thing}: has neither vector nor ${lacking}; ${remedy}`, {
    details: { expected: field.dimension },
  });
}
