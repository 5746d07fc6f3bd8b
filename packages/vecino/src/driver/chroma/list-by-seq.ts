import type { ListedRow, ListQuestion } from '../front/backend.ts';
import { allOf, whereOf } from './filter-where.ts';
import { type ChromaRow, isAlive, SEQ, seqOf } from './record-parts.ts';
import { isMatch, type RecordReader } from './record-reader.ts';

/**
 * A page of records by the number of their latest change. Chroma answers in an order of its own, so it is asked for some
 * records behind the page before, which say how far the page reaches at most, and then for all between. That are two
 * questions a page as long as records are mostly in the order in which they came.
 */
export async function listBySeq(reader: RecordReader, question: ListQuestion): Promise<ListedRow[]> {
  const { limit, after, parts } = question;
  const found: ChromaRow[] = [];
  let from = Number(after?.key ?? 0);
  for (;;) {
    const { rows, end } = await window(reader, question, from, 2 * limit);
    found.push(
      ...rows.filter((row) => isBehind(row, after) && isAlive(row, question.now) && isMatch(row, question)),
    );
    if (end === undefined || found.length >= limit) break;
    // Numbers are whole.
    from = end + 1;
  }
  const page = found.slice(0, limit);
  const rows = await reader.complete(page, parts);
  return rows.map((row) => ({ row, key: row.seq }));
}

/**
 * All records from a number on up to an end, undefined where there are none behind it, in their order.
 *
 * @param most records of one answer; twice as many as are wanted
 */
async function window(
  reader: RecordReader,
  { predicate }: ListQuestion,
  from: number,
  most: number,
): Promise<{ rows: ChromaRow[]; end: number | undefined }> {
  const where = whereOf(predicate);
  let end: number | undefined;
  for (let limit = most; ; ) {
    const within = [{ [SEQ]: { $gte: from } }, end === undefined ? undefined : { [SEQ]: { $lte: end } }];
    const rows = (await reader.some(allOf([where, ...within]), limit)).sort(bySeq);
    if (rows.length < limit) return { rows, end };
    const middle = seqOf(rows[Math.ceil(limit / 2) - 1] as ChromaRow);
    // Many have the same number where several processes write in the same microsecond.
    if (middle === end) limit *= 2;
    end = middle;
  }
}

function isBehind(row: ChromaRow, after: ListQuestion['after']): boolean {
  if (!after) return true;
  const seq = seqOf(row);
  return seq > Number(after.key) || (seq === after.key && row.id > after.id);
}

function bySeq(a: ChromaRow, b: ChromaRow): number {
  return seqOf(a) - seqOf(b) || (a.id < b.id ? -1 : 1);
}
