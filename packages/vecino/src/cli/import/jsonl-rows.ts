import type { JsonObject } from '../../api/metadata.ts';
import { findSyntaxFault } from './json-syntax.ts';
import { type Line, readLines } from './lines.ts';
import type { BadRow, Row, RowEnd } from './rows.ts';

/** One JSON object a line; empty lines are passed over. */
export async function* readJsonl(
  source: AsyncIterable<Uint8Array>,
  from: RowEnd,
): AsyncGenerator<Row | BadRow> {
  for await (const line of readLines(source, from)) {
    if (line.kind === 'bad') yield line;
    else if (line.text.trim() !== '') yield readObject(line);
  }
}

function readObject(line: Line): Row | BadRow {
  const { number, text, end } = line;
  const bad = (offset: number, expected: string): BadRow => ({
    kind: 'bad',
    line: number,
    column: offset + 1,
    expected,
    end,
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = findSyntaxFault(text);
    return bad(fault?.offset ?? 0, fault?.expected ?? 'a JSON object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return bad(text.search(/\S/), 'a JSON object');
  }
  const fields = new Map(Object.entries(value as JsonObject));
  return { kind: 'row', line: number, end, text, fields };
}
