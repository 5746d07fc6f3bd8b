import type { Part } from '../api/record.ts';
import { present } from '../base/assert.ts';
import { Mutex } from '../base/mutex.ts';
import { storedCollections } from './collection-rows.ts';
import type { Connection } from './connection.ts';
import { searchFullText } from './full-text-search.ts';
import { countOfSet, slotsOfSet, vectorsOfRecord } from './named-vectors.ts';
import type { ReadConnection } from './read-connection.ts';
import { countRecords } from './record-counts.ts';
import { keyEnd, recordKey, slotOfKey } from './record-key.ts';
import { type RecordRow, recordOfRow, wholeText } from './record-rows.ts';
import {
  type ChangeRange,
  type CountQuestion,
  type ExpiringRow,
  type ExpiryRange,
  type FullTextFound,
  type FullTextSearch,
  type LackingPage,
  type LackingQuestion,
  type NamespaceSlotsPage,
  type OccupiedSlots,
  type PageRequest,
  type RecordChange,
  type StoredChange,
  type StoredCollection,
  type StoredNamespace,
  type StoredRow,
  type StoreReader,
  UNNAMED,
} from './store.ts';
import { FIRST_SET, type StoredVectorSet } from './vector-set-changes.ts';
import { lackingWindow, presentSet, vectorOfSet, vectorSets } from './vector-sets.ts';

/** Holds for records that the caller may see at the time that is bound to it. */
const UNEXPIRED = 'NOT EXISTS (SELECT 1 FROM expiries AS x WHERE x.key = r.key AND x.at <= ?)';
/** No record expires before this time. */
const NEVER = -Number.MAX_SAFE_INTEGER;

/** Reads of what is committed. A call that takes several statements is one transaction, hence one state. */
export class SqliteReader implements StoreReader {
  private readonly source: ReadConnection;
  private readonly searchElsewhere: ((search: FullTextSearch) => Promise<FullTextFound>) | undefined;
  private readonly textsAsBytes: boolean;
  private readonly selections = new Map<string, string>();
  private readonly moments = new Mutex();
  private isHeld = false;

  /** @param searchElsewhere searches texts on another thread, if there is one that sees the same store */
  constructor(source: ReadConnection, searchElsewhere?: (search: FullTextSearch) => Promise<FullTextFound>) {
    this.source = source;
    this.searchElsewhere = searchElsewhere;
    this.textsAsBytes = cutsTexts(source.current());
  }

  atOneMoment<T>(read: () => Promise<T>): Promise<T> {
    return this.moments.run(async () => {
      const connection = this.source.current();
      connection.exec('BEGIN');
      this.isHeld = true;
      try {
        return await read();
      } finally {
        this.isHeld = false;
        connection.rollback();
      }
    });
  }

  present(): Promise<void> {
    return this.moments.idle();
  }

  collections(): StoredCollection[] {
    const connection = this.source.current();
    return this.together(connection, () => storedCollections(connection));
  }

  dataVersion(): number {
    return this.source.version();
  }

  namespaceNumber(collection: number, name: string): number | undefined {
    const sql = 'SELECT number FROM namespaces WHERE collection = ? AND name = ?';
    return this.source.current().get<{ number: number }>(sql, collection, name)?.number;
  }

  hasNamespaces(collection: number): boolean {
    const sql = 'SELECT number FROM namespaces WHERE collection = ? LIMIT 1';
    return this.source.current().get(sql, collection) !== undefined;
  }

  namespaces(collection: number, after: string, limit: number, now = NEVER): StoredNamespace[] {
    const rows = this.source.current().all<StoredNamespace>(
      `SELECT name, (
         SELECT count(*) FROM records AS r
         WHERE r.collection = n.collection AND r.namespace = n.number AND r.namespace <> 0
       ) - (
         SELECT count(*) FROM expiries AS e JOIN records AS r ON r.key = e.key
         WHERE e.collection = n.collection AND e.at <= ? AND r.namespace = n.number
       ) AS records FROM namespaces AS n WHERE collection = ? AND name > ? ORDER BY name LIMIT ?`,
      now,
      collection,
      after,
      limit,
    );
    return rows.map(({ name, records }) => ({ name, records }));
  }

