import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { encodeMetadata, mergeMetadata } from '../filter/metadata.ts';
import type { StoredRow, WriteBatch } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { readExpiry } from './expiry/read-expiry.ts';
import { NOWHERE } from './namespace-slots.ts';
import {
  embedMissing,
  type RecordBatch,
  readBatch,
  readDocument,
  readFields,
  readId,
  readRecords,
  requireNew,
} from './read-records.ts';

/** Ids looked up in one go, so that long batches leave the event loop free. */
const LOOKUP_IDS = 500;
/** How many offending ids an error names. */
const NAMED_IDS = 5;
/** What a record keeps where a change does not name it. */
const KEPT_PARTS = ['document', 'metadata', 'expiresAt'] as const;

/** One record of a write, decided: a new vector in a new slot, or a change beside the vector in place. */
type Change =
  | { readonly kind: 'put'; readonly ordinal: number; readonly replaces: number | undefined }
  | { readonly kind: 'patch'; readonly ordinal: number; readonly slot: number };

/** Stores new records; refuses ids that are there. */
export async function addRecords(state: CollectionState, input: unknown): Promise<string[]> {
  const batch = await readRecords(state, 'add to', input);
  return state.writes.run(async () => {
    state.requireOpen();
    const slots = await slotsOf(state, batch.ids);
    const existing = batch.ids.filter((_, i) => isThere(state, slots[i]));
    if (existing.length > 0) {
      throw new VecinoError(
        'ID_EXISTS',
        `add to ${state.thing}: ${existing.length} of ${batch.ids.length} ids exist already: ${nameIds(existing)}; use upsert to replace them`,
        { details: { ids: existing.slice(0, NAMED_IDS), count: existing.length } },
      );
    }
    await commit(
      state,
      batch,
      batch.ids.map((_, ordinal) => ({ kind: 'put', ordinal, replaces: slots[ordinal] })),
    );
    return batch.ids;
  });
}

/** Stores records, replacing what is there. A record whose vector stays the same keeps its place in the index. */
export async function upsertRecords(state: CollectionState, input: unknown): Promise<string[]> {
  const batch = await readRecords(state, 'upsert into', input);
  return state.writes.run(async () => {
    state.requireOpen();
    const slots = await slotsOf(state, batch.ids);
    const slice = new TimeSlice();
    const changes: Change[] = [];
    for (const [ordinal, slot] of slots.entries()) {
      changes.push(changeOf(state, batch, ordinal, slot));
      await slice.pause();
    }
    await commit(state, batch, changes);
    return batch.ids;
  });
}

const UPDATE_FIELDS = {
  id: { kind: 'opaque', about: 'The record to change.' },
  vector: { kind: 'opaque', about: 'The new vector.' },
  document: { kind: 'opaque', about: 'The new text; null removes it.' },
  metadata: { kind: 'opaque', about: 'Keys to set; undefined removes a key.' },
  expiresAt: { kind: 'opaque', about: 'When the record expires; null for never.' },
  ttl: { kind: 'opaque', about: 'In how many seconds the record expires; null for never.' },
} as const satisfies OptionSpecs;

interface UpdateInput {
  readonly id: string;
  readonly vector: Float32Array | undefined;
  readonly document: string | null | undefined;
  /** Keys to set, and keys to remove, whose value is undefined. */
  readonly metadata: object | undefined;
  /** In milliseconds since 1970; null takes the expiry away. */
  readonly expiresAt: number | null | undefined;
}

/** Changes parts of stored records: what is not named stays. */
export async function updateRecords(state: CollectionState, input: unknown): Promise<void> {
  const where = `update ${state.thing}`;
  const updates = await readUpdates(state, where, input);
  const reembedded = await embedUpdates(state, where, updates);
  await state.writes.run(async () => {
    state.requireOpen();
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
      const row = state.store.reader.rows(state.id, [slot], KEPT_PARTS)[0];
      applyUpdate(where, batch, update, row);
      const vector = reembedded.get(ordinal) ?? update.vector;
      if (vector) batch.vectors[ordinal] = vector;
      changes.push(vector ? changeOf(state, batch, ordinal, slot) : { kind: 'patch', ordinal, slot });
      await slice.pause();
    }
    await commit(state, batch, changes);
  });
}

