import type { Facet, FacetRequest } from '../../api/facets.ts';
import type { Part } from '../../api/record.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { StoredCollection } from '../../storage/store.ts';
import type {
  ListedRow,
  ListQuestion,
  NearQuestion,
  RecordStore,
  RemoteRow,
  Scope,
  ScoredRow,
  WordQuestion,
} from '../front/backend.ts';
import { codeOf } from '../front/connection-failures.ts';
import { encodeVector } from './binary.ts';
import type { Connections } from './connections.ts';
import { facetOf, facetStatement } from './facet-sql.ts';
import { filterSql, hasNul } from './filter-sql.ts';
import { distanceOf, EF_SEARCH_MAX, planOf, scoreOf } from './index-plan.ts';
import { listedRowOf, listStatement } from './list-sql.ts';
import { columnsOf, rowOf } from './record-rows.ts';
import { RecordWriter } from './record-writer.ts';
import { type Schema, vectorColumn } from './schema.ts';
import { identifier, integer, type Sql, sql } from './sql.ts';
import { tsqueryOf } from './words-sql.ts';

/** The records of one namespace of a collection; those outside of all have the name '', which no namespace has. */
export class RecordTable implements RecordStore {
  private readonly connections: Connections;
  private readonly collection: StoredCollection;
  private readonly table: Sql;
  private readonly namespace: string;
  private readonly writer: RecordWriter;

  constructor(
    connections: Connections,
    schema: Schema,
    collection: StoredCollection,
    namespace: string | undefined,
  ) {
    this.connections = connections;
    this.collection = collection;
    this.table = schema.records(collection);
    this.namespace = namespace ?? '';
    this.writer = new RecordWriter(schema, collection, this.namespace);
  }

  async add(batch: RecordBatch, now: number): Promise<readonly string[]> {
    this.writer.requireStorable('add to', batch);
    if (await this.copied(batch, 'once')) return [];
    const existing: string[] = [];
    await this.connections
      .transaction('once', async (run) => {
        existing.length = 0;
        existing.push(...(await this.writer.insert(run, batch, now)));
        // Undoes what was inserted; the front says which ids are there.
        if (existing.length > 0) throw NOTHING_WRITTEN;
      })
      .catch((error: unknown) => {
        if (existing.length === 0) throw error;
      });
    return existing;
  }

  async upsert(batch: RecordBatch): Promise<void> {
    this.writer.requireStorable('upsert into', batch);
    if (await this.copied(batch, 'repeatable')) return;
    await this.connections.transaction('repeatable', (run) => this.writer.put(run, batch));
  }

  /**
   * Whether a batch was copied as a whole. Where one of its ids is there nothing was, and nothing is tried where an
   * upsert finds one before: what a failed copy has put into an index stays there until it is vacuumed.
   */
  private async copied(batch: RecordBatch, repeatable: 'once' | 'repeatable'): Promise<boolean> {
    const { writer } = this;
    if (!writer.mayCopy(batch)) return false;
    let isTaken = false;
    return this.connections
      .transaction(repeatable, async (run) => {
        isTaken = repeatable === 'repeatable' && (await writer.hasAny(run, batch));
        if (isTaken) return false;
        await writer.copy(run, batch).catch((error: unknown) => {
          isTaken = codeOf(error) === UNIQUE_VIOLATION;
          throw error;
        });
        return true;
      })
      .catch((error: unknown) => {
        if (!isTaken) throw error;
        return false;
      });
  }

  async replace(
    ids: readonly string[],
    now: number,
    replace: (rows: readonly (RemoteRow | undefined)[]) => RecordBatch,
  ): Promise<void> {
    await this.connections.transaction('repeatable', async (run) => {
      const columns = columnsOf(EVERYTHING, this.fields.length);
      const rows = await run(sql`SELECT ${columns} FROM ${this.table}
        WHERE ${this.scoped({ now, predicate: undefined })} AND id = ANY (${storableIds(ids)}::text[])
        ORDER BY id FOR UPDATE`);
      const batch = replace(this.inOrder(ids, rows));
      this.writer.requireStorable('update', batch);
      await this.writer.put(run, batch);
    });
  }

