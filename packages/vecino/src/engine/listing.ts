import type { ListPage } from '../api/collection.ts';
import type { AnyMetadata, JsonValue } from '../api/metadata.ts';
import { FirstInOrder } from '../base/first-in-order.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { compareJson } from '../filter/json-order.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { cursorOf, type Position, readList } from './read-list.ts';
import { recordOf } from './record-view.ts';
import { isAsOf, readWhole } from './whole-read.ts';

/** Rows read in one go where all matches must be looked at. */
const ROWS = 500;

interface Entry {
  readonly slot: number;
  readonly id: string;
  readonly key: JsonValue | undefined;
}

/**
 * A page of records. In the order of ids or changes without a filter it is read straight from the store; with
 * a filter, or by a metadata path, the matches are ordered first.
 */
export async function listRecords(state: CollectionState, input: unknown): Promise<ListPage<AnyMetadata>> {
  const thing = `list ${state.thing}`;
  const { identity, parts, orderBy, descending, limit, predicate, after } = readList(state, thing, input);

  if (!predicate && (orderBy === 'id' || orderBy === 'seq')) {
    const from = orderBy === 'id' ? after?.id : after?.key;
    const rows = state.store.reader.page(state.id, {
      namespace: state.namespace,
      orderBy,
      descending,
      limit: limit + 1,
      parts,
      now: state.expiry.now(),
      ...(from !== undefined && { after: from as string | number }),
    });
    return pageOf(state, rows, limit, (row) => ({ query: identity, id: row.id, key: row.seq }));
  }
  await state.prepare(predicate);
  if (orderBy !== 'id' && orderBy !== 'seq') await state.filter.preparePath(orderBy);
  const { chosen, rows } = await readWhole(state, async () => {
    await state.whole();
    const { seen } = state.slots;
    const matches = state.allowed(predicate)?.slots ?? state.slots.live;
    const first = new FirstInOrder<Entry>(limit + 1, (a, b) => compareEntries(a, b, descending));
    const isWanted = (entry: Entry) => !after || isBehind(entry, after, descending);
    const whole = await addEntries(first, state, seen, matches.toArray(), orderBy, isWanted);
    const chosen = first.elements;
    const slots = chosen.map(({ slot }) => slot);
    const rows = state.store.reader.rows(state.id, slots, parts);
    return { chosen, rows, whole: whole && rows.every((row) => isAsOf(seen, row)) };
  });
  const keys = new Map(chosen.map(({ id, key }) => [id, key]));
  return pageOf(
    state,
    rows.filter((row) => row !== undefined),
    limit,
    (row) => positionOf(identity, row.id, keys.get(row.id)),
  );
}

function positionOf(query: string, id: string, key: JsonValue | undefined): Position {
  return { query, id, ...(key !== undefined && { key }) };
}

function pageOf(
  state: CollectionState,
  rows: readonly StoredRow[],
  limit: number,
  position: (row: StoredRow) => Position,
): ListPage<AnyMetadata> {
  const records = rows.slice(0, limit).map((row) => recordOf(state, row));
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { records };
  return { records, cursor: cursorOf(position(last)) };
}

/** Adds what to order by of each slot; answers false where a record has changed since the index looked. */
async function addEntries(
  first: FirstInOrder<Entry>,
  state: CollectionState,
  seen: number,
  slots: Uint32Array,
  orderBy: string,
  isWanted: (entry: Entry) => boolean,
): Promise<boolean> {
  let whole = true;
  const slice = new TimeSlice();
  for (let from = 0; from < slots.length; from += ROWS) {
    for (const row of state.store.reader.rows(state.id, slots.subarray(from, from + ROWS), [])) {
      if (!isAsOf(seen, row)) {
        whole = false;
        continue;
      }
      const entry = { slot: row.slot, id: row.id, key: keyOf(state, orderBy, row) };
      if (isWanted(entry)) first.add(entry);
    }
    await slice.pause();
  }
  return whole;
}

function keyOf(state: CollectionState, orderBy: string, row: StoredRow): JsonValue | undefined {
  if (orderBy === 'id') return row.id;
  if (orderBy === 'seq') return row.seq;
  return state.filter.valueAt(orderBy, row.slot);
}

/** By key and then by id; records without the key come last in both directions. */
function compareEntries(
  a: Pick<Entry, 'id' | 'key'>,
  b: Pick<Entry, 'id' | 'key'>,
  descending: boolean,
): number {
  if ((a.key === undefined) !== (b.key === undefined)) return a.key === undefined ? 1 : -1;
  const direction = descending ? -1 : 1;
  return direction * (compareJson(a.key, b.key) || compareJson(a.id, b.id));
}

function isBehind(entry: Entry, after: Position, descending: boolean): boolean {
  return compareEntries(entry, { id: after.id, key: after.key }, descending) > 0;
}
