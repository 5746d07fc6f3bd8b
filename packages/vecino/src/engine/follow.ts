import { BitSet } from '../base/bit-set.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';

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
  const { reader } = state.store;
  const committed = state.latestSeq;
  const snapshotSeq = await state.index.loadSnapshot(committed);
  const occupied = (await occupiedSlots(state)).toArray();
  const missing = await state.index.adopt(occupied);
  await state.slots.adopt(occupied, missing);
  const slice = new TimeSlice();
  for (let from = 0; from < missing.length; from += ROWS) {
    const rows = reader.rows(state.id, missing.slice(from, from + ROWS), ['vector']);
    state.index.learnFrom(rows.flatMap((row) => row?.vector ?? []));
    for (const row of rows) {
      if (row?.vector) state.put(row.slot, row.vector);
    }
    await slice.pause();
  }
  // Without a snapshot everything was read just now; with one, what has changed since may lie in slots that
  // the snapshot holds with another vector.
  state.slots.saw(snapshotSeq === 0 ? committed : snapshotSeq);
  await catchUp(state);
  state.expiry.renew();
  state.index.kick();
}

/** Shows to index and filters what has been committed since they last looked. */
export async function catchUp(state: CollectionState): Promise<void> {
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
        const row = removed ? undefined : reader.rows(state.id, [slot], ['vector', 'metadata'])[0];
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
  if (!row?.vector) return;
  const { slot } = row;
  state.index.learnFrom([row.vector]);
  if (!state.slots.live.has(slot) || !state.index.holds(slot, state.index.prepare(row.vector))) {
    state.forget(slot);
    state.put(slot, row.vector);
  }
  state.ids[slot] = row.id;
  state.namespaces.set(slot, row.namespace);
  state.filter.set(slot, row.metadata ?? '{}');
}
