import { compareText } from '../../filter/json-order.ts';
import type { ListedRow, ListQuestion, RemoteRow } from '../front/backend.ts';
import { matching, type PointReader, pageSize } from './point-reader.ts';

/*
 * Pages in the order of changes, which Qdrant knows because their numbers are indexed. Numbers are nearly always
 * different, but writers of two processes may come upon the same: then the id decides, and records of one number are
 * told only when all of them have been read.
 */

export async function listByChange(reader: PointReader, question: ListQuestion): Promise<ListedRow[]> {
  const { descending, limit, after, parts } = question;
  const asked = await reader.asked(question);
  if (!asked) return [];
  const sign = descending ? -1 : 1;
  const compare = (a: Changed, b: Changed) => sign * (a.seq - b.seq || compareText(a.id, b.id));
  const isMatch = matching(asked);
  const begin = after && { id: after.id, seq: Number(after.key) };
  // One for the record that the page before has ended with, one to see that a number is complete.
  const size = Math.min(limit + 2, pageSize(parts));
  const found: ListedRow[] = [];
  let from = begin?.seq;
  for (;;) {
    const order_by = {
      key: 'seq',
      direction: descending ? 'desc' : 'asc',
      ...(from !== undefined && { start_from: from }),
    } as const;
    const { rows } = await reader.page(asked, parts, { filter: asked.filter, limit: size, order_by });
    const last = rows.at(-1);
    const isEnd = rows.length < size || last === undefined;
    let complete = rows;
    if (!isEnd && rows[0]?.seq === last.seq) {
      complete = await Array.fromAsync(reader.scan(question, parts, numberedAs(last))).then((all) =>
        all.flat(),
      );
      from = last.seq + sign;
    } else if (!isEnd) {
      complete = rows.filter(({ seq }) => seq !== last.seq);
      from = last.seq;
    }
    for (const row of complete.toSorted(compare)) {
      if ((!begin || compare(row, begin) > 0) && isMatch(row)) found.push({ row, key: row.seq });
    }
    if (isEnd || found.length >= limit) return found.slice(0, limit);
  }
}

type Changed = Pick<RemoteRow, 'id' | 'seq'>;

function numberedAs({ seq }: Changed) {
  return { key: 'seq', range: { gte: seq, lte: seq } };
}
