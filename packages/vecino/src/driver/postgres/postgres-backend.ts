import type { Capabilities } from '../../api/capabilities.ts';
import type { NamespaceDescription } from '../../api/collection.ts';
import type { FullTextSettings, NewCollection, StoredCollection } from '../../storage/store.ts';
import type { Backend, RecordStore } from '../front/backend.ts';
import type { Connections } from './connections.ts';
import { createIndex, ENGINE, planOf } from './index-plan.ts';
import { RecordTable } from './record-table.ts';
import {
  collectionOf,
  createCollection,
  createWordsIndex,
  extensionVersion,
  type Schema,
  vectorColumn,
} from './schema.ts';
import { identifier, joined, sql } from './sql.ts';
import { wordsWriter } from './words-sql.ts';

/** Records whose words are indexed in one statement. */
const WORDS_AT_ONCE = 500;

const CAPABILITIES: Capabilities = {
  engine: ENGINE,
  unsupported: {
    analysis: 'copy the collection into a folder and ask there',
    changes: 'list by seq, which finds what was put, and keep the last number',
    check: "run pgvector's own tests: amcheck, or REINDEX",
    explain: 'run EXPLAIN (ANALYZE) on the statement in PostgreSQL',
    measureRecall: 'compare with an answer to exact: true',
    recall: 'compare with an answer to exact: true, and set efSearch',
    reembed: 'embed into a new collection, and drop the old one',
    reindex: 'drop the index in PostgreSQL and create another, or copy into a new collection',
  },
  weaker: {},
  wordScores: 'ts_rank',
};

/** Collections in a schema of a PostgreSQL database. */
export class PostgresBackend implements Backend {
  readonly capabilities = CAPABILITIES;
  readonly location: string;
  private readonly connections: Connections;
  private readonly schema: Schema;

  constructor(location: string, connections: Connections, schema: Schema) {
    this.location = location;
    this.connections = connections;
    this.schema = schema;
  }

  async version(): Promise<string> {
    const [row] = await this.connections.read(sql`SHOW server_version`);
    return `${String(row?.['server_version'])}, pgvector ${(await extensionVersion(this.connections)) ?? 'missing'}`;
  }

  async collections(): Promise<StoredCollection[]> {
    const rows = await this.connections.read(
      sql`SELECT id, name, identity, settings::text FROM ${this.schema.collections} ORDER BY name`,
    );
    return rows.map(collectionOf);
  }

  async createCollection(collection: NewCollection): Promise<StoredCollection | undefined> {
    return this.connections.transaction('once', (run) => createCollection(run, this.schema, collection));
  }

  async setFullText(collection: StoredCollection, fullText: FullTextSettings): Promise<void> {
    const table = this.schema.records(collection);
    const write = wordsWriter(fullText);
    const isNew = collection.fullText === undefined;
    let after = { namespace: '', id: '' };
    await this.connections.transaction('repeatable', async (run) => {
      for (;;) {
        const rows = await run(sql`SELECT namespace, id, document, metadata::text FROM ${table}
          WHERE (namespace, id) > (${after.namespace}, ${after.id}) ORDER BY namespace, id LIMIT ${WORDS_AT_ONCE}::bigint`);
        const last = rows.at(-1);
        if (!last) break;
        const words = rows.map(
          (row) => write(row['document'] as string | null, String(row['metadata'])) ?? '',
        );
        await run(sql`UPDATE ${table} AS stored SET words = given.words::tsvector
          FROM unnest(${rows.map((row) => row['namespace'])}::text[], ${rows.map((row) => row['id'])}::text[], ${words}::text[])
            AS given (namespace, id, words)
          WHERE stored.namespace = given.namespace AND stored.id = given.id`);
        after = { namespace: String(last['namespace']), id: String(last['id']) };
      }
      if (isNew) await run(createWordsIndex(table));
      await run(sql`UPDATE ${this.schema.collections}
        SET settings = jsonb_set(settings, '{fullText}', ${JSON.stringify(fullText)}::jsonb)
        WHERE id = ${collection.id}::integer`);
    });
  }

