import type { ImageInput } from '../api/image.ts';
import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { encodeMetadata, mergeMetadata } from '../filter/metadata.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { type Change, changeOf, commit } from './commit.ts';
import { embedRecords, textFor, type Unembedded } from './embed-records.ts';
import { readExpiry } from './expiry/read-expiry.ts';
import { isThere, NAMED_IDS, nameIds, slotsOf } from './find-slots.ts';
import { type RecordBatch, readBatch, readDocument, readFields, readId, requireNew } from './read-records.ts';
import { type GivenVectors, readVectors, requireVectors } from './read-vectors.ts';
import { changeWithSource, imagesToEmbed, readImage } from './record-images.ts';
import { writeInTurn } from './write-turn.ts';

/** What a record keeps where a change does not name it. */
const KEPT_PARTS = ['document', 'metadata', 'expiresAt'] as const;

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

interface UpdateInput {
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

/** Changes parts of stored records: what is not named stays. */
export async function updateRecords(state: CollectionState, input: unknown): Promise<void> {
  const where = `update ${state.thing}`;
  const read = async (given: unknown) => {
    const updates = await readUpdates(state, where, given);
    return { updates, vectors: await embedUpdates(state, where, updates) };
  };
  await writeInTurn(state, input, read, async ({ updates, vectors }) => {
    const ids = updates.map(({ id }) => id);
    const slots = await slotsOf(state, ids);
    const missing = ids.filter((_, i) => !isThere(state, slots[i]));
    if (missing.length > 0) {
      throw new VecinoError(
        'RECORD_NOT_FOUND',
        `${where}: ${missing.length} of ${ids.length} ids are not there: ${nameIds(missing)}; use upsert to create them`,
        { details: { ids: missing.slice(0, NAMED_IDS), count: missing.length } },
      );
    }
    const batch: RecordBatch = { ids, vectors: [], documents: [], metadata: [], expiries: [] };
    const changes: Change[] = [];
    const slice = new TimeSlice();
    for (const [ordinal, update] of updates.entries()) {
      const slot = slots[ordinal] as number;
      const row = state.store.reader.rows(state.id, [slot], [...KEPT_PARTS, state.vectorPart])[0];
      applyUpdate(where, batch, update, row);
      const changed = vectors[ordinal] ?? [];
      if (changed.every((vector) => vector === undefined)) {
        changes.push({ kind: 'patch', ordinal, slot });
      } else {
        const kept = state.vectorsOf(row);
        batch.vectors[ordinal] = changed.map((vector, i) =>
          vector === undefined ? kept[i] : (vector ?? undefined),
        );
        requireVectors(
          state,
          `${where}: record ${quoted(update.id)}`,
          batch.vectors[ordinal],
          'remove the record instead',
        );
        changes.push(changeOf(state, batch, ordinal, slot));
      }
      await slice.pause();
    }
    await commit(state, batch, changes);
  });
}

async function readUpdates(state: CollectionState, where: string, input: unknown): Promise<UpdateInput[]> {
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
async function embedUpdates(
  state: CollectionState,
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

function applyUpdate(
  where: string,
  batch: RecordBatch,
  update: UpdateInput,
  row: StoredRow | undefined,
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
