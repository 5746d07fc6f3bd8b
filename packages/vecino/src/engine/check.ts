import type { CheckReport } from '../api/collection.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import type { VectorField } from './vector-field.ts';

const ROWS = 256;
/** How many problems of one kind are listed. */
const LISTED = 20;

/** Compares store and index record by record, and lets both check their own structure. */
export async function checkCollection(state: CollectionState): Promise<CheckReport> {
  const problems: string[] = [...(await state.store.check())];
  // Writes wait meanwhile, so that store and index are compared at the same moment.
  await state.writes.run(async () => {
    await state.whole();
    for (const { index } of state.fields) problems.push(...(await index.check()));
    problems.push(...state.namespaces.check(state.expiry.now()));
    problems.push(...(await compareRecords(state)));
  });
  const records = state.store.reader.count(state.id, { now: state.expiry.now() });
  return { collection: state.collectionName, records, problems };
}

async function compareRecords(state: CollectionState): Promise<string[]> {
  const problems: string[] = [];
  const slice = new TimeSlice();
  const { reader } = state.store;
  let compared = 0;
  for (let from = 0; ; ) {
    const rows = reader.scan(state.id, from, ROWS, [state.vectorPart, 'metadata']);
    for (const row of rows) {
      // Expired, and about to be removed.
      if (state.slots.isExpired(row.slot)) continue;
      compared += 1;
      if (!state.slots.live.has(row.slot)) problems.push(`record "${row.id}" is stored but not in the index`);
      else for (const field of state.fields) problems.push(...compareVectors(field, row));
      if (!isJson(row.metadata)) problems.push(`record "${row.id}" has metadata that is no JSON`);
      if (problems.length >= LISTED) return problems;
    }
    const last = rows.at(-1);
    if (!last || rows.length < ROWS) break;
    from = last.slot + 1;
    await slice.pause();
  }
  const live = state.slots.live.count();
  if (live !== compared) problems.push(`the index has ${live} live slots, the store ${compared} records`);
  for (const { name, live: own, index } of state.fields) {
    if (name === undefined || own.count() === index.count) continue;
    problems.push(`the index of field "${name}" has ${index.count} vectors, expected ${own.count()}`);
  }
  return problems;
}

/** Compares what store and index say of one vector of a record. */
function compareVectors(field: VectorField, row: StoredRow): string[] {
  const vector = field.of(row);
  const thing = field.within(`record "${row.id}"`);
  if (vector === undefined && field.name !== undefined) {
    return field.live.has(row.slot) ? [`${thing}: is in the index and not stored`] : [];
  }
  if (vector?.length !== field.dimension) {
    return [`${thing} has a vector of ${vector?.length ?? 0} dimensions, expected ${field.dimension}`];
  }
  if (!field.live.has(row.slot)) return [`${thing}: is stored but not in the index`];
  return field.holds(row.slot, vector) ? [] : [`${thing} has another vector in the index than in the store`];
}

function isJson(text: string | undefined): boolean {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
}