  slotsInNamespace(
    collection: number,
    namespace: number,
    after: string | undefined,
    limit: number,
  ): NamespaceSlotsPage {
    const id = this.textsAsBytes ? 'CAST(id AS BLOB)' : 'id';
    const from = after === undefined ? '' : ' AND id > ?';
    const row = this.source.current().get<{ slots: string; id: string | Uint8Array | null }>(
      `SELECT json_group_array(slot) AS slots, max(${id}) AS id FROM (
         SELECT key & 4294967295 AS slot, id FROM records INDEXED BY records_by_id
         WHERE collection = ? AND namespace = ?${from} ORDER BY id LIMIT ?)`,
      ...(after === undefined ? [collection, namespace, limit] : [collection, namespace, after, limit]),
    );
    const page = present(row, 'the list of slots');
    return { slots: JSON.parse(page.slots) as number[], id: page.id === null ? after : wholeText(page.id) };
  }

  slotsOf(collection: number, namespace: number, ids: readonly string[]): (number | undefined)[] {
    const connection = this.source.current();
    return this.together(connection, () =>
      ids.map((id) => {
        const sql = 'SELECT key FROM records WHERE collection = ? AND namespace = ? AND id = ?';
        const row = connection.get<{ key: number }>(sql, collection, namespace, id);
        return row === undefined ? undefined : slotOfKey(row.key);
      }),
    );
  }

  occupiedSlots(collection: number, after: number, limit: number): OccupiedSlots {
    // One JSON text instead of one object a record: several times faster for a large collection.
    const row = this.source.current().get<{ slots: string; seq: number | null }>(
      `SELECT json_group_array(slot) AS slots, max(seq) AS seq FROM (
         SELECT key & 4294967295 AS slot, seq FROM records INDEXED BY records_by_seq
         WHERE collection = ? AND seq > ? ORDER BY seq LIMIT ?)`,
      collection,
      after,
      limit,
    );
    const { slots, seq } = present(row, 'the list of slots');
    return { slots: JSON.parse(slots) as number[], seq: seq ?? after };
  }

  count(collection: number, { namespace, now = NEVER }: CountQuestion = {}): number {
    return countRecords(this.source.current(), collection, namespace, now);
  }

  slotsOfSet(collection: number, set: number, fromSlot: number, limit: number): number[] {
    return slotsOfSet(this.source.current(), collection, set, fromSlot, limit);
  }

  countOfSet(collection: number, set: number, now = NEVER): number {
    return countOfSet(this.source.current(), collection, set, now);
  }

  vectorsOfSet(collection: number, set: number, slots: ArrayLike<number>): (Float32Array | undefined)[] {
    const connection = this.source.current();
    return this.together(connection, () =>
      Array.from(slots, (slot) => vectorOfSet(connection, set, recordKey(collection, slot))),
    );
  }

  vectorSets(collection: number): StoredVectorSet[] {
    return vectorSets(this.source.current(), collection);
  }

  lackingVectors(collection: number, question: LackingQuestion): LackingPage {
    const { parts, after } = question;
    const connection = this.source.current();
    return this.together(connection, () => {
      const { last, condition } = lackingWindow(connection, collection, question);
      if (last === undefined) return { rows: [], last };
      const sql = `${this.selection(parts, FIRST_SET)} ${condition}`;
      const rows = connection.all<RecordRow>(sql, collection, after, last);
      return { rows: rows.map((row) => this.recordOfRow(connection, row, parts)), last };
    });
  }

  rows(collection: number, slots: ArrayLike<number>, parts: readonly Part[]): (StoredRow | undefined)[] {
    const connection = this.source.current();
    return this.together(connection, () => {
      const sql = `${this.selectionOf(connection, collection, parts)} WHERE r.key = ?`;
      return Array.from(slots, (slot) => {
        const row = connection.get<RecordRow>(sql, recordKey(collection, slot));
        return row && this.recordOfRow(connection, row, parts);
      });
    });
  }

