import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import type { Engine } from './engine.ts';

/** A PostgreSQL to be found in the environment, or PostgreSQL in this process, spoken to over TCP all the same. */
export const postgres: Engine = {
  name: 'PostgreSQL (pgvector)',
  start: async () => {
    const { address, stop } = await postgresAt(process.env['VECINO_POSTGRES_URL']);
    const opened: Database[] = [];
    const schemas = new Set<string>();
    // A real server keeps what tests leave there, and several test files may run at the same time.
    const run = `vecino-test-${process.pid}`;
    return {
      address,
      open: async (part, options = {}) => {
        const schema = `${run}-${part}`;
        schemas.add(schema);
        const connection = { schema, connectionsMax: 4, ...options.connection };
        const database = await open(address, { ...options, connection });
        opened.push(database);
        return database;
      },
      stop: async () => {
        for (const database of opened) await database.close();
        await dropSchemas(address, schemas);
        await stop();
      },
    };
  },
};

async function postgresAt(
  address: string | undefined,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  if (address !== undefined) return { address, stop: async () => undefined };
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 8 });
  await server.start();
  return {
    address: `postgres://postgres:rosebud@${server.getServerConn()}/postgres`,
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}

async function dropSchemas(address: string, schemas: ReadonlySet<string>): Promise<void> {
  if (process.env['VECINO_POSTGRES_URL'] === undefined) return;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  for (const schema of schemas)
    await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(schema)} CASCADE`);
  await client.end();
}
