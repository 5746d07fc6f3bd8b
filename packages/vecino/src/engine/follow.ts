import { BitSet } from '../base/bit-set.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { NextVectors } from './reembed/next-vectors.ts';
import type { VectorField } from './vector-field.ts';

/** Rows read in one go. */
const ROWS = 128;
const CHANGES = 2_000;
const SLOTS = 16_384;

/**
 * Brings a freshly opened collection up to the store: snapshot, then the records that it lacks, then what has
 * changed since. Every step may be repeated without harm, so that a reader beside a writing process ends up
 * right whatever is committed meanwhile.
 */
export async function catchUpFromOpening(state: CollectionState): Promise<void> {
  const committed = state.latestSeq;
  const known: number[] = [];
  for (const field of state.fields) {
    const snapshotSeq = await field.index.loadSnapshot(() => state.latestSeq);
    field.removalsNeededFrom = snapshotSeq;
    // Without a snapshot everything will have been read just now; with one, what has changed since may lie in slots
    // that the snapshot holds with another vector.
    known.push(snapshotSeq === 0 ? committed : snapshotSeq);
  }
  const occupied = await occupiedSlots(state);
  const missing = new BitSet();
  for (const field of state.fields) {
    // What was written between the two readings is caught up with.
    const own = state.hasNames ? (await slotsOfField(state, field)).intersect(occupied) : occupied;
    const lacking = await field.index.adopt(own.toArray());
    missing.addAll(lacking);
    if (!state.hasNames) continue;
    field.live.union(own);
    for (const slot of lacking) field.live.delete(slot);
  }
  await state.slots.adopt(occupied.toArray(), missing);
  await putMissing(state, missing.toArray());
  state.slots.saw(Math.min(...known));
  await catchUp(state);
  state.expiry.renew();
  state.kick();
}

/** Reads the vectors that some index lacks. */
async function putMissing(state: CollectionState, missing: Uint32Array): Promise<void> {
  const slice = new TimeSlice();
  for (let from = 0; from < missing.length; from += ROWS) {
    const slots = missing.subarray(from, from + ROWS);
    const rows = state.store.reader.rows(state.id, slots, [state.vectorPart]);
    for (const field of state.fields) {
      field.index.learnFrom(rows.flatMap((row) => field.of(row) ?? []));
    }
    for (const row of rows) {
      if (!row) continue;
      const vectors = state.vectorsOf(row);
      state.put(
        row.slot,
        vectors.map((vector, i) => (state.fields[i]?.live.has(row.slot) ? undefined : vector)),
      );
    }
    await slice.pause();
  }
}

/** The slots that have a vector of a named field, read in slices. */
async function slotsOfField({ store, id }: CollectionState, { vectorSet }: VectorField): Promise<BitSet> {
  const slots = new BitSet();
  const slice = new TimeSlice();
  for (let from = 0; ; ) {
    const page = store.reader.slotsOfSet(id, vectorSet, from, SLOTS);
    slots.addAll(page);
    const last = page.at(-1);
    if (last === undefined || page.length < SLOTS) return slots;
    from = last + 1;
    await slice.pause();
  }
}

/**
 * Where the writing process has moved a field to another model, the vectors that count now are read from the store and
 * take the place of the others. Texts are questions to a model that the caller must give anew.
 */
async function followExchange(state: CollectionState): Promise<void> {
  const { reader, writer } = state.store;
  const stored = writer ? undefined : reader.collections().find(({ id }) => id === state.id);
  for (const field of state.fields) {
    const present = stored?.fields ? stored.fields.find(({ number }) => number === field.number) : stored;
    if (!present || present.vectorSet === field.vectorSet) continue;
    await state.exchange.run(async () => {
      const next = new NextVectors(state.id, reader, field, present);
      await next.copy(() => state.requireOpen());
      const isSame = field.embedding?.name === present.embedding?.name;
      await field.exchange(next, isSame ? field.embedding : undefined);
    });
  }
}

/** Shows to index and filters what has been committed since they last looked. */
export async function catchUp(state: CollectionState): Promise<void> {
  await followExchange(state);
  const { reader } = state.store;
  const { seen } = state.slots;
  if (state.latestSeq === seen) return;
  await state.show(async () => {
    const slice = new TimeSlice();
    let shown = seen;
    for (let isWhole = false; !isWhole; ) {
      const changes = reader.changesSince(state.id, shown, CHANGES);
      isWhole = changes.length < CHANGES;
      for (const { slot, removed, seq } of changes) {
        const row = removed ? undefined : reader.rows(state.id, [slot], [state.vectorPart, 'metadata'])[0];
        if (removed) state.forget(slot);
        else refresh(state, row);
        // A record that has changed again meanwhile may be gone from this slot and not yet be seen in another.
        if (!removed && row?.seq !== seq) isWhole = false;
        shown = seq;
        await slice.pause();
      }
    }
    // Asked for last, so that nothing is forgotten between this question and the reading of the log.
    if (reader.removalsForgottenUntil(state.id) > seen) await forgetVanished(state);
    // Only now: who looks meanwhile must find all of these changes newer than what the index has seen.
    state.slots.saw(shown);
    state.expiry.renew();
  });
}

/** The slots that the store occupies, read in slices. What changes meanwhile is seen by catching up. */
async function occupiedSlots(state: CollectionState): Promise<BitSet> {
  const occupied = new BitSet();
  const slice = new TimeSlice();
  let after = -1;
  for (;;) {
    const { slots, seq } = state.store.reader.occupiedSlots(state.id, after, SLOTS);
    occupied.addAll(slots);
    if (slots.length < SLOTS) return occupied;
    after = seq;
    await slice.pause();
  }
}

/** A reader that lagged behind for long may have missed removals that the log has forgotten: it compares all. */
async function forgetVanished(state: CollectionState): Promise<void> {
  const occupied = await occupiedSlots(state);
  const vanished = state.slots.live.clone().subtract(occupied);
  for (const slot of vanished) state.forget(slot);
}

function refresh(state: CollectionState, row: StoredRow | undefined): void {
  // Removed again in the meantime: the log says so in its turn.
  if (!row) return;
  const { slot } = row;
  const vectors = state.vectorsOf(row);
  for (const [i, { index }] of state.fields.entries()) {
    const vector = vectors[i];
    if (vector) index.learnFrom([vector]);
  }
  if (!state.slots.live.has(slot) || !state.fields.every((field, i) => field.holds(slot, vectors[i]))) {
    state.forget(slot);
    state.put(slot, vectors);
  }
  state.ids[slot] = row.id;
  state.namespaces.set(slot, row.namespace);
  state.filter.set(slot, row.metadata ?? '{}');
}

/** Follows the writing process: looks at SQLite's data version, and at the changes only if it has moved. */
export function followerOf(state: CollectionState): () => Promise<void> {
  // Nothing yet: something may have been committed since the collection was opened.
  let version: number | undefined;
  return () =>
    state.writes.run(async () => {
      await state.store.reader.present();
      const now = state.store.reader.dataVersion();
      if (now === version) return;
      await catchUp(state);
      state.kick();
      version = now;
    });
}
