import { quoted } from '../../base/options.ts';
import { idsExist, idsMissing } from '../../engine/offending-ids.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import { readRecords } from '../../engine/read-records.ts';
import { applyUpdate, embedUpdates, readUpdates } from '../../engine/read-updates.ts';
import { requireVectors } from '../../engine/read-vectors.ts';
import { readTarget } from '../../engine/remove-target.ts';
import type { RemoteState } from './remote-state.ts';

/** Stores new records; refuses ids that are there. */
export async function addRemote(state: RemoteState, input: unknown): Promise<string[]> {
  const batch = await readRecords(state, 'add to', input);
  state.requireOpen();
  const existing = await state.records.add(batch, state.expiry.now());
  if (existing.length > 0) throw idsExist(`add to ${state.thing}`, existing, batch.ids.length);
  return batch.ids;
}

/** Stores records, replacing what is there. */
export async function upsertRemote(state: RemoteState, input: unknown): Promise<string[]> {
  const batch = await readRecords(state, 'upsert into', input);
  state.requireOpen();
  await state.records.upsert(batch);
  return batch.ids;
}

/** Changes parts of stored records: what is not named stays. */
export async function updateRemote(state: RemoteState, input: unknown): Promise<void> {
  const where = `update ${state.thing}`;
  const updates = await readUpdates(state, where, input);
  const vectors = await embedUpdates(state, where, updates);
  state.requireOpen();
  const ids = updates.map(({ id }) => id);
  await state.records.replace(ids, state.expiry.now(), (rows) => {
    const missing = ids.filter((_, i) => rows[i] === undefined);
    if (missing.length > 0) throw idsMissing(where, missing, ids.length);
    const batch: RecordBatch = { ids, vectors: [], documents: [], metadata: [], expiries: [] };
    for (const [i, update] of updates.entries()) {
      const row = rows[i];
      applyUpdate(where, batch, update, row);
      const made = state.fields.map((_, field) => {
        const given = vectors[i]?.[field];
        return given === undefined ? row?.vectors?.[field] : (given ?? undefined);
      });
      requireVectors(state, `${where}: record ${quoted(update.id)}`, made, 'remove the record instead');
      batch.vectors.push(made);
    }
    return batch;
  });
}

/** Removes records and answers how many were there. */
export async function removeRemote(state: RemoteState, target: unknown): Promise<number> {
  const where = `remove from ${state.thing}`;
  const ids = readTarget(where, target);
  const now = state.expiry.now();
  if (ids) return state.records.removeIds([...new Set(ids)], now);
  const predicate = state.filter.parse(where, (target as { readonly filter: unknown }).filter);
  return state.records.removeMatches({ now, predicate });
}