/** Removes the records of these slots. Answers their number. */
export async function removeSlots(state: CollectionState, slots: Uint32Array): Promise<number> {
  state.requireOpen();
  if (slots.length === 0) return 0;
  return writeRemovals(state, { ...emptyBatch(state.id), removals: slots });
}

/** Removes a namespace together with the records of these slots, which are all that it has. */
export async function dropRecords(state: CollectionState, slots: Uint32Array): Promise<number> {
  const { id, namespaceName: namespace } = state;
  return writeRemovals(state, { ...emptyBatch(id), namespace, dropsNamespace: true, removals: slots });
}

async function writeRemovals(state: CollectionState, batch: WriteBatch): Promise<number> {
  const { removals: slots } = batch;
  const { lastSeq } = await state.writer.write(batch);
  await state.show(async () => {
    const slice = new TimeSlice();
    for (const slot of slots) {
      state.forget(slot);
      await slice.pause();
    }
    state.slots.saw(lastSeq);
  });
  state.index.kick();
  return slots.length;
}

/** Whether a record is there, and has not expired. */
export function isThere(state: CollectionState, slot: number | undefined): slot is number {
  return slot !== undefined && !state.slots.isExpired(slot);
}

/** The slots of ids, looked up in slices. Those of records that have expired by now are told by `isThere`. */
export async function slotsOf(
  state: CollectionState,
  ids: readonly string[],
): Promise<(number | undefined)[]> {
  await state.whole();
  const { namespace } = state;
  const slots: (number | undefined)[] = [];
  const slice = new TimeSlice();
  for (let from = 0; from < ids.length; from += LOOKUP_IDS) {
    slots.push(...state.store.reader.slotsOf(state.id, namespace, ids.slice(from, from + LOOKUP_IDS)));
    await slice.pause();
  }
  return slots;
}

