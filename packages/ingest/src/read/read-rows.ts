import { CsvError, parse } from 'csv-parse/sync';
import { VecinoError } from 'vecino/errors';
import { ExtractedText } from './extracted-text.ts';
import type { Reading } from './reading.ts';

/** What may part the cells of a CSV; the one that the header has most of does. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A table with a header line: each row is a block of its own, a line `column: value` for each cell. */
export function readCsv(text: string): Reading {
  const header = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const delimiter = DELIMITERS.toSorted((a, b) => header.split(b).length - header.split(a).length)[0];
  const rows = parseCsv(text, delimiter ?? ',');
  return rowsReading(rows);
}

function parseCsv(text: string, delimiter: string): readonly object[] {
  try {
    return parse(text, { columns: true, delimiter, skip_empty_lines: true, relax_column_count: true });
  } catch (cause) {
    const why = cause instanceof CsvError ? cause.message : 'it is no CSV';
    throw new VecinoError('INPUT_MALFORMED', `not a CSV: ${why}`, { cause });
  }
}

/** JSON objects, one a line: each is a block of its own, a line `path: value` for each value in it. */
export function readJsonl(text: string): Reading {
  const rows = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line, i + 1)]));
  return rowsReading(rows);
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new VecinoError('INPUT_MALFORMED', `line ${number} is not JSON`, {
      details: { line: number },
      cause,
    });
  }
}

function rowsReading(rows: readonly unknown[]): Reading {
  const out = new ExtractedText();
  for (const [i, value] of rows.entries()) {
    out.add(linesOf('', value).join('\n'), { kind: 'row', row: i + 1 });
  }
  return out.reading();
}

/** Values with the dotted paths to them; empty ones say nothing. */
function linesOf(path: string, value: unknown): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return linesOf(path, value.join(', '));
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) =>
      linesOf(path === '' ? key : `${path}.${key}`, inner),
    );
  }
  return [path === '' ? String(value) : `${path}: ${value}`];
}
