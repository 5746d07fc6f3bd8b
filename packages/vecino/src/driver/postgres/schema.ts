import { VecinoError } from '../../base/errors.ts';
import type { NewCollection, StoredCollection, StoredField, StoredVectors } from '../../storage/store.ts';
import { codeOf } from '../front/connection-failures.ts';
import type { Connections, Row, Run } from './connections.ts';
import { createIndex, planOf } from './index-plan.ts';
import { identifier, integer, joined, literal, type Sql, sql } from './sql.ts';

/*
 * What lies in the schema (docs/postgres.md shows it):
 *
 *   about        the version of all this
 *   collections  name and settings of each
 *   namespaces   those that something was written into
 *   changes      the sequence that numbers changes
 *   records_<n>  the records of a collection: one row each, a column for each of its vectors
 */

/** Counts up with each change of the tables. */
const VERSION = 1;

/** What can iterate through an index until a filter has matched often enough. */
const PGVECTOR_MIN = [0, 8] as const;

/** The tables of a schema. No name of a collection gets into a name of a table. */
export class Schema {
  readonly name: Sql;
  readonly collections: Sql;
  readonly namespaces: Sql;
  readonly about: Sql;
  readonly plain: string;
  /** The number of the type `vector`, which each database has given anew: {@link prepareSchema} asks for it. */
  vectorOid = 0;
  /** Whether the server takes COPY from a client; PGlite ends the connection instead. */
  takesCopy = false;

  constructor(name: string) {
    this.plain = name;
    this.name = identifier(name);
    this.collections = sql`${this.name}.collections`;
    this.namespaces = sql`${this.name}.namespaces`;
    this.about = sql`${this.name}.about`;
  }

  records({ id }: Pick<StoredCollection, 'id'>): Sql {
    return sql`${this.name}.${identifier(`records_${id}`)}`;
  }

  /** The name of the table of records as a text, which goes as a parameter. */
  pathOf({ id }: Pick<StoredCollection, 'id'>): string {
    return `${quoted(this.plain)}.records_${id}`;
  }

  /** The same where no parameter can be. */
  get nextSeqByDefault(): Sql {
    return sql`nextval(${literal(`${quoted(this.plain)}.changes`)}::regclass)`;
  }

  /** The number of the next change. */
  get nextSeq(): Sql {
    // In quotes as an identifier, and then as a text: a parameter of type regclass.
    return sql`nextval(${`${quoted(this.plain)}.changes`}::regclass)`;
  }
}

/** The column of a field's vectors, by its place. */
export function vectorColumn(field: number): string {
  return `v${field}`;
}

/** Makes sure that extension and tables are there, and of versions that we know. */
export async function prepareSchema(
  connections: Connections,
  schema: Schema,
  thing: string,
  { mayCreate }: { readonly mayCreate: boolean },
): Promise<void> {
  await requireExtension(connections, thing, mayCreate);
  const [found] = await connections.read(
    sql`SELECT to_regclass(${`${quoted(schema.plain)}.about`}) AS about`,
  );
  if (found?.['about'] == null) {
    if (!mayCreate) {
      throw new VecinoError(
        'STORE_NOT_FOUND',
        `${thing}: the schema "${schema.plain}" holds no store, expected one to read; check connection.schema, or open it once for writing`,
        { details: { schema: schema.plain } },
      );
    }
    await createSchema(connections, schema);
  }
  const [about] = await connections.read(
    sql`SELECT version, 'vector'::regtype::oid::bigint AS vector_oid, version() AS server FROM ${schema.about}`,
  );
  schema.takesCopy = !String(about?.['server']).includes('PGlite');
  schema.vectorOid = Number(about?.['vector_oid']);
  const version = Number(about?.['version']);
  if (version <= VERSION) return;
  throw new VecinoError(
    'STORE_VERSION_NEWER',
    `${thing}: the schema "${schema.plain}" has version ${version}, expected at most ${VERSION}; install a newer vecino`,
    { details: { expected: VERSION, received: version } },
  );
}

async function requireExtension(connections: Connections, thing: string, mayCreate: boolean): Promise<void> {
  let version = await extensionVersion(connections);
  if (version === undefined && mayCreate) {
    await connections.execute(sql`CREATE EXTENSION IF NOT EXISTS vector`).catch((error: unknown) => {
      throw extensionMissing(thing, error);
    });
    version = await extensionVersion(connections);
  }
  if (version === undefined) throw extensionMissing(thing);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < PGVECTOR_MIN[0] || (major === PGVECTOR_MIN[0] && minor < PGVECTOR_MIN[1]);
  if (!isOld) return;
  throw new VecinoError(
    'REMOTE_VERSION_OLD',
    `${thing}: the extension vector has version ${version}, expected ${PGVECTOR_MIN.join('.')} or newer, which searches on until enough records match a filter; install it and run ALTER EXTENSION vector UPDATE`,
    { details: { expected: `>=${PGVECTOR_MIN.join('.')}`, received: version } },
  );
}

