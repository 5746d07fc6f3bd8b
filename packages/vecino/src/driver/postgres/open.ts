import { CONNECTION_OPTIONS, type ConnectionOptions } from '../../api/connection.ts';
import { type Database, OPEN_OPTIONS, type OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import { readClock, warnerOf } from '../../engine/open.ts';
import { importPeer } from '../front/peer.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { unsupported } from '../front/unsupported.ts';
import { Connections, type PgModule } from './connections.ts';
import { ENGINE, requireFit, servingOf } from './index-plan.ts';
import { PostgresBackend } from './postgres-backend.ts';
import { prepareSchema, Schema } from './schema.ts';

/** The client, an optional peer. */
const CLIENT = 'pg';

/** Options of folders that mean nothing here. Threads build indexes, which the server does by itself. */
const OF_FOLDERS = ['removalsKept', 'embeddingCacheBytesMax'] as const satisfies (keyof OpenOptions)[];

/** PostgreSQL cuts longer names. */
const SCHEMA_BYTES_MAX = 63;

/** Milliseconds after which the client gives up where the server has not kept its own limit. */
const GRACE_MS = 2_000;

/** Opens a PostgreSQL database with pgvector. */
export async function openPostgres(address: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const { location, secrets, shown } = readAddress(address);
  const thing = `open "${shown}"`;
  const read = readOptions<OpenOptions>(thing, OPEN_OPTIONS, options);
  for (const option of OF_FOLDERS) {
    // Defaults are filled in; only what the caller names is refused.
    if (options?.[option] === undefined) continue;
    throw unsupported(thing, ENGINE, `the option ${option}`, 'leave it out, it belongs to folders');
  }
  const clock = readClock(read.clock);
  const warn = warnerOf(read.onWarning);
  const readOnly = read.readOnly ?? OPEN_OPTIONS.readOnly.default;
  const connection = readConnection(thing, read.connection);
  const schema = new Schema(connection.schema);
  const { Pool } = await loadClient(thing);
  const pool = new Pool({
    connectionString: location,
    max: connection.connectionsMax,
    connectionTimeoutMillis: connection.connectTimeoutMs,
    statement_timeout: connection.timeoutMs,
    query_timeout: connection.timeoutMs + GRACE_MS,
    application_name: 'vecino',
    ...(readOnly && { options: '-c default_transaction_read_only=on' }),
  });
  const connections = new Connections(pool, shown, secrets, connection);
  try {
    const mayCreate = !readOnly && (read.create ?? OPEN_OPTIONS.create.default);
    await prepareSchema(connections, schema, thing, { mayCreate });
  } catch (error) {
    await connections.close();
    throw error;
  }
  const backend = new PostgresBackend(shown, connections, schema);
  return new RemoteDatabase(backend, { readOnly, clock, warn, requireFit, serving: servingOf });
}

/** An address, what of it must not be shown, and what may be. */
function readAddress(address: string): { location: string; secrets: string[]; shown: string } {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new VecinoError(
      'OPTION_INVALID',
      'open: the address is no URL, expected postgres://user:password@host:port/database; percent-encode what is special in user and password',
      { details: { option: 'location', expected: 'postgres://user:password@host:port/database' } },
    );
  }
  const secrets = [url.password, decodeURIComponent(url.password), ...url.searchParams.values()].filter(
    (secret) => secret !== '',
  );
  const user = url.username === '' ? '' : `${url.username}@`;
  return { location: address, secrets, shown: `postgres://${user}${url.host}${url.pathname}` };
}

type ReadConnection = Required<Omit<ConnectionOptions, 'signal'>> & Pick<ConnectionOptions, 'signal'>;

function readConnection(thing: string, input: unknown): ReadConnection {
  const where = `${thing}: connection`;
  const {
    schema = 'vecino',
    signal,
    ...numbers
  } = readOptions<ConnectionOptions>(where, CONNECTION_OPTIONS, input as ConnectionOptions | undefined);
  const isName =
    typeof schema === 'string' && schema !== '' && schema.isWellFormed() && !/\p{Cc}/u.test(schema);
  // PostgreSQL keeps names that begin so to itself.
  if (!isName || Buffer.byteLength(schema) > SCHEMA_BYTES_MAX || schema.startsWith('pg_')) {
    const received = isName
      ? `a name of ${Buffer.byteLength(schema)} bytes or one of PostgreSQL's own`
      : describeValue(schema);
    throw new VecinoError(
      'OPTION_INVALID',
      `${where}: option "schema" is ${received}, expected 1 to ${SCHEMA_BYTES_MAX} bytes of text that do not begin with "pg_"`,
      { details: { option: 'schema', received } },
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    const received = describeValue(signal);
    throw new VecinoError(
      'OPTION_INVALID',
      `${where}: option "signal" is ${received}, expected an AbortSignal`,
      {
        details: { option: 'signal', received },
      },
    );
  }
  return { ...(numbers as Required<typeof numbers>), schema, ...(signal && { signal }) };
}

/** The package is of CommonJS, so that what it exports may be its default. */
async function loadClient(thing: string): Promise<PgModule> {
  const module = await importPeer<PgModule & { readonly default?: PgModule }>(thing, CLIENT);
  return module.Pool ? module : (module.default as PgModule);
}
