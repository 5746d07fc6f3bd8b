import { type Analyzer, analyzerOf } from '../text/analyzer.ts';
import { type RecordTexts, readTexts } from '../text/record-texts.ts';
import type { Connection } from './connection.ts';
import { recordKey } from './record-key.ts';
import type { FullTextSettings } from './store.ts';

/**
 * The inverted index of one collection's texts: a table of FTS5, whose row n is the record in slot n.
 *
 * FTS5 can be given no tokenizer of ours through `node:sqlite`, so it gets texts that are analysed already, words
 * and stems side by side, and the tokenizer that cuts at spaces. A table a collection, because FTS5 weighs words by
 * how rare they are in the whole table. It keeps no copy of the texts (`content = ''`), so a row is removed by
 * telling what it had, which is analysed again from the record. FTS5 could remove rows by itself
 * (`contentless_delete`), but then goes on counting them: after many changes words seem rarer than they are.
 *
 * 117,000 explanations of words, 10 MB of text, take 12 MB. Indexes of prefixes would take 15 MB more and made no
 * search of a prefix faster by more than a fifth, so there are none.
 */
export class FullTextTable {
  private readonly connection: Connection;
  private readonly collection: number;
  private readonly analyzer: Analyzer;
  private readonly textsOf: RecordTexts;
  private readonly sql: { readonly add: string; readonly remove: string };

  constructor(connection: Connection, collection: number, settings: FullTextSettings) {
    this.connection = connection;
    this.collection = collection;
    this.analyzer = analyzerOf(settings.language);
    this.textsOf = readTexts(settings.fields);
    const table = fullTextTableOf(collection);
    this.sql = {
      add: `INSERT INTO ${table} (rowid, words, stems) VALUES (?, ?, ?)`,
      remove: `INSERT INTO ${table} (${table}, rowid, words, stems) VALUES ('delete', ?, ?, ?)`,
    };
  }

  /** Indexes a new record. Every record has a row, be it without words. */
  add(slot: number, document: string | null, metadata: string): void {
    const { words, stems } = this.analyzer.analyze(this.textsOf(document, metadata));
    this.connection.run(this.sql.add, slot, words, stems);
  }

  /** Takes out a record that is still stored as it was indexed: before it is removed or changed. */
  remove(slot: number): void {
    const stored = this.connection.get<IndexedColumns>(
      `SELECT ${INDEXED_COLUMNS} FROM records WHERE key = ?`,
      recordKey(this.collection, slot),
    );
    if (stored === undefined) return;
    const { words, stems } = this.analyzer.analyze(this.textsOf(documentOf(stored), stored.metadata));
    this.connection.run(this.sql.remove, slot, words, stems);
  }
}

/** The tables of all collections that have one. */
export class FullTextTables {
  private readonly connection: Connection;
  private readonly known = new Map<number, { readonly settings: string; readonly table: FullTextTable }>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  create(collection: number): void {
    this.connection.exec(
      `CREATE VIRTUAL TABLE ${fullTextTableOf(collection)}
       USING fts5(words, stems, content = '', tokenize = 'ascii')`,
    );
  }

  drop(collection: number): void {
    this.known.delete(collection);
    this.connection.exec(`DROP TABLE IF EXISTS ${fullTextTableOf(collection)}`);
  }

  /**
   * The table of a collection with these settings, as JSON, if it has any. The same from batch to batch: it knows
   * its language and its statements.
   */
  get(collection: number, settings: string | null): FullTextTable | undefined {
    if (settings === null) return undefined;
    const known = this.known.get(collection);
    if (known?.settings === settings) return known.table;
    const table = new FullTextTable(this.connection, collection, JSON.parse(settings) as FullTextSettings);
    this.known.set(collection, { settings, table });
    return table;
  }

  /** Brings the parts that writes have left into one, without what was removed; nothing where there is no table. */
  optimize(collection: number): void {
    const sql = 'SELECT id FROM collections WHERE id = ? AND full_text IS NOT NULL';
    if (this.connection.get(sql, collection) === undefined) return;
    const table = fullTextTableOf(collection);
    this.connection.exec(`INSERT INTO ${table} (${table}) VALUES ('optimize')`);
  }
}

/** What of a record may be indexed. The document as bytes, because Node 22 cuts a text that it reads at a NUL. */
export interface IndexedColumns {
  readonly document: Uint8Array | null;
  /** JSON, in which NUL is escaped. */
  readonly metadata: string;
}

export const INDEXED_COLUMNS = 'CAST(document AS BLOB) AS document, metadata';

export function documentOf({ document }: IndexedColumns): string | null {
  return document === null ? null : new TextDecoder().decode(document);
}

export function fullTextTableOf(collection: number): string {
  return `full_text_${collection}`;
}
