import { present } from '../base/assert.ts';
import type { Connection } from './connection.ts';
import {
  documentOf,
  FullTextTable,
  FullTextTables,
  INDEXED_COLUMNS,
  type IndexedColumns,
} from './full-text-table.ts';
import { keyEnd, recordKey, slotOfKey } from './record-key.ts';
import type { FullTextSettings } from './store.ts';

/** Rows read in one go; a document has up to 1 MiB. */
const ROWS = 16;

/** How long a slice of the building takes about, so that progress can be told. */
const SLICE_MS = 50;

interface TextRow extends IndexedColumns {
  readonly key: number;
}

/** Indexes the texts of all records of a collection, in slices of one transaction that is open already. */
export class FullTextBuild {
  private readonly connection: Connection;
  private readonly collection: number;
  private readonly table: FullTextTable;
  private from = 0;
  private indexed = 0;

  constructor(connection: Connection, collection: number, settings: FullTextSettings) {
    const tables = new FullTextTables(connection);
    tables.drop(collection);
    tables.create(collection);
    this.connection = connection;
    this.collection = collection;
    this.table = new FullTextTable(connection, collection, settings);
  }

  get total(): number {
    const sql = 'SELECT count(*) AS count FROM records WHERE collection = ?';
    return present(this.connection.get<{ count: number }>(sql, this.collection), 'the count').count;
  }

  /** Goes on for a slice, and answers how many records are indexed, and whether these are all. */
  step(): { readonly records: number; readonly isWhole: boolean } {
    const started = performance.now();
    for (;;) {
      const rows = this.connection.all<TextRow>(
        `SELECT key, ${INDEXED_COLUMNS} FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
        recordKey(this.collection, this.from),
        keyEnd(this.collection),
        ROWS,
      );
      for (const row of rows) {
        const slot = slotOfKey(row.key);
        this.table.add(slot, documentOf(row), row.metadata);
        this.from = slot + 1;
      }
      this.indexed += rows.length;
      if (rows.length < ROWS) return { records: this.indexed, isWhole: true };
      if (performance.now() - started >= SLICE_MS) return { records: this.indexed, isWhole: false };
    }
  }
}
