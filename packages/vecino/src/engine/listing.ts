import type { ListPage, ListQuery } from '../api/collection.ts';
import { LIMITS } from '../api/limits.ts';
import type { AnyMetadata, JsonValue } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { FirstInOrder } from '../base/first-in-order.ts';
import { describeValue, type OptionSpecs, quoted, readOptions } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { compareJson } from '../filter/json-order.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { readParts, recordOf } from './record-view.ts';
import { isAsOf, readWhole } from './whole-read.ts';

const LIST_OPTIONS = {
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  orderBy: { kind: 'opaque', about: 'id, seq or a metadata path.' },
  order: { kind: 'choice', values: ['asc', 'desc'], default: 'asc', about: 'Ascending or descending.' },
  limit: { kind: 'integer', default: 100, min: 1, max: LIMITS.pageMax, about: 'Records of one page.' },
  cursor: { kind: 'opaque', about: 'The cursor of the page before.' },
  include: { kind: 'opaque', about: 'Parts of each record: vector, document, metadata.' },
} as const satisfies OptionSpecs;

/** Rows read in one go where all matches must be looked at. */
const ROWS = 500;

/** Where a page ended, and of which query: a cursor of another query is refused. */
interface Position {
  readonly query: string;
  readonly id: string;
  /** The value that the page's last record was ordered by; absent where it has none. */
  readonly key?: JsonValue;
}

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
  const query = readOptions<ListQuery>(thing, LIST_OPTIONS, input as ListQuery | undefined);
  const parts = readParts(state, thing, query.include);
  const orderBy = readOrderBy(thing, query.orderBy);
  const descending = query.order === 'desc';
  const limit = query.limit ?? LIST_OPTIONS.limit.default;
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  const identity = JSON.stringify([state.thing, orderBy, descending, query.filter ?? null]);
  const after = query.cursor === undefined ? undefined : readCursor(thing, query.cursor, identity, orderBy);

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
  return { records, cursor: Buffer.from(JSON.stringify(position(last))).toString('base64url') };
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

function readOrderBy(thing: string, orderBy: unknown): string {
  if (orderBy === undefined) return 'seq';
  if (typeof orderBy === 'string' && isPath(orderBy)) return orderBy;
  const received = typeof orderBy === 'string' && orderBy !== '' ? quoted(orderBy) : describeValue(orderBy);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: orderBy is ${received}, expected "id", "seq" or the path of a metadata field, keys joined by single dots`,
    { details: { option: 'orderBy', received } },
  );
}

/** Whether a filter could name this path as well. */
function isPath(path: string): boolean {
  return !path.startsWith('$') && !path.split('.').includes('');
}

function readCursor(thing: string, cursor: unknown, query: string, orderBy: string): Position {
  const position = decodeCursor(cursor);
  if (!position) throw unknownCursor(thing, cursor);
  if (position.query !== query) {
    throw new VecinoError(
      'CURSOR_INVALID',
      `${thing}: the cursor belongs to another query, expected one of this; keep filter, orderBy and order the same from page to page`,
      { details: { expected: 'a cursor of this query', received: 'a cursor of another query' } },
    );
  }
  // The store takes this key as it is.
  if (orderBy === 'seq' && !Number.isSafeInteger(position.key)) throw unknownCursor(thing, cursor);
  return position;
}

function unknownCursor(thing: string, cursor: unknown): VecinoError {
  const received = describeValue(cursor);
  return new VecinoError(
    'CURSOR_INVALID',
    `${thing}: the cursor is ${received} that no page of \`list\` gave; start without a cursor`,
    { details: { expected: 'the cursor of a page', received } },
  );
}

function decodeCursor(cursor: unknown): Position | undefined {
  if (typeof cursor !== 'string') return undefined;
  try {
    const position = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Partial<Position> | null;
    return typeof position?.query === 'string' && typeof position.id === 'string'
      ? (position as Position)
      : undefined;
  } catch {
    return undefined;
  }
}
