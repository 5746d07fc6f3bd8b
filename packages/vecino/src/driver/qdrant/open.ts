import type { Database, OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue, quoted } from '../../base/options.ts';
import { Attempts } from '../front/attempts.ts';
import { ChangeClock } from '../front/change-clock.ts';
import { importPeer } from '../front/peer.ts';
import { readRemoteAddress } from '../front/remote-address.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { readRemoteOptions } from '../front/remote-options.ts';
import type { QdrantModule } from './client.ts';
import { ENGINE, requireFit, servingOf } from './index-plan.ts';
import { QdrantBackend } from './qdrant-backend.ts';
import { Registry } from './registry.ts';
import { Requests } from './requests.ts';

/** The client, an optional peer. */
const CLIENT = '@qdrant/js-client-rest';

const FORM = 'qdrant://host:port or qdrants://key@host:port';

/** Where Qdrant listens to HTTP. */
const USUAL_PORT = 6333;

/** What knows updates of what is there only (`update_mode`). */
const VERSION_MIN = [1, 17] as const;

/** Opens a Qdrant: `qdrant://host:port`, with TLS `qdrants://…` or `?tls`. */
export async function openQdrant(address: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const { url, secrets, shown } = readAddress(address);
  const thing = `open "${shown}"`;
  const { connection, mayCreate, ...settings } = readRemoteOptions(thing, ENGINE, options, [
    'schema',
    'apiKey',
    'connectionsMax',
    'connectTimeoutMs',
  ]);
  const schema = readSchema(`${thing}: connection`, connection.schema ?? 'vecino');
  const https = usesTls(thing, url);
  const apiKey = connection.apiKey ?? keyIn(url) ?? process.env['QDRANT_API_KEY'];
  const hidden = apiKey === undefined ? secrets : [...secrets, apiKey];
  const attempts = new Attempts(shown, connection);
  const { QdrantClient } = await importPeer<QdrantModule>(thing, CLIENT);
  const connect = (timeout: number) => {
    const client = new QdrantClient({
      host: url.hostname,
      port: url.port === '' ? USUAL_PORT : Number(url.port),
      https,
      prefix: url.pathname.replace(/\/+$/, ''),
      timeout,
      maxConnections: connection.connectionsMax,
      // Both would write to the console: the version is asked for here, and whoever sends a key in the clear may.
      checkCompatibility: false,
      ...(apiKey !== undefined && { headers: { 'api-key': apiKey } }),
    });
    return new Requests(client, attempts, shown, hidden);
  };
  const { version } = await connect(connection.connectTimeoutMs).ask((client) => client.versionInfo());
  requireVersion(thing, version);
  const requests = connect(connection.timeoutMs);
  const registry = new Registry(requests, schema);
  await registry.prepare(thing, { mayCreate });
  const backend = new QdrantBackend(shown, requests, registry, {
    clock: new ChangeClock(Date.now),
    readOnly: settings.readOnly,
  });
  return new RemoteDatabase(backend, { ...settings, requireFit, serving: servingOf });
}

/** The key is what stands in the place of a user or a password, or `?apiKey=`. None of it is shown. */
function readAddress(address: string): ReturnType<typeof readRemoteAddress> {
  const { url, secrets } = readRemoteAddress(address, FORM);
  const user = url.username === '' ? [] : [url.username, decodeURIComponent(url.username)];
  return { url, secrets: [...secrets, ...user], shown: `${url.protocol}//${url.host}${url.pathname}` };
}

function keyIn(url: URL): string | undefined {
  const key = url.searchParams.get('apiKey') || url.password || url.username;
  return key === '' ? undefined : decodeURIComponent(key);
}

const QUERY = ['tls', 'apiKey'];

function usesTls(thing: string, url: URL): boolean {
  const unknown = [...url.searchParams.keys()].find((key) => !QUERY.includes(key));
  const tls = url.searchParams.get('tls');
  if (unknown !== undefined || (tls !== null && !['', 'true', 'false'].includes(tls))) {
    const received = unknown === undefined ? 'another value of tls' : quoted(unknown);
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: the query of the address has ${received}, expected tls (or tls=false) and apiKey; give what else there is as options`,
      { details: { option: 'location', expected: QUERY } },
    );
  }
  return url.protocol === 'qdrants:' ? tls !== 'false' : tls === '' || tls === 'true';
}

/** The name of a collection of Qdrant's, and the beginning of others. */
function readSchema(where: string, schema: unknown): string {
  if (typeof schema === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/.test(schema)) return schema;
  const received = typeof schema === 'string' && schema !== '' ? quoted(schema) : describeValue(schema);
  throw new VecinoError(
    'OPTION_INVALID',
    `${where}: option "schema" is ${received}, expected 1 to 63 letters of ASCII, digits, "_" and "-", the last not at its beginning`,
    { details: { option: 'schema', received } },
  );
}

function requireVersion(thing: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1])) return;
  throw new VecinoError(
    'REMOTE_VERSION_OLD',
    `${thing}: Qdrant has version ${version}, expected ${VERSION_MIN.join('.')} or newer, which updates only what is there; update the server`,
    { details: { expected: `>=${VERSION_MIN.join('.')}`, received: version } },
  );
}