  rowsOfIds(
    collection: number,
    namespace: number,
    ids: readonly string[],
    parts: readonly Part[],
    now = NEVER,
  ): (StoredRow | undefined)[] {
    const connection = this.source.current();
    return this.together(connection, () => {
      const selection = this.selectionOf(connection, collection, parts);
      const sql = `${selection} WHERE r.collection = ? AND r.namespace = ? AND r.id = ? AND ${UNEXPIRED}`;
      return ids.map((id) => {
        const row = connection.get<RecordRow>(sql, collection, namespace, id, now);
        return row && this.recordOfRow(connection, row, parts);
      });
    });
  }

  scan(collection: number, fromSlot: number, limit: number, parts: readonly Part[]): StoredRow[] {
    return this.records(
      collection,
      parts,
      'WHERE r.key >= ? AND r.key < ? ORDER BY r.key LIMIT ?',
      recordKey(collection, fromSlot),
      keyEnd(collection),
      limit,
    );
  }

  page(collection: number, request: PageRequest): StoredRow[] {
    const { namespace, orderBy, descending, after, limit, parts, now = NEVER } = request;
    const [beyond, order] = descending ? ['<', 'DESC'] : ['>', 'ASC'];
    // The second condition is what the index by namespace is restricted to.
    const inside = namespace === UNNAMED ? 'r.namespace = ?' : 'r.namespace = ? AND r.namespace <> 0';
    const from = after === undefined ? '' : `AND r.${orderBy} ${beyond} ?`;
    return this.records(
      collection,
      parts,
      `WHERE r.collection = ? AND ${inside} ${from} AND ${UNEXPIRED} ORDER BY r.${orderBy} ${order} LIMIT ?`,
      ...(after === undefined
        ? [collection, namespace, now, limit]
        : [collection, namespace, after, now, limit]),
    );
  }

  changesSince(collection: number, seq: number, limit: number): StoredChange[] {
    const rows = this.source.current().all<{ seq: number; slot: number; removed: number }>(
      `SELECT seq, key & 4294967295 AS slot, 0 AS removed FROM records WHERE collection = ? AND seq > ?
       UNION ALL
       SELECT seq, slot, 1 AS removed FROM removals WHERE collection = ? AND seq > ?
       ORDER BY seq LIMIT ?`,
      collection,
      seq,
      collection,
      seq,
      limit,
    );
    return rows.map((row) => ({ seq: row.seq, slot: row.slot, removed: row.removed === 1 }));
  }

  removalsForgottenUntil(collection: number): number {
    const sql = 'SELECT removals_forgotten AS seq FROM collections WHERE id = ?';
    return this.source.current().get<{ seq: number }>(sql, collection)?.seq ?? 0;
  }

  recordChanges(collection: number, { namespace, after, until, limit, now }: ChangeRange): RecordChange[] {
    const id = this.textsAsBytes ? 'CAST(id AS BLOB)' : 'id';
    const rows = this.source.current().all<{ seq: number; id: string | Uint8Array; slot: number | null }>(
      `SELECT seq, ${id} AS id, key & 4294967295 AS slot FROM records AS r
       WHERE collection = ? AND namespace = ? AND seq > ? AND seq <= ? AND ${UNEXPIRED}
       UNION ALL
       SELECT seq, ${id} AS id, NULL AS slot FROM removed_records
       WHERE collection = ? AND namespace = ? AND seq > ? AND seq <= ?
       ORDER BY seq LIMIT ?`,
      collection,
      namespace,
      after,
      until,
      now,
      collection,
      namespace,
      after,
      until,
      limit,
    );
    return rows.map((row) => ({ seq: row.seq, id: wholeText(row.id), slot: row.slot ?? undefined }));
  }

  removedForgottenUntil(collection: number): number {
    const sql = 'SELECT removed_forgotten AS seq FROM collections WHERE id = ?';
    return this.source.current().get<{ seq: number }>(sql, collection)?.seq ?? 0;
  }

