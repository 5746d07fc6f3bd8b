import type { CheckReport } from '../api/collection.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { CollectionState } from './collection-state.ts';

const ROWS = 256;
/** How many problems of one kind are listed. */
const LISTED = 20;

/** Compares store and index record by record, and lets both check their own structure. */
export async function checkCollection(state: CollectionState): Promise<CheckReport> {
  const problems: string[] = [...(await state.store.check())];
  // Writes wait meanwhile, so that store and index are compared at the same moment.
  await state.writes.run(async () => {
    await state.whole();
    problems.push(...(await state.index.check()));
    problems.push(...state.namespaces.check(state.expiry.now()));
    problems.push(...(await compareRecords(state)));
  });
  const records = state.store.reader.count(state.id, { now: state.expiry.now() });
  return { collection: state.stored.name, records, problems };
}

async function compareRecords(state: CollectionState): Promise<string[]> {
  const problems: string[] = [];
  const slice = new TimeSlice();
  const { reader } = state.store;
  let compared = 0;
  for (let from = 0; ; ) {
    const rows = reader.scan(state.id, from, ROWS, ['vector', 'metadata']);
    for (const row of rows) {
      // Expired, and about to be removed.
      if (state.slots.isExpired(row.slot)) continue;
      compared += 1;
      if (row.vector?.length !== state.dimension) {
        problems.push(
          `record "${row.id}" has a vector of ${row.vector?.length ?? 0} dimensions, expected ${state.dimension}`,
        );
      } else if (!state.slots.live.has(row.slot)) {
        problems.push(`record "${row.id}" is stored but not in the index`);
      } else if (!state.index.holds(row.slot, state.index.prepare(row.vector))) {
        problems.push(`record "${row.id}" has another vector in the index than in the store`);
      }
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
  return problems;
}

function isJson(text: string | undefined): boolean {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
}
