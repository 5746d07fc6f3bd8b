import type { Database, OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue } from '../../base/options.ts';
import { importPeer } from '../front/peer.ts';
import { readRemoteAddress } from '../front/remote-address.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { readRemoteOptions } from '../front/remote-options.ts';
import { Connections, type PgModule } from './connections.ts';
import { ENGINE, requireFit, servingOf } from './index-plan.ts';
import { PostgresBackend } from './postgres-backend.ts';
import { prepareSchema, Schema } from './schema.ts';

/** The client, an optional peer. */
const CLIENT = 'pg';

/** Options of connections that PostgreSQL understands beside those of all engines. */
const UNDERSTOOD = ['schema', 'connectionsMax', 'connectTimeoutMs'] as const;

/** PostgreSQL cuts longer names. */
const SCHEMA_BYTES_MAX = 63;

/** Milliseconds after which the client gives up where the server has not kept its own limit. */
const GRACE_MS = 2_000;

/** Opens a PostgreSQL database with pgvector. */
export async function openPostgres(address: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const { secrets, shown } = readRemoteAddress(address, 'postgres://user:password@host:port/database');
  const thing = `open "${shown}"`;
  const read = readRemoteOptions(thing, ENGINE, options, UNDERSTOOD);
  const { connection, readOnly } = read;
  const schema = new Schema(readSchemaName(thing, connection.schema));
  const { Pool } = await loadClient(thing);
  const pool = new Pool({
    connectionString: address,
    max: connection.connectionsMax,
    connectionTimeoutMillis: connection.connectTimeoutMs,
    statement_timeout: connection.timeoutMs,
    query_timeout: connection.timeoutMs + GRACE_MS,
    application_name: 'vecino',
    ...(readOnly && { options: '-c default_transaction_read_only=on' }),
  });
  const connections = new Connections(pool, shown, secrets, connection);
  try {
    await prepareSchema(connections, schema, thing, read);
  } catch (error) {
    await connections.close();
    throw error;
  }
  const backend = new PostgresBackend(shown, connections, schema);
  return new RemoteDatabase(backend, { ...read, requireFit, serving: servingOf });
}

function readSchemaName(thing: string, schema: unknown = 'vecino'): string {
  const isName =
    typeof schema === 'string' && schema !== '' && schema.isWellFormed() && !/\p{Cc}/u.test(schema);
  // PostgreSQL keeps names that begin so to itself.
  if (isName && Buffer.byteLength(schema) <= SCHEMA_BYTES_MAX && !schema.startsWith('pg_')) return schema;
  const received = isName
    ? `a name of ${Buffer.byteLength(schema)} bytes or one of PostgreSQL's own`
    : describeValue(schema);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: connection: option "schema" is ${received}, expected 1 to ${SCHEMA_BYTES_MAX} bytes of text that do not begin with "pg_"`,
    { details: { option: 'schema', received } },
  );
}

/** The package is of CommonJS, so that what it exports may be its default. */
async function loadClient(thing: string): Promise<PgModule> {
  const module = await importPeer<PgModule & { readonly default?: PgModule }>(thing, CLIENT);
  return module.Pool ? module : (module.default as PgModule);
}
