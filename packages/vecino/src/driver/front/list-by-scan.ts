import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import { compareJson, compareText } from '../../filter/json-order.ts';
import { readPath } from '../../filter/path.ts';
import type { ListedRow, ListQuestion, RemoteRow } from './backend.ts';

/**
 * A page of records in an order that the engine does not know: all that match are read, in any order, and the first
 * behind the page before are kept. Takes a pass over all records for each page and the memory of one page, so it is
 * for collections that are small or lists that are short.
 *
 * @param scan all records that match, some at a time, with these parts at least
 */
export async function listByScan(
  question: ListQuestion,
  scan: (parts: readonly Part[]) => AsyncIterable<readonly RemoteRow[]>,
): Promise<ListedRow[]> {
  const { orderBy, descending, limit, after, parts } = question;
  const isPath = orderBy !== 'id' && orderBy !== 'seq';
  const keyOf = keyReader(orderBy);
  const compare = comparing(descending);
  const first = new FirstInOrder<ListedRow>(limit, (a, b) => compare(placeOf(a), placeOf(b)));
  const needed: readonly Part[] = isPath ? [...new Set<Part>([...parts, 'metadata'])] : parts;
  const begin = after && { id: after.id, key: after.key };
  for await (const rows of scan(needed)) {
    for (const row of rows) {
      const key = keyOf(row);
      if (begin && compare({ id: row.id, key }, begin) <= 0) continue;
      first.add({ row, key });
    }
  }
  if (needed === parts || parts.includes('metadata')) return [...first.elements];
  return first.elements.map(({ row: { metadata: _, ...row }, key }) => ({ row, key }));
}

/** What decides where a record stands. */
interface Place {
  readonly id: string;
  readonly key: JsonValue | undefined;
}

function placeOf({ row, key }: ListedRow): Place {
  return { id: row.id, key };
}

function keyReader(orderBy: string): (row: RemoteRow) => JsonValue | undefined {
  if (orderBy === 'id') return ({ id }) => id;
  if (orderBy === 'seq') return ({ seq }) => seq;
  const read = readPath(orderBy);
  return ({ metadata = '{}' }) => read(JSON.parse(metadata) as JsonObject);
}

/** By value and then by id, both in one direction; who has no value comes last in either. */
function comparing(descending: boolean): (a: Place, b: Place) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    if ((a.key === undefined) !== (b.key === undefined)) return a.key === undefined ? 1 : -1;
    return sign * (compareJson(a.key, b.key) || compareText(a.id, b.id));
  };
}