  async removeIds(ids: readonly string[], now: number): Promise<number> {
    return this.remove(sql`namespace = ${this.namespace} AND id = ANY (${storableIds(ids)}::text[])`, now);
  }

  async removeMatches({ now, predicate }: Scope & { readonly predicate: Predicate }): Promise<number> {
    return this.remove(sql`namespace = ${this.namespace} AND ${filterSql(predicate)}`, now);
  }

  async rows(
    ids: readonly string[],
    parts: readonly Part[],
    now: number,
  ): Promise<(RemoteRow | undefined)[]> {
    if (ids.length === 0) return [];
    const rows =
      await this.connections.read(sql`SELECT ${columnsOf(parts, this.fields.length)} FROM ${this.table}
      WHERE ${this.scoped({ now, predicate: undefined })} AND id = ANY (${storableIds(ids)}::text[])`);
    return this.inOrder(ids, rows);
  }

  async count(scope: Scope): Promise<number> {
    const [row] = await this.connections.read(
      sql`SELECT count(*) FROM ${this.table} WHERE ${this.scoped(scope)}`,
    );
    return Number(row?.['count']);
  }

  async list(question: ListQuestion): Promise<ListedRow[]> {
    const columns = columnsOf(question.parts, this.fields.length);
    const rows = await this.connections.read(
      listStatement(this.table, columns, this.scoped(question), question),
    );
    return rows.map((row) => listedRowOf(question.orderBy, row, rowOf(row, this.fields.length)));
  }

  /**
   * The nearest by the index, and where it has found fewer than wanted, by comparing with all that match: a filter
   * may leave so little that the index gives up before. The index may give near ones in a slightly wrong order, and
   * rows are cheaper sorted here.
   */
  async near(question: NearQuestion): Promise<ScoredRow[]> {
    const { field, depth, exact } = question;
    const stored = this.fields[field];
    if (!stored) return [];
    const plan = planOf(stored);
    const isApproximate = !exact && plan.family !== 'flat';
    for (const scan of isApproximate ? this.scansFor(question) : []) {
      const settings = settingsFor(question, plan, scan);
      const isFrequent = question.predicate === undefined;
      const found = await this.connections.read(this.nearest(question, false), { settings, isFrequent });
      if (found.length >= depth) return this.scored(found, stored.metric);
    }
    return this.scored(await this.connections.read(this.nearest(question, true)), stored.metric);
  }

  /**
   * Iterating keeps all that a walk has passed by, which took 1.4 times as long as a search that does not. So it is
   * done at once where much may be kept out, and elsewhere only if the answer was short.
   */
  private scansFor({ predicate, except }: NearQuestion): readonly Scan[] {
    const keepsOut = predicate !== undefined || except.length > 0 || this.namespace !== '';
    return keepsOut ? ['relaxed_order'] : ['off', 'relaxed_order'];
  }

  async words({ words, depth, except, parts, ...scope }: WordQuestion): Promise<ScoredRow[]> {
    const query = sql`${tsqueryOf(words)}::tsquery`;
    // 1: longer texts have more words by chance.
    const rows = await this.connections.read(sql`
      SELECT ${columnsOf(parts, this.fields.length)}, ts_rank(words, ${query}, 1)::float8 AS score FROM ${this.table}
      WHERE ${this.scoped(scope)}${excluding(except)} AND words @@ ${query}
      ORDER BY score DESC, seq LIMIT ${depth}::bigint`);
    return rows.map((row) => ({ ...rowOf(row, this.fields.length), score: Number(row['score']) }));
  }

  async facets(scope: Scope, requests: readonly Required<FacetRequest>[]): Promise<Record<string, Facet>> {
    const facets: [string, Facet][] = [];
    for (const request of requests) {
      const rows = await this.connections.read(facetStatement(this.table, this.scoped(scope), request));
      facets.push([request.path, facetOf(rows)]);
    }
    return Object.fromEntries(facets);
  }