  expiring(collection: number, { after, until, limit }: ExpiryRange): ExpiringRow[] {
    return this.source.current().all<{ slot: number; at: number; seq: number }>(
      `SELECT x.key & 4294967295 AS slot, x.at AS at, r.seq AS seq
       FROM expiries AS x JOIN records AS r ON r.key = x.key
       WHERE x.collection = ? AND (x.at, x.key) > (?, ?) AND x.at <= ? ORDER BY x.at, x.key LIMIT ?`,
      collection,
      after.at,
      recordKey(collection, after.slot),
      until,
      limit,
    );
  }

  nextExpiry(collection: number, after: number): number | undefined {
    const sql = 'SELECT min(at) AS at FROM expiries WHERE collection = ? AND at > ?';
    return this.source.current().get<{ at: number | null }>(sql, collection, after)?.at ?? undefined;
  }

  /** While a state is held, only the connection that holds it can see it. */
  async searchFullText(search: FullTextSearch): Promise<FullTextFound> {
    if (this.searchElsewhere && !this.isHeld) return this.searchElsewhere(search);
    const connection = this.source.current();
    return this.together(connection, () => searchFullText(connection, search));
  }

  /** Whole records; with vectors, what takes several statements is read from one state. */
  private records(
    collection: number,
    parts: readonly Part[],
    condition: string,
    ...values: (string | number)[]
  ): StoredRow[] {
    const connection = this.source.current();
    const read = () =>
      connection
        .all<RecordRow>(`${this.selectionOf(connection, collection, parts)} ${condition}`, ...values)
        .map((row) => this.recordOfRow(connection, row, parts));
    return parts.includes('vectors') || parts.includes('vector') ? this.together(connection, read) : read();
  }

  private recordOfRow(connection: Connection, row: RecordRow, parts: readonly Part[]): StoredRow {
    const record = recordOfRow(row);
    return parts.includes('vectors') ? { ...record, vectors: vectorsOfRecord(connection, row.key) } : record;
  }

  private together<T>(connection: Connection, work: () => T): T {
    return this.isHeld ? work() : connection.transaction('BEGIN', work);
  }

  private selectionOf(connection: Connection, collection: number, parts: readonly Part[]): string {
    return this.selection(parts, parts.includes('vector') ? presentSet(connection, collection) : FIRST_SET);
  }

  /** @param set of the vectors without a name */
  private selection(parts: readonly Part[], set: number): string {
    const name = `${parts.join()} ${set}`;
    let sql = this.selections.get(name);
    if (sql === undefined) {
      const text = (column: string) => (this.textsAsBytes ? `CAST(${column} AS BLOB)` : column);
      const columns = ['r.key AS key', `${text('r.id')} AS id`, 'r.namespace AS namespace', 'r.seq AS seq'];
      if (parts.includes('vector')) columns.push('v.vector AS vector');
      if (parts.includes('document')) columns.push(`${text('r.document')} AS document`);
      // Metadata is JSON, in which NUL is escaped.
      if (parts.includes('metadata')) columns.push('r.metadata AS metadata');
      if (parts.includes('expiresAt')) columns.push('e.at AS expires_at');
      const ofSet =
        set === FIRST_SET
          ? 'vectors AS v ON v.key = r.key'
          : `named_vectors AS v ON v.record = r.key AND v.field = ${set}`;
      const vectors = parts.includes('vector') ? ` JOIN ${ofSet}` : '';
      const expiries = parts.includes('expiresAt') ? ' LEFT JOIN expiries AS e ON e.key = r.key' : '';
      sql = `SELECT ${columns.join(', ')} FROM records AS r${vectors}${expiries}`;
      this.selections.set(name, sql);
    }
    return sql;
  }
}

/**
 * Whether this Node cuts a text that it reads at the first NUL character, as Node 22 does. Ids and documents
 * may contain one; they are then read as bytes, which takes twice the time.
 */
function cutsTexts(connection: Connection): boolean {
  const row = connection.get<{ text: string }>("SELECT 'a' || char(0) || 'b' AS text");
  return row?.text.length !== 3;
}
