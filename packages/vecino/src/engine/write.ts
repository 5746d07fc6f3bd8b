import { TimeSlice } from '../base/time-slice.ts';
import type { WriteBatch } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { type Change, changeOf, commit } from './commit.ts';
import { isThere, slotsOf } from './find-slots.ts';
import { idsExist } from './offending-ids.ts';
import { readRecords } from './read-records.ts';
import { writeInTurn } from './write-turn.ts';

/** Stores new records; refuses ids that are there. */
export async function addRecords(state: CollectionState, input: unknown): Promise<string[]> {
  const read = (given: unknown) => readRecords(state, 'add to', given);
  return writeInTurn(state, input, read, async (batch) => {
    const slots = await slotsOf(state, batch.ids);
    const existing = batch.ids.filter((_, i) => isThere(state, slots[i]));
    if (existing.length > 0) throw idsExist(`add to ${state.thing}`, existing, batch.ids.length);
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
  const read = (given: unknown) => readRecords(state, 'upsert into', given);
  return writeInTurn(state, input, read, async (batch) => {
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
  state.kick();
  return slots.length;
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