/** Undefined where the extension is not installed in the database. */
export async function extensionVersion(connections: Connections): Promise<string | undefined> {
  const [row] = await connections.read(sql`SELECT extversion FROM pg_extension WHERE extname = 'vector'`);
  return row && String(row['extversion']);
}

function extensionMissing(thing: string, cause?: unknown): VecinoError {
  const inner = cause instanceof VecinoError ? cause.cause : cause;
  // Whoever could not ask knows nothing about the extension.
  if (cause instanceof VecinoError && cause.retryable) return cause;
  const isForbidden = codeOf(inner) === '42501';
  const remedy = isForbidden
    ? 'the user may not install it: have a superuser run CREATE EXTENSION vector in this database'
    : 'install pgvector on the server (Debian: postgresql-17-pgvector) and run CREATE EXTENSION vector';
  return new VecinoError(
    'REMOTE_EXTENSION_MISSING',
    `${thing}: the database has no extension vector, expected pgvector ${PGVECTOR_MIN.join('.')} or newer; ${remedy}`,
    { details: { extension: 'vector' }, cause },
  );
}

async function createSchema(connections: Connections, schema: Schema): Promise<void> {
  await connections.transaction('repeatable', async (run) => {
    // Several processes may open an empty database at the same time.
    await run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`vecino ${schema.plain}`}, 0))`);
    await run(sql`CREATE SCHEMA IF NOT EXISTS ${schema.name}`);
    await run(sql`CREATE TABLE IF NOT EXISTS ${schema.about} (version integer NOT NULL)`);
    await run(
      sql`INSERT INTO ${schema.about} SELECT ${VERSION}::integer WHERE NOT EXISTS (SELECT FROM ${schema.about})`,
    );
    await run(sql`CREATE SEQUENCE IF NOT EXISTS ${schema.name}.changes`);
    await run(sql`CREATE TABLE IF NOT EXISTS ${schema.collections} (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      identity uuid NOT NULL DEFAULT gen_random_uuid(),
      settings jsonb NOT NULL)`);
    await run(sql`CREATE TABLE IF NOT EXISTS ${schema.namespaces} (
      collection integer NOT NULL REFERENCES ${schema.collections} ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      PRIMARY KEY (collection, name))`);
  });
}

/** Makes the tables of a collection; undefined where there is one of that name. */
export async function createCollection(
  run: Run,
  schema: Schema,
  { name, ...settings }: NewCollection,
): Promise<StoredCollection | undefined> {
  const [row] = await run(sql`INSERT INTO ${schema.collections} (name, settings)
    VALUES (${name}, ${JSON.stringify(settings)}::jsonb) ON CONFLICT (name) DO NOTHING
    RETURNING id, name, identity, settings::text`);
  if (!row) return undefined;
  const stored = collectionOf(row);
  const table = schema.records(stored);
  const fields: readonly StoredVectors[] = stored.fields ?? [stored];
  const columns = fields.map((field, i) => {
    const { type } = planOf(field);
    const needed = stored.fields ? sql`` : sql` NOT NULL`;
    return sql`${identifier(vectorColumn(i))} ${identifier(type)}(${integer(field.dimension)})${needed}`;
  });
  await run(sql`CREATE TABLE ${table} (
    namespace text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL DEFAULT ${schema.nextSeqByDefault},
    document text,
    metadata jsonb NOT NULL,
    expires_at bigint,
    words tsvector,
    ${joined(columns, sql`, `)},
    PRIMARY KEY (namespace, id))`);
  await run(sql`CREATE INDEX ON ${table} (namespace, seq)`);
  await run(sql`CREATE INDEX ON ${table} USING gin (metadata jsonb_path_ops)`);
  await run(sql`CREATE INDEX ON ${table} (expires_at) WHERE expires_at IS NOT NULL`);
  if (stored.fullText) await run(createWordsIndex(table));
  for (const [i, field] of fields.entries()) {
    const plan = planOf(field);
    // Lists are learnt from records, of which there are none yet.
    const index =
      plan.family === 'hnsw' ? createIndex(table, vectorColumn(i), field.metric, plan, 0) : undefined;
    if (index) await run(index);
  }
  return stored;
}

export function createWordsIndex(table: Sql): Sql {
  return sql`CREATE INDEX ON ${table} USING gin (words)`;
}

export function collectionOf(row: Row): StoredCollection {
  const settings = JSON.parse(String(row['settings'])) as Omit<NewCollection, 'name'>;
  const identity = String(row['identity']);
  const fields = settings.fields?.map(
    (field, i): StoredField => ({
      ...field,
      number: i + 1,
      vectorSet: i + 1,
      identity: `${identity}-${i + 1}`,
    }),
  );
  return {
    ...settings,
    fields,
    id: Number(row['id']),
    name: String(row['name']),
    identity,
    vectorSet: 0,
    seq: 0,
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
