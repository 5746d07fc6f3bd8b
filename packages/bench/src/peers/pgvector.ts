/**
 * pgvector, in two forms: in PGlite, which is PostgreSQL compiled to WebAssembly and runs inside Node, and in a server
 * whose address the user gives. Its HNSW index is built with pgvector's own defaults (m = 16, ef_construction = 64)
 * after the rows are in, as its documentation advises.
 *
 * A server is native code on other threads, and several times as fast as PGlite; its figures hold the way to it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EF_SEARCH, type Knob } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { absenceOf, absenceOfServer, requirePeer, versionOfPeer } from './peers-package.ts';

/** What both forms can do. */
interface Sql {
  query<T>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: T[] }>;
  exec(sql: string): Promise<unknown>;
  close(): Promise<void>;
}
interface PGliteModule {
  readonly PGlite: {
    create(options: { readonly dataDir: string; readonly extensions: object }): Promise<Sql>;
  };
}
interface PgClient {
  connect(): Promise<void>;
  query<T>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: T[] }>;
  end(): Promise<void>;
}
interface PgModule {
  readonly Client: new (options: { readonly connectionString: string }) => PgClient;
}
interface Row {
  readonly id: number;
}

const PGLITE = '@electric-sql/pglite';
const PGVECTOR = '@electric-sql/pglite-pgvector';
/** The largest that pgvector takes. */
const EF_SEARCH_MAX = 1_000;
const KNOB: Knob = { ...EF_SEARCH, efforts: EF_SEARCH.efforts.filter((effort) => effort <= EF_SEARCH_MAX) };
/** Rows of one insert: as literals, which is the quickest way in that PGlite has. */
const ROWS_A_STATEMENT = 200;

const ADDRESS = 'VECINO_BENCH_POSTGRES';
/** Of the server's database; replaced by the next run. */
const TABLE = 'vecino_bench';

const COMMON = {
  knob: KNOB,
  isOurs: false,
  recipe: () => 'hnsw, m 16, ef_construction 64',
} as const;

export const pgvector: NodePeer = {
  ...COMMON,
  name: 'pgvector',
  absence: async () => absenceOf(PGLITE, PGVECTOR),
  about: async () => ({
    version: `PGlite ${versionOfPeer(PGLITE)}`,
    compiled: 'PostgreSQL and pgvector to WebAssembly, by their npm packages',
    instructions: 'of WebAssembly',
  }),
  build: async (task) => build(await openPGlite(task.folder), task),
  open: async (task) => openTable(await openPGlite(task.folder), task),
};

export const postgres: NodePeer = {
  ...COMMON,
  name: 'postgres',
  isServer: true,
  absence: async () =>
    absenceOf('pg') ??
    (await absenceOfServer(ADDRESS, 'postgres://user:password@host/database', async () => {
      await (await connect()).close();
    })),
  about: async () => ({
    version: `as its server has it, through pg ${versionOfPeer('pg')}`,
    compiled: 'as its server is',
    instructions: 'as its server has it',
  }),
  build: async (task) => build(await connect(), task),
  open: async (task) => openTable(await connect(), task),
};

async function openPGlite(folder: string): Promise<Sql> {
  const { PGlite } = requirePeer(PGLITE) as PGliteModule;
  const { vector } = requirePeer(PGVECTOR) as { readonly vector: unknown };
  const dataDir = join(folder, 'postgres');
  mkdirSync(dataDir, { recursive: true });
  return PGlite.create({ dataDir, extensions: { vector } });
}

async function connect(): Promise<Sql> {
  const { Client } = requirePeer('pg') as PgModule;
  const client = new Client({ connectionString: process.env[ADDRESS] ?? '' });
  await client.connect();
  return {
    query: (sql, values) => client.query(sql, values),
    exec: (sql) => client.query(sql),
    close: () => client.end(),
  };
}

async function build(db: Sql, task: BuildTask): Promise<BuildFigures> {
  const { base, dimension, metric, progress } = task;
  await db.exec('create extension if not exists vector');
  await db.exec(`drop table if exists ${TABLE}`);
  await db.exec(`create table ${TABLE} (id integer primary key, embedding vector(${dimension}))`);
  const rows = base.length / dimension;
  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows; from += ROWS_A_STATEMENT) {
    const to = Math.min(from + ROWS_A_STATEMENT, rows);
    const values = Array.from({ length: to - from }, (_, i) => {
      const row = from + i;
      return `(${row}, '${literal(base.subarray(row * dimension, (row + 1) * dimension))}')`;
    });
    await db.exec(`insert into ${TABLE} values ${values.join(',')}`);
    progress(`${to} of ${rows} inserted`);
  }
  inserting.stop();
  const linking = new Stopwatch();
  linking.start();
  progress('building its index');
  await db.exec("set maintenance_work_mem = '512MB'");
  const operators = metric === 'cosine' ? 'vector_cosine_ops' : 'vector_l2_ops';
  await db.exec(`create index on ${TABLE} using hnsw (embedding ${operators})`);
  linking.stop();
  const bytes = await db.query<{ bytes: string | number }>(
    `select pg_total_relation_size('${TABLE}') as bytes`,
  );
  await db.close();
  const diskBytes = Number(bytes.rows[0]?.bytes);
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: linking.seconds,
    saveSeconds: 0,
    cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
    diskBytes,
    indexFileBytes: diskBytes,
  };
}

async function openTable(db: Sql, { metric }: OpenTask): Promise<Searcher<string, Row[]>> {
  // The planner, which knows nothing of recall, would else compare with all rows of a small table.
  await db.exec('set enable_seqscan = off');
  const operator = metric === 'cosine' ? '<=>' : '<->';
  const sql = `select id, embedding ${operator} $1 as distance from ${TABLE} order by embedding ${operator} $1 limit $2`;
  return {
    prepare: literal,
    tune: async (effort) => {
      await db.exec(`set hnsw.ef_search = ${effort}`);
    },
    search: async (query, k) => (await db.query<Row>(sql, [query, k])).rows,
    rowsOf: (found) => found.map(({ id }) => id),
    close: () => db.close(),
  };
}

/** `[1,2,3]`, as pgvector reads vectors. */
function literal(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}
