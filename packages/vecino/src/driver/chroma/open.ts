import type { Database, OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue } from '../../base/options.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { readRemoteOptions } from '../front/remote-options.ts';
import { type Address, readAddress } from './address.ts';
import { Catalogue } from './catalogue.ts';
import { ChromaBackend } from './chroma-backend.ts';
import { loadClient } from './client.ts';
import { ENGINE, requireFit, servingOf } from './index-plan.ts';
import { Requests } from './requests.ts';
import { Rest } from './rest.ts';

/** Options of connections that mean something here beside those of all engines. */
const UNDERSTOOD = ['schema', 'apiKey', 'connectionsMax', 'connectTimeoutMs'] as const;

/** The first whose API is that of version 2 alone. */
const VERSION_MIN = 1;

/** It is part of a hash, so that any text would do; it should be short all the same. */
const SCHEMA_LENGTH_MAX = 100;

/** Opens a database of a Chroma server. */
export async function openChroma(location: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const thing = `open "${readAddress(location).shown}"`;
  const read = readRemoteOptions(thing, ENGINE, options, UNDERSTOOD);
  const { connection } = read;
  const schema = readSchemaName(thing, connection.schema);
  const address = readAddress(location, connection.apiKey);
  const { ChromaClient } = await loadClient(thing);
  const requests = new Requests(address.shown, address.secrets, connection);
  const rest = new Rest(requests, address);
  try {
    requireVersion(thing, await rest.version(connection.connectTimeoutMs));
    await requireDatabase(thing, rest, address, read.mayCreate);
  } catch (error) {
    requests.close();
    throw error;
  }
  const { host, port, ssl, tenant, database, headers } = address;
  // Without a signal: the client would give the one that it has to every request, each of which listens to it until it
  // is collected, and the next looks through all of them. `requests` ends the waiting.
  const client = new ChromaClient({ host, port, ssl, tenant, database, headers });
  const catalogue = new Catalogue(client, rest, requests, schema, read.clock);
  const backend = new ChromaBackend(address.shown, catalogue, requests, rest);
  return new RemoteDatabase(backend, { ...read, requireFit, serving: servingOf });
}

function requireVersion(thing: string, version: string): void {
  const major = Number.parseInt(version, 10);
  if (major >= VERSION_MIN) return;
  throw new VecinoError(
    'REMOTE_VERSION_OLD',
    `${thing}: the server has version ${version}, expected ${VERSION_MIN}.0.0 or newer; install a newer Chroma`,
    { details: { expected: `>=${VERSION_MIN}.0.0`, received: version } },
  );
}

async function requireDatabase(
  thing: string,
  rest: Rest,
  { tenant, database }: Address,
  mayCreate: boolean,
): Promise<void> {
  if (await rest.hasDatabase()) return;
  if (mayCreate) return rest.createDatabase();
  throw new VecinoError(
    'STORE_NOT_FOUND',
    `${thing}: the tenant "${tenant}" has no database "${database}", expected one to read; check the address, or open it once for writing`,
    { details: { tenant, database } },
  );
}

function readSchemaName(thing: string, schema: unknown = 'vecino'): string {
  const isName = typeof schema === 'string' && schema !== '' && schema.isWellFormed();
  if (isName && schema.length <= SCHEMA_LENGTH_MAX) return schema;
  const received = isName ? `a text of ${schema.length} characters` : describeValue(schema);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: connection: option "schema" is ${received}, expected 1 to ${SCHEMA_LENGTH_MAX} characters of text`,
    { details: { option: 'schema', received } },
  );
}