async function readUpdates(state: CollectionState, where: string, input: unknown): Promise<UpdateInput[]> {
  const seen = new Set<string>();
  const updates: UpdateInput[] = [];
  const now = state.expiry.now();
  const slice = new TimeSlice();
  for (const [position, given] of readBatch(where, input).entries()) {
    const at = `${where}: change ${position}`;
    const { id: givenId, vector, document, metadata, ...expiry } = readFields(at, UPDATE_FIELDS, given);
    const id = readId(at, givenId);
    requireNew(where, seen, id, position);
    const thing = `${where}: record ${quoted(id)}`;
    updates.push({
      id,
      vector: vector === undefined ? undefined : state.readVector(thing, vector),
      document: document === undefined ? undefined : readDocument(thing, document),
      metadata: metadata === undefined ? undefined : readMetadataChange(thing, metadata),
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

/** New vectors for changed texts, where the collection makes its own. */
async function embedUpdates(
  state: CollectionState,
  where: string,
  updates: readonly UpdateInput[],
): Promise<Map<number, Float32Array>> {
  const batch = {
    ids: updates.map(({ id }) => id),
    vectors: [] as Float32Array[],
    documents: updates.map(({ document }) => document ?? null),
  };
  const positions = [...updates.keys()].filter((i) => {
    const update = updates[i];
    return (
      state.stored.embedding !== null && update?.vector === undefined && typeof update?.document === 'string'
    );
  });
  await embedMissing(state, where, batch, positions);
  return new Map(positions.map((position) => [position, batch.vectors[position] as Float32Array]));
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

function changeOf(
  state: CollectionState,
  batch: RecordBatch,
  ordinal: number,
  slot: number | undefined,
): Change {
  if (!isThere(state, slot)) return { kind: 'put', ordinal, replaces: slot };
  const vector = batch.vectors[ordinal];
  const stored = state.store.reader.rows(state.id, [slot], ['vector'])[0]?.vector;
  const same =
    vector !== undefined && stored !== undefined && vector.every((value, i) => Object.is(value, stored[i]));
  return same ? { kind: 'patch', ordinal, slot } : { kind: 'put', ordinal, replaces: slot };
}

/** Commits the changes, then shows them to index and filters. Nothing is changed if the commit fails. */
async function commit(state: CollectionState, batch: RecordBatch, changes: readonly Change[]): Promise<void> {
  const puts = changes.filter((change) => change.kind === 'put');
  const patches = changes.filter((change) => change.kind === 'patch');
  const vectors = await vectorsOf(state, batch, puts);
  const slots = state.setAside(puts.length);
  const write = writeBatchOf(state, batch, puts, patches, slots, vectors);
  const isNew = state.namespace === NOWHERE && puts.length > 0;
  let lastSeq: number;
  let namespace: number;
  try {
    ({ lastSeq, namespace } = await state.writer.write(write));
  } catch (error) {
    state.giveBack(slots);
    throw error;
  }
  await state.show(async () => {
    state.index.learnFrom(batch.vectors.filter((vector) => vector !== undefined));
    const slice = new TimeSlice();
    if (isNew) state.namespaces.begin(namespace);
    for (const [i, put] of puts.entries()) {
      const slot = slots[i] as number;
      if (put.replaces !== undefined) state.forget(put.replaces);
      state.put(slot, batch.vectors[put.ordinal] as Float32Array);
      state.namespaces.set(slot, namespace);
      state.filter.set(slot, batch.metadata[put.ordinal] ?? '{}');
      state.ids[slot] = batch.ids[put.ordinal];
      state.noteExpiry(batch.expiries[put.ordinal]);
      await slice.pause();
    }
    for (const { slot, ordinal } of patches) {
      if (state.slots.isExpired(slot)) revive(state, slot);
      state.filter.set(slot, batch.metadata[ordinal] ?? '{}');
      state.noteExpiry(batch.expiries[ordinal]);
      await slice.pause();
    }
    state.slots.saw(lastSeq);
  });
  state.index.kick();
  await state.index.room();
}

/** Shows a record again that has expired while the change which lets it stay was on its way to the disk. */
function revive(state: CollectionState, slot: number): void {
  const vector = state.store.reader.rows(state.id, [slot], ['vector'])[0]?.vector;
  state.put(slot, present(vector, 'the vector of a record that was just patched'));
}

/** The vectors of the puts, row by row. */
async function vectorsOf(
  state: CollectionState,
  batch: RecordBatch,
  puts: readonly Extract<Change, { kind: 'put' }>[],
): Promise<Float32Array> {
  const vectors = new Float32Array(puts.length * state.dimension);
  const slice = new TimeSlice();
  for (const [i, { ordinal }] of puts.entries()) {
    vectors.set(batch.vectors[ordinal] as Float32Array, i * state.dimension);
    await slice.pause();
  }
  return vectors;
}

function writeBatchOf(
  state: CollectionState,
  batch: RecordBatch,
  puts: readonly Extract<Change, { kind: 'put' }>[],
  patches: readonly Extract<Change, { kind: 'patch' }>[],
  slots: Uint32Array,
  vectors: Float32Array,
): WriteBatch {
  const documentsOf = (changes: readonly Change[]) =>
    changes.map(({ ordinal }) => batch.documents[ordinal] ?? null);
  const metadataOf = (changes: readonly Change[]) =>
    changes.map(({ ordinal }) => batch.metadata[ordinal] ?? '{}');
  const expiriesOf = (changes: readonly Change[]) => {
    const expiries = changes.map(({ ordinal }) => batch.expiries[ordinal] ?? null);
    return expiries.some((at) => at !== null) ? { expiries } : {};
  };
  return {
    collection: state.id,
    namespace: state.namespaceName,
    removals: new Uint32Array(),
    moved: Uint32Array.from(puts.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]))),
    puts: {
      slots,
      ids: puts.map(({ ordinal }) => batch.ids[ordinal] ?? ''),
      vectors,
      documents: documentsOf(puts),
      metadata: metadataOf(puts),
      ...expiriesOf(puts),
    },
    patches: {
      slots: Uint32Array.from(patches, ({ slot }) => slot),
      documents: documentsOf(patches),
      metadata: metadataOf(patches),
      ...expiriesOf(patches),
    },
  };
}

function emptyBatch(collection: number): WriteBatch {
  const none = new Uint32Array();
  return {
    collection,
    removals: none,
    puts: { slots: none, ids: [], vectors: new Float32Array(), documents: [], metadata: [] },
    patches: { slots: none, documents: [], metadata: [] },
  };
}

function nameIds(ids: readonly string[]): string {
  const named = ids.slice(0, NAMED_IDS).map(quoted);
  return ids.length > NAMED_IDS ? `${named.join(', ')} and ${ids.length - NAMED_IDS} more` : named.join(', ');
}
