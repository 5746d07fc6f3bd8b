import { quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { CollectionState } from './collection-state.ts';
import { type Change, changeOf, commit } from './commit.ts';
import { isThere, slotsOf } from './find-slots.ts';
import { idsMissing } from './offending-ids.ts';
import type { RecordBatch } from './read-records.ts';
import { applyUpdate, embedUpdates, readUpdates } from './read-updates.ts';
import { requireVectors } from './read-vectors.ts';
import { writeInTurn } from './write-turn.ts';

/** What a record keeps where a change does not name it. */
const KEPT_PARTS = ['document', 'metadata', 'expiresAt'] as const;

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
    if (missing.length > 0) throw idsMissing(where, missing, ids.length);
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
