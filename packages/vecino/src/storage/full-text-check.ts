import { quantity } from '../base/quantity.ts';
import { analyzerOf } from '../text/analyzer.ts';
import { readTexts } from '../text/record-texts.ts';
import type { Connection } from './connection.ts';
import { documentOf, fullTextTableOf, INDEXED_COLUMNS, type IndexedColumns } from './full-text-table.ts';
import { keyEnd, recordKey, slotOfKey } from './record-key.ts';
import type { FullTextSettings } from './store.ts';

/** Rows read in one go; a document has up to 1 MiB. */
const ROWS = 100;

interface IndexedRow extends IndexedColumns {
  readonly key: number;
  /** FTS5's note of how many words and stems the row has. */
  readonly sizes: Uint8Array | null;
}

/**
 * Compares the index of a collection's texts with its records: each must have its row, with as many words as its
 * texts, and there must be no others. The words themselves cannot be read back; that the index agrees with itself is
 * for SQLite's own integrity check, which asks FTS5.
 */
export function checkFullText(connection: Connection, collection: number, settings: string): string[] {
  const table = fullTextTableOf(collection);
  const { language, fields } = JSON.parse(settings) as FullTextSettings;
  const analyzer = analyzerOf(language);
  const textsOf = readTexts(fields);
  const breaches = { missing: 0, other: 0, records: 0 };
  for (let from = 0; ; ) {
    const rows = connection.all<IndexedRow>(
      `SELECT r.key AS key, ${INDEXED_COLUMNS}, d.sz AS sizes
       FROM records AS r LEFT JOIN ${table}_docsize AS d ON d.id = r.key & 4294967295
       WHERE r.key >= ? AND r.key < ? ORDER BY r.key LIMIT ?`,
      recordKey(collection, from),
      keyEnd(collection),
      ROWS,
    );
    for (const row of rows) {
      const { sizes } = row;
      from = slotOfKey(row.key) + 1;
      breaches.records += 1;
      if (sizes === null) breaches.missing += 1;
      else {
        const { words, stems } = analyzer.analyze(textsOf(documentOf(row), row.metadata));
        const [indexedWords, indexedStems] = varintsOf(sizes);
        const isSame = indexedWords === countOf(words) && indexedStems === countOf(stems);
        if (!isSame) breaches.other += 1;
      }
    }
    if (rows.length < ROWS) break;
  }
  const indexed = connection.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}_docsize`)?.count;
  const extra = (indexed ?? 0) - (breaches.records - breaches.missing);
  const problems: string[] = [];
  const tell = (count: number, noun: string, what: string) => {
    if (count > 0) problems.push(`${connection.file}: ${table}: ${quantity(count, noun)} ${what}`);
  };
  tell(breaches.missing, 'record', 'missing from the index of texts');
  tell(breaches.other, 'record', 'with other texts than the index');
  tell(extra, 'row', 'of the index of texts without a record');
  return problems;
}

function countOf(words: string): number {
  return words === '' ? 0 : words.split(' ').length;
}

/** SQLite's integers of variable length: seven bits a byte, the highest first, and a bit that says "go on". */
function varintsOf(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte & 127);
    if (byte & 128) continue;
    numbers.push(number);
    number = 0;
  }
  return numbers;
}
