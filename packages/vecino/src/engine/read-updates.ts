import type { ImageInput } from '../api/image.ts';
import type { JsonObject } from '../api/metadata.ts';
import { type OptionSpecs, quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { encodeMetadata, mergeMetadata } from '../filter/metadata.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionShape } from './collection-shape.ts';
import { embedRecords, textFor, type Unembedded } from './embed-records.ts';
import { readExpiry } from './expiry/read-expiry.ts';
import { type RecordBatch, readBatch, readDocument, readFields, readId, requireNew } from './read-records.ts';
import { type GivenVectors, readVectors } from './read-vectors.ts';
import { changeWithSource, imagesToEmbed, readImage } from './record-images.ts';

const UPDATE_FIELDS = {
  id: { kind: 'opaque', about: 'The record to change.' },
  vector: { kind: 'opaque', about: 'The new vector.' },
  vectors: { kind: 'opaque', about: 'New vectors by name; null removes one.' },
  document: { kind: 'opaque', about: 'The new text; null removes it.' },
  metadata: { kind: 'opaque', about: 'Keys to set; undefined removes a key.' },
  expiresAt: { kind: 'opaque', about: 'When the record expires; null for never.' },
  ttl: { kind: 'opaque', about: 'In how many seconds the record expires; null for never.' },
  image: { kind: 'opaque', about: 'The new picture.' },
} as const satisfies OptionSpecs;

/** A change of one record, validated. */
export interface UpdateInput {
  readonly id: string;
  /** By field; null removes. */
  readonly vectors: GivenVectors;
  readonly document: string | null | undefined;
  readonly image: ImageInput | undefined;
  /** Keys to set, and keys to remove, whose value is undefined. */
  readonly metadata: object | undefined;
  /** In milliseconds since 1970; null takes the expiry away. */
  readonly expiresAt: number | null | undefined;
}

/** Reads the changes of `update`, each found sound before anything is embedded or written. */
export async function readUpdates(
  state: CollectionShape,
  where: string,
  input: unknown,
): Promise<UpdateInput[]> {
  const seen = new Set<string>();
  const updates: UpdateInput[] = [];
  const now = state.expiry.now();
  const slice = new TimeSlice();
  for (const [position, given] of readBatch(where, input).entries()) {
    const at = `${where}: change ${position}`;
    const {
      id: givenId,
      vector,
      vectors,
      document,
      image: givenImage,
      metadata,
      ...expiry
    } = readFields(at, UPDATE_FIELDS, given);
    const id = readId(at, givenId);
    requireNew(where, seen, id, position);
    const thing = `${where}: record ${quoted(id)}`;
    const image = readImage(thing, givenImage);
    const change = metadata === undefined ? undefined : readMetadataChange(thing, metadata);
    updates.push({
      id,
      vectors: readVectors(state, thing, { vector, vectors }),
      document: document === undefined ? undefined : readDocument(thing, document),
      image,
      metadata: changeWithSource(change, image),
      expiresAt: readExpiry(thing, expiry, now),
    });
    await slice.pause();
  }
  return updates;
}

/** A copy of the change, found sound before anything is embedded or written. */
function readMetadataChange(thing: string, change: unknown): object {
  const set = JSON.parse(encodeMetadata(thing, mergeMetadata({}, change as object, thing))) as JsonObject;
  const removed = Object.entries(change as object).filter(([, value]) => value === undefined);
  return Object.fromEntries([...Object.entries(set), ...removed]);
}

/** What becomes of the vectors: those that are given, and new ones for changed texts and pictures where the collection makes its own. */
export async function embedUpdates(
  state: CollectionShape,
  where: string,
  updates: readonly UpdateInput[],
): Promise<GivenVectors[]> {
  const vectors = updates.map((update) => update.vectors);
  const unembedded = updates.flatMap((update, position): Unembedded[] => {
    const { id, document, metadata = {}, vectors: given } = update;
    const images = imagesToEmbed(state, update.image, { position, id }, given);
    const texts = state.fields.flatMap((one, field): Unembedded[] => {
      if (given[field] !== undefined || images.some((image) => image.field === field)) return [];
      const text = textFor(`${where}: record ${quoted(id)}`, one, document, metadata as JsonObject);
      return text === undefined ? [] : [{ position, id, field, text }];
    });
    return [...images, ...texts];
  });
  await embedRecords(state, where, unembedded, ({ position, field }, vector) => {
    vectors[position] = (vectors[position] ?? []).with(field, vector);
  });
  return vectors;
}

/** Adds to a batch what becomes of a record beside its vectors. */
export function applyUpdate(
  where: string,
  batch: RecordBatch,
  update: UpdateInput,
  row: Pick<StoredRow, 'document' | 'metadata' | 'expiresAt'> | undefined,
): void {
  const thing = `${where}: record ${quoted(update.id)}`;
  const old = JSON.parse(row?.metadata ?? '{}') as JsonObject;
  batch.documents.push(update.document === undefined ? (row?.document ?? null) : update.document);
  batch.metadata.push(
    update.metadata === undefined
      ? JSON.stringify(old)
      : encodeMetadata(thing, mergeMetadata(old, update.metadata, thing)),
  );
  batch.expiries.push(update.expiresAt === undefined ? (row?.expiresAt ?? null) : update.expiresAt);
}
