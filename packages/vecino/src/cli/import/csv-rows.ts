import type { JsonValue } from '../../api/metadata.ts';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';
import type { BadRow, Row, RowEnd } from './rows.ts';

/** One row a record, its fields named by the header line; empty cells are absent fields. */
export async function* readCsv(
  source: AsyncIterable<Uint8Array>,
  from: RowEnd,
  delimiter: string,
): AsyncGenerator<Row | BadRow> {
  let header = from.header;
  for await (const record of readCsvRecords(source, from, delimiter)) {
    if (header === undefined) {
      const fault = headerFault(record);
      if (fault !== undefined) yield fault;
      if (record.kind === 'bad' || fault !== undefined) return;
      header = record.cells;
      continue;
    }
    const end = { ...record.end, header };
    yield record.kind === 'bad' ? { ...record, end } : readRow(record, header, end);
  }
}

function headerFault(record: CsvRecord | BadRow): BadRow | undefined {
  if (record.kind === 'bad') return { ...record, fatal: true };
  const { line, end, cells } = record;
  const nameless = cells.some((name) => name.trim() === '');
  if (!nameless && new Set(cells).size === cells.length) return undefined;
  const expected = `a ${nameless ? 'name' : 'different name'} for every column in the header`;
  return { kind: 'bad', line, column: 1, expected, end, fatal: true };
}

function readRow(record: CsvRecord, header: readonly string[], end: RowEnd): Row | BadRow {
  const { line, cells, text } = record;
  if (cells.length !== header.length) {
    const expected = `${header.length} cells as in the header (there are ${cells.length})`;
    return { kind: 'bad', line, column: 1, expected, end };
  }
  const fields = new Map<string, string>();
  header.forEach((name, i) => {
    const cell = cells[i] ?? '';
    if (cell !== '') fields.set(name, cell);
  });
  return { kind: 'row', line, end, text, fields };
}

/**
 * What a cell says: a number where it is written exactly as JavaScript prints it (`1997`, not `007` or
 * `1.50`, which are codes as often as numbers), `true`, `false`, a JSON array or object, else its text.
 */
export function typedCell(cell: JsonValue): JsonValue {
  if (typeof cell !== 'string') return cell;
  if (cell === 'true' || cell === 'false') return cell === 'true';
  const first = cell[0] ?? '';
  if (first === '[' || first === '{') return jsonOrText(cell);
  const number = Number(cell);
  return Number.isFinite(number) && String(number) === cell ? number : cell;
}

function jsonOrText(cell: string): JsonValue {
  try {
    return JSON.parse(cell) as JsonValue;
  } catch {
    return cell;
  }
}
