/**
 * pgvector through PGlite, which is PostgreSQL compiled to WebAssembly and runs inside Node: what a program that
 * wants Postgres without a server has. Its HNSW index is built with pgvector's own defaults (m = 16,
 * ef_construction = 64) after the rows are in, as its documentation advises.
 *
 * A server of PostgreSQL is native code on other threads and several times as fast; its figures are not these.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EF_SEARCH, type Knob } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { folderBytes } from './folder-size.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { absenceOf, requirePeer, versionOfPeer } from './peers-package.ts';

interface PGlite {
  query<T>(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: T[] }>;
  exec(sql: string): Promise<unknown>;
  close(): Promise<void>;
}
interface PGliteModule {
  readonly PGlite: {
    create(options: { readonly dataDir: string; readonly extensions: object }): Promise<PGlite>;
  };
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

export const pgvector: NodePeer = {
  name: 'pgvector',
  knob: KNOB,
  isOurs: false,
  recipe: () => 'hnsw, m 16, ef_construction 64',
  absence: async () => absenceOf(PGLITE, PGVECTOR),
  about: async () => ({
    version: `PGlite ${versionOfPeer(PGLITE)}`,
    compiled: 'PostgreSQL and pgvector to WebAssembly, by their npm packages',
    instructions: 'of WebAssembly',
  }),
  build,
  open: openTable,
};

async function openDatabase(folder: string): Promise<PGlite> {
  const { PGlite } = requirePeer(PGLITE) as PGliteModule;
  const { vector } = requirePeer(PGVECTOR) as { readonly vector: unknown };
  const dataDir = join(folder, 'postgres');
  mkdirSync(dataDir, { recursive: true });
  const db = await PGlite.create({ dataDir, extensions: { vector } });
  await db.exec('create extension if not exists vector');
  return db;
}

async function build({ base, dimension, metric, folder, progress }: BuildTask): Promise<BuildFigures> {
  const db = await openDatabase(folder);
  await db.exec(`create table vectors (id integer primary key, embedding vector(${dimension}))`);
  const rows = base.length / dimension;
  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows; from += ROWS_A_STATEMENT) {
    const to = Math.min(from + ROWS_A_STATEMENT, rows);
    const values = Array.from({ length: to - from }, (_, i) => {
      const row = from + i;
      return `(${row}, '${literal(base.subarray(row * dimension, (row + 1) * dimension))}')`;
    });
    await db.exec(`insert into vectors values ${values.join(',')}`);
    progress(`${to} of ${rows} inserted`);
  }
  inserting.stop();
  const linking = new Stopwatch();
  linking.start();
  progress('building its index');
  await db.exec("set maintenance_work_mem = '512MB'");
  const operators = metric === 'cosine' ? 'vector_cosine_ops' : 'vector_l2_ops';
  await db.exec(`create index on vectors using hnsw (embedding ${operators})`);
  linking.stop();
  await db.close();
  const diskBytes = folderBytes(folder);
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: linking.seconds,
    saveSeconds: 0,
    cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
    diskBytes,
    indexFileBytes: diskBytes,
  };
}

async function openTable({ folder, metric }: OpenTask): Promise<Searcher<string, Row[]>> {
  const db = await openDatabase(folder);
  // The planner, which knows nothing of recall, would else compare with all rows of a small table.
  await db.exec('set enable_seqscan = off');
  const operator = metric === 'cosine' ? '<=>' : '<->';
  const sql = `select id, embedding ${operator} $1 as distance from vectors order by embedding ${operator} $1 limit $2`;
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
