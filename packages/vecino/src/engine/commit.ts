import { present } from '../base/assert.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { NamedVectors, WriteBatch } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { isThere } from './find-slots.ts';
import { NOWHERE } from './namespace-slots.ts';
import type { RecordBatch } from './read-records.ts';
import type { VectorField } from './vector-field.ts';

/** One record of a write, decided: a new vector in a new slot, or a change beside the vector in place. */
export type Change =
  | { readonly kind: 'put'; readonly ordinal: number; readonly replaces: number | undefined }
  | { readonly kind: 'patch'; readonly ordinal: number; readonly slot: number };

/** What becomes of a record that may be there: where its vectors stay as they are, it keeps its place in the indexes. */
export function changeOf(
  state: CollectionState,
  batch: RecordBatch,
  ordinal: number,
  slot: number | undefined,
): Change {
  if (!isThere(state, slot)) return { kind: 'put', ordinal, replaces: slot };
  const vectors = batch.vectors[ordinal] ?? [];
  const stored = state.vectorsOf(state.store.reader.rows(state.id, [slot], [state.vectorPart])[0]);
  const same = stored.every((one, i) => areEqual(one, vectors[i]));
  return same ? { kind: 'patch', ordinal, slot } : { kind: 'put', ordinal, replaces: slot };
}

/** Whether two vectors are the same bit by bit, or both are missing. */
function areEqual(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.every((value, i) => Object.is(value, b[i]));
}

/** Commits the changes, then shows them to index and filters. Nothing is changed if the commit fails. */
export async function commit(
  state: CollectionState,
  batch: RecordBatch,
  changes: readonly Change[],
): Promise<void> {
  const puts = changes.filter((change) => change.kind === 'put');
  const patches = changes.filter((change) => change.kind === 'patch');
  const vectors = await vectorsOf(state, batch, puts);
  const aside = state.setAside(puts.map(({ ordinal }) => batch.vectors[ordinal] ?? []));
  const { slots } = aside;
  const write = writeBatchOf(state, batch, puts, patches, slots, vectors);
  const isNew = state.namespace === NOWHERE && puts.length > 0;
  let lastSeq: number;
  let namespace: number;
  try {
    ({ lastSeq, namespace } = await state.writer.write(write));
  } catch (error) {
    aside.giveBack();
    throw error;
  }
  await state.show(async () => {
    for (const [i, { index }] of state.fields.entries()) {
      index.learnFrom(batch.vectors.flatMap((vectors) => vectors?.[i] ?? []));
    }
    const slice = new TimeSlice();
    if (isNew) state.namespaces.begin(namespace);
    for (const [i, put] of puts.entries()) {
      const slot = slots[i] as number;
      if (put.replaces !== undefined) state.forget(put.replaces);
      state.put(slot, batch.vectors[put.ordinal] ?? []);
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
  state.kick();
  for (const { index } of state.fields) await index.room();
}

/** Shows a record again that has expired while the change which lets it stay was on its way to the disk. */
function revive(state: CollectionState, slot: number): void {
  const row = state.store.reader.rows(state.id, [slot], [state.vectorPart])[0];
  state.put(slot, state.vectorsOf(present(row, 'a record that was just patched')));
}

type Puts = readonly Extract<Change, { kind: 'put' }>[];

/** The vectors of the puts as the store takes them. */
async function vectorsOf(
  state: CollectionState,
  batch: RecordBatch,
  puts: Puts,
): Promise<Pick<WriteBatch['puts'], 'vectors' | 'named'>> {
  const matrices: NamedVectors[] = [];
  for (const [i, field] of state.fields.entries()) {
    matrices.push(await matrixOf(field, puts, ({ ordinal }) => batch.vectors[ordinal]?.[i]));
  }
  if (state.hasNames) return { vectors: new Float32Array(), named: matrices };
  return { vectors: present(matrices[0], 'the vectors').vectors };
}

/** The vectors of one field, row by row, of those puts that have one. */
async function matrixOf(
  { vectorSet, dimension }: VectorField,
  puts: Puts,
  vectorOf: (put: Puts[number]) => Float32Array | undefined,
): Promise<NamedVectors> {
  const places = Uint32Array.from(puts.keys()).filter((place) => vectorOf(present(puts[place], 'a put')));
  const vectors = new Float32Array(places.length * dimension);
  const slice = new TimeSlice();
  for (const [row, place] of places.entries()) {
    vectors.set(vectorOf(present(puts[place], 'a put')) ?? [], row * dimension);
    await slice.pause();
  }
  return { set: vectorSet, places, vectors };
}

function writeBatchOf(
  state: CollectionState,
  batch: RecordBatch,
  puts: Puts,
  patches: readonly Extract<Change, { kind: 'patch' }>[],
  slots: Uint32Array,
  vectors: Pick<WriteBatch['puts'], 'vectors' | 'named'>,
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
      ...vectors,
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
