import type { ListQuery } from '../api/collection.ts';
import { LIMITS } from '../api/limits.ts';
import type { JsonValue } from '../api/metadata.ts';
import type { Part } from '../api/record.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, quoted, readOptions } from '../base/options.ts';
import type { Predicate } from '../filter/predicate.ts';
import type { CollectionShape } from './collection-shape.ts';
import { readParts } from './record-view.ts';

const LIST_OPTIONS = {
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  orderBy: { kind: 'opaque', about: 'id, seq or a metadata path.' },
  order: { kind: 'choice', values: ['asc', 'desc'], default: 'asc', about: 'Ascending or descending.' },
  limit: { kind: 'integer', default: 100, min: 1, max: LIMITS.pageMax, about: 'Records of one page.' },
  cursor: { kind: 'opaque', about: 'The cursor of the page before.' },
  include: { kind: 'opaque', about: 'Parts of each record: vector, document, metadata.' },
} as const satisfies OptionSpecs;

/** Where a page ended, and of which query: a cursor of another query is refused. */
export interface Position {
  readonly query: string;
  readonly id: string;
  /** The value that the page's last record was ordered by; absent where it has none. */
  readonly key?: JsonValue;
}

/** A query of `list`, validated. */
export interface ReadList {
  /** Tells the query from others, whose cursors are not its own. */
  readonly identity: string;
  readonly parts: readonly Part[];
  /** `id`, `seq` or a path of metadata. */
  readonly orderBy: string;
  readonly descending: boolean;
  readonly limit: number;
  readonly predicate: Predicate | undefined;
  readonly after: Position | undefined;
}

/** @param usual what records are ordered by where the query asks for no order */
export function readList(state: CollectionShape, thing: string, input: unknown, usual = 'seq'): ReadList {
  const query = readOptions<ListQuery>(thing, LIST_OPTIONS, input as ListQuery | undefined);
  const parts = readParts(state, thing, query.include);
  const orderBy = readOrderBy(thing, query.orderBy) ?? (query.order === undefined ? usual : 'seq');
  const descending = query.order === 'desc';
  const limit = query.limit ?? LIST_OPTIONS.limit.default;
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  const identity = JSON.stringify([state.thing, orderBy, descending, query.filter ?? null]);
  const after = query.cursor === undefined ? undefined : readCursor(thing, query.cursor, identity, orderBy);
  return { identity, parts, orderBy, descending, limit, predicate, after };
}

export function cursorOf(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readOrderBy(thing: string, orderBy: unknown): string | undefined {
  if (orderBy === undefined) return undefined;
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
