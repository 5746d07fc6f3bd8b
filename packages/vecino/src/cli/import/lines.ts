import { isUtf8 } from 'node:buffer';
import type { BadRow, RowEnd } from './rows.ts';

/** One line without its `\n`; a `\r` before it stays, because inside a quoted CSV cell it is content. */
export interface Line {
  readonly kind: 'line';
  readonly number: number;
  readonly text: string;
  readonly end: RowEnd;
}

/**
 * Longest line, in bytes. Seven times the largest record that the database accepts (8,192 numbers, 1 MiB
 * of document, every character escaped), and a bound on the memory that a file without line breaks takes.
 */
export const LINE_BYTES_MAX = 64 << 20;

const NEWLINE = 10;
const BOM = '\ufeff';

/** The lines of a stream of bytes, beginning after `from`; a line that is no UTF-8 or has no end is a bad row. */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  from: RowEnd,
  lineBytesMax: number = LINE_BYTES_MAX,
): AsyncGenerator<Line | BadRow> {
  let { byte, line } = from;
  let parts: Buffer[] = [];
  let length = 0;

  const finishLine = (breakBytes: number): Line | BadRow => {
    byte += length + breakBytes;
    line++;
    const end = { byte, line };
    const read = length > lineBytesMax ? tooLong(end, lineBytesMax) : decodeLine(Buffer.concat(parts), end);
    parts = [];
    length = 0;
    return read;
  };

  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      parts.push(bytes.subarray(start, at));
      length += at - start;
      start = at + 1;
      yield finishLine(1);
    }
    length += bytes.length - start;
    // A line beyond the limit is counted to its end, but no longer kept.
    if (length > lineBytesMax) parts = [];
    else parts.push(bytes.subarray(start));
  }
  if (length > 0) yield finishLine(0);
}

function decodeLine(bytes: Buffer, end: RowEnd): Line | BadRow {
  if (!isUtf8(bytes)) {
    const column = validPrefixLength(bytes) + 1;
    return { kind: 'bad', line: end.line, column, expected: 'UTF-8 text', end };
  }
  const text = bytes.toString('utf8');
  const content = end.line === 1 && text.startsWith(BOM) ? text.slice(BOM.length) : text;
  return { kind: 'line', number: end.line, text: content, end };
}

/** UTF-16 units before the first byte that is not UTF-8: up to there, encoding again gives the same bytes. */
function validPrefixLength(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString('utf8'), 'utf8');
  let same = 0;
  while (bytes[same] === again[same]) same++;
  while (same > 0 && !isUtf8(bytes.subarray(0, same))) same--;
  return bytes.subarray(0, same).toString('utf8').length;
}

function tooLong(end: RowEnd, lineBytesMax: number): BadRow {
  const expected = `the end of the line (a line has at most ${lineBytesMax} bytes)`;
  return { kind: 'bad', line: end.line, column: 1, expected, end };
}