  private get fields() {
    return this.collection.fields ?? [this.collection];
  }

  private nearest({ field, vector, depth, except, parts, ...scope }: NearQuestion, exact: boolean): Sql {
    const stored = this.fields[field] ?? this.collection;
    const column = identifier(vectorColumn(field));
    const { type } = planOf(stored);
    // What the client sends are floats; those of 16 bits the server makes of them.
    const query = sql`${encodeVector(vector)}::vector${type === 'vector' ? sql`` : sql`::${identifier(type)}`}`;
    const distance = distanceOf(stored.metric, column, query);
    const has = this.collection.fields ? sql` AND ${column} IS NOT NULL` : sql``;
    // An index orders by the operator itself; by a sum it cannot.
    const order = exact ? sql`(${distance}) + 0` : distance;
    return sql`SELECT ${columnsOf(parts, this.fields.length)}, ${order} AS distance FROM ${this.table}
      WHERE ${this.scoped(scope)}${excluding(except)}${has}
      ORDER BY distance LIMIT ${integer(depth)}`;
  }

  private scored(rows: Awaited<ReturnType<Connections['read']>>, metric: string): ScoredRow[] {
    return rows
      .map((row) => ({
        ...rowOf(row, this.fields.length),
        score: scoreOf(metric, Number(row['distance'])),
      }))
      .sort((a, b) => b.score - a.score || a.seq - b.seq);
  }

  /** What belongs to the namespace, has not expired and matches. */
  private scoped({ now, predicate }: Scope): Sql {
    const alive = sql`namespace = ${this.namespace} AND (expires_at IS NULL OR expires_at > ${now}::bigint)`;
    return predicate ? sql`${alive} AND ${filterSql(predicate)}` : alive;
  }

  /** Removes rows, and counts those that had not expired. */
  private async remove(condition: Sql, now: number): Promise<number> {
    const [row] = await this.connections.transaction('repeatable', (run) =>
      run(sql`WITH gone AS (DELETE FROM ${this.table} WHERE ${condition} RETURNING expires_at)
        SELECT count(*) FROM gone WHERE expires_at IS NULL OR expires_at > ${now}::bigint`),
    );
    return Number(row?.['count']);
  }

  private inOrder(
    ids: readonly string[],
    rows: readonly Readonly<Record<string, unknown>>[],
  ): (RemoteRow | undefined)[] {
    const byId = new Map(rows.map((row) => [String(row['id']), row]));
    return ids.map((id) => {
      const row = byId.get(id);
      return row && rowOf(row, this.fields.length);
    });
  }
}

const UNIQUE_VIOLATION = '23505';

const NOTHING_WRITTEN = new Error('some ids are there already');

/** What a change of a record needs to know of it. */
const EVERYTHING: readonly Part[] = ['vectors', 'document', 'metadata', 'expiresAt'];

/** PostgreSQL stores no NUL character, so no record has such an id. */
function storableIds(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !hasNul(id));
}

function excluding(ids: readonly string[]): Sql {
  const storable = storableIds(ids);
  return storable.length === 0 ? sql`` : sql` AND id <> ALL (${storable}::text[])`;
}

/** Whether an index goes on while too few pass. */
type Scan = 'off' | 'relaxed_order';

/** The efforts of a search, which are settings of the connection. */
function settingsFor({ effort, depth }: NearQuestion, plan: ReturnType<typeof planOf>, scan: Scan): string {
  if (plan.family === 'ivf') {
    const probes = effort ?? plan.nprobe ?? Math.max(8, Math.ceil((plan.nlist ?? 0) / 16));
    return `SET ivfflat.iterative_scan = ${scan}; SET ivfflat.probes = ${Math.trunc(probes)}`;
  }
  const ef = Math.max(effort ?? plan.efSearch, Math.min(depth, EF_SEARCH_MAX));
  return `SET hnsw.iterative_scan = ${scan}; SET hnsw.ef_search = ${Math.trunc(ef)}`;
}
