/**
 * PostgreSQL with pgvector through `pg`: a server whose address the environment names, or PGlite in this process, spoken
 * to over TCP all the same. Both ask the same table and the same index with the same effort.
 */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import type { Data } from '../data.ts';
import type { DrivenEngine, RawClient } from './driven-engine.ts';

const ADDRESS = 'VECINO_BENCH_POSTGRES';
const SCHEMA = 'vecino_bench_drivers';
/** What the driver searches with where nothing is said. */
const EF_SEARCH = 64;

export const drivenPostgres: DrivenEngine = {
  name: 'PostgreSQL (pgvector)',
  absence: async () => undefined,
  start: async () => {
    const { address, about, stop } = await serverAt(process.env[ADDRESS]);
    await dropSchema(address);
    return {
      address,
      about,
      options: { connection: { schema: SCHEMA } },
      raw: (collection, data) => rawClient(address, collection, data),
      stop: async () => {
        await dropSchema(address);
        await stop();
      },
    };
  },
};

async function serverAt(address: string | undefined) {
  if (address !== undefined) return { address, about: 'a server', stop: async () => undefined };
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 16 });
  await server.start();
  return {
    address: `postgres://postgres@${server.getServerConn()}/postgres`,
    about: 'PGlite, PostgreSQL compiled to WebAssembly, in this process',
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}

async function dropSchema(address: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await client.end();
}

async function rawClient(address: string, collection: string, { metric }: Data): Promise<RawClient> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`SET hnsw.ef_search = ${EF_SEARCH}`);
  const found = await client.query<{ id: number }>(`SELECT id FROM ${SCHEMA}.collections WHERE name = $1`, [
    collection,
  ]);
  const table = `${SCHEMA}.records_${found.rows[0]?.id}`;
  const distance = metric === 'cosine' ? 'v0 <=> $1' : 'v0 <-> $1';
  const text = `SELECT id, document, metadata, ${distance} AS distance FROM ${table} ORDER BY ${distance} LIMIT $2`;
  return {
    search: async (query, k) => {
      const values = [JSON.stringify(Array.from(query)), k];
      const { rows } = await client.query<{ id: string }>(text, values);
      return rows.map(({ id }) => id);
    },
    close: () => client.end(),
  };
}