  async dropCollection(collection: StoredCollection): Promise<void> {
    await this.connections.transaction('repeatable', async (run) => {
      await run(sql`DROP TABLE IF EXISTS ${this.schema.records(collection)}`);
      await run(sql`DELETE FROM ${this.schema.collections} WHERE id = ${collection.id}::integer`);
    });
  }

  records(collection: StoredCollection, namespace: string | undefined): RecordStore {
    return new RecordTable(this.connections, this.schema, collection, namespace);
  }

  async namespaces(collection: StoredCollection, now: number): Promise<NamespaceDescription[]> {
    const rows =
      await this.connections.read(sql`SELECT known.name, count(stored.id) FROM ${this.schema.namespaces} AS known
      LEFT JOIN ${this.schema.records(collection)} AS stored
        ON stored.namespace = known.name AND (stored.expires_at IS NULL OR stored.expires_at > ${now}::bigint)
      WHERE known.collection = ${collection.id}::integer GROUP BY known.name ORDER BY known.name`);
    return rows.map((row) => ({ name: String(row['name']), records: Number(row['count']) }));
  }

  async dropNamespace(
    collection: StoredCollection,
    namespace: string,
    now: number,
  ): Promise<number | undefined> {
    return this.connections.transaction('repeatable', async (run) => {
      const [known] = await run(sql`DELETE FROM ${this.schema.namespaces}
        WHERE collection = ${collection.id}::integer AND name = ${namespace} RETURNING name`);
      if (!known) return undefined;
      const [row] = await run(sql`WITH gone AS (
          DELETE FROM ${this.schema.records(collection)} WHERE namespace = ${namespace} RETURNING expires_at)
        SELECT count(*) FROM gone WHERE expires_at IS NULL OR expires_at > ${now}::bigint`);
      return Number(row?.['count']);
    });
  }

  async counts(collection: StoredCollection, now: number): ReturnType<Backend['counts']> {
    const fields = collection.fields ?? [];
    const counted = [
      sql`count(*) AS records`,
      ...fields.map((_, i) => sql`count(${identifier(vectorColumn(i))}) AS ${identifier(`f${i}`)}`),
    ];
    const [row] =
      await this.connections.read(sql`SELECT ${joined(counted, sql`, `)} FROM ${this.schema.records(collection)}
      WHERE expires_at IS NULL OR expires_at > ${now}::bigint`);
    return { records: Number(row?.['records']), ofFields: fields.map((_, i) => Number(row?.[`f${i}`])) };
  }

  async figures(collection: StoredCollection): ReturnType<NonNullable<Backend['figures']>> {
    const table = this.schema.records(collection);
    const [row] = await this.connections.read(
      sql`SELECT COALESCE(max(seq), 0) AS seq, pg_total_relation_size(${this.schema.pathOf(collection)}::regclass) AS bytes FROM ${table}`,
    );
    return { seq: Number(row?.['seq']), storeBytes: Number(row?.['bytes']) };
  }

  /** Where somebody writes at this moment, numbers may be given that nobody can see yet. */
  async latestChange(): Promise<number> {
    const [row] = await this.connections.read(
      sql`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS seq FROM ${this.schema.name}.changes`,
    );
    return Number(row?.['seq']);
  }

  /** Learns the lists of IVF too, from what is there now. */
  async compact(collection: StoredCollection, now: number): Promise<void> {
    const table = this.schema.records(collection);
    await this.connections.transaction('repeatable', (run) =>
      run(sql`DELETE FROM ${table} WHERE expires_at <= ${now}::bigint`),
    );
    const { records, ofFields } = await this.counts(collection, now);
    for (const [i, field] of (collection.fields ?? [collection]).entries()) {
      const plan = planOf(field);
      const count = collection.fields ? (ofFields[i] ?? 0) : records;
      if (plan.family !== 'ivf' || count === 0) continue;
      const name = identifier(`lists_${collection.id}_${i}`);
      const nlist = plan.nlist ?? Math.max(1, Math.round(Math.sqrt(count)));
      await this.connections.transaction('repeatable', async (run) => {
        await run(sql`DROP INDEX IF EXISTS ${this.schema.name}.${name}`);
        const made = createIndex(table, vectorColumn(i), field.metric, plan, nlist, name);
        if (made) await run(made);
      });
    }
    await this.connections.execute(sql`VACUUM (ANALYZE) ${table}`);
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}
