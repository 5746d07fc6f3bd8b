import { type Analyzer, analyzerOf } from '../text/analyzer.ts';
import { type RecordTexts, readTexts } from '../text/record-texts.ts';
import type { Connection } from './connection.ts';
import type { FullTextSettings } from './store.ts';

/**
 * The inverted index of one collection's texts: a table of FTS5, whose row n is the record in slot n.
 *
 * FTS5 can be given no tokenizer of ours through `node:sqlite`, so it gets texts that are analysed already, words
 * and stems side by side, and the tokenizer that cuts at spaces. A table a collection, because FTS5 weighs words by
 * how rare they are in the whole table. It keeps no copy of the texts (`content = ''`); rows can be removed
 * nevertheless (`contentless_delete`). 117,000 explanations of words, 10 MB of text, take 12 MB. Indexes of
 * prefixes would take 15 MB more and made no search of a prefix faster by more than a fifth, so there are none.
 */
export class FullTextTable {
  private readonly connection: Connection;
  private readonly analyzer: Analyzer;
  private readonly textsOf: RecordTexts;
  private readonly sql: { readonly put: string; readonly remove: string };

  constructor(connection: Connection, collection: number, settings: FullTextSettings) {
    this.connection = connection;
    this.analyzer = analyzerOf(settings.language);
    this.textsOf = readTexts(settings.fields);
    const table = fullTextTableOf(collection);
    this.sql = {
      put: `INSERT OR REPLACE INTO ${table} (rowid, words, stems) VALUES (?, ?, ?)`,
      remove: `DELETE FROM ${table} WHERE rowid = ?`,
    };
  }

  /** Indexes a record, or indexes it anew. Every record has a row, be it without words. */
  put(slot: number, document: string | null, metadata: string): void {
    const { words, stems } = this.analyzer.analyze(this.textsOf(document, metadata));
    this.connection.run(this.sql.put, slot, words, stems);
  }

  remove(slot: number): void {
    this.connection.run(this.sql.remove, slot);
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
       USING fts5(words, stems, content = '', contentless_delete = 1, tokenize = 'ascii')`,
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

export function fullTextTableOf(collection: number): string {
  return `full_text_${collection}`;
}
