import type { Database, OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { didYouMean } from '../../base/near-miss.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue, quoted } from '../../base/options.ts';
import { Attempts } from '../front/attempts.ts';
import { ChangeClock } from '../front/change-clock.ts';
import { importPeer } from '../front/peer.ts';
import { readRemoteAddress } from '../front/remote-address.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { readRemoteOptions } from '../front/remote-options.ts';
import { CLOUDS, type Cloud, type PineconeModule } from './client.ts';
import { ENGINE, requireFit, servingOf } from './engine.ts';
import { PineconeBackend } from './pinecone-backend.ts';
import { Requests } from './requests.ts';

/** The client, an optional peer. */
const CLIENT = '@pinecone-database/pinecone';

const FORM = 'pinecone://:key@api.pinecone.io?cloud=aws&region=us-east-1';

/** Where the projects of all are. */
const HOST = 'api.pinecone.io';

/** Options of connections that Pinecone understands beside those of all engines. */
const UNDERSTOOD = ['schema', 'apiKey', 'connectionsMax'] as const;

/** Names of indexes have 45 characters, and what is left belongs to the collection. */
const SCHEMA_LENGTH_MAX = 20;

/** Where new indexes are made; every project has this region. */
const PLACE = { cloud: 'aws', region: 'us-east-1' } as const;

/** Opens a project of Pinecone's. */
export async function openPinecone(address: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const { url, secrets: ofAddress } = readRemoteAddress(address, FORM);
  const host = url.host || HOST;
  const shown = `pinecone://${host}`;
  const thing = `open "${shown}"`;
  const read = readRemoteOptions(thing, ENGINE, options, UNDERSTOOD);
  const { connection } = read;
  const place = readPlace(thing, url);
  const schema = readSchema(thing, connection.schema);
  const apiKey = readKey(thing, url, connection.apiKey);
  const { Pinecone } = await loadClient(thing);
  const { timeoutMs } = connection;
  const requests = new Requests(shown, [...ofAddress, apiKey], new Attempts(shown, connection), connection);
  const backend = new PineconeBackend({
    location: shown,
    schema,
    requests,
    ...place,
    timeoutMs,
    clock: new ChangeClock(read.clock),
    clientFor: (freshness) =>
      new Pinecone({
        apiKey,
        controllerHostUrl: `${place.protocol}//${host}`,
        fetchApi: requests.fetchFor(freshness),
        // It is tried again by us.
        maxRetries: 0,
        sourceTag: 'vecino',
      }),
  });
  try {
    // Who is not let in learns so now.
    await backend.version();
  } catch (error) {
    await backend.close();
    throw error;
  }
  return new RemoteDatabase(backend, { ...read, requireFit, serving: servingOf });
}

/** Where indexes are made and how they are spoken to, from the query of the address. */
function readPlace(
  thing: string,
  url: URL,
): { readonly cloud: Cloud; readonly region: string; readonly protocol: 'https:' | 'http:' } {
  const known = ['cloud', 'region', 'tls'];
  for (const name of url.searchParams.keys()) {
    if (known.includes(name)) continue;
    // What stands in the place of a name might be a key.
    throw invalid(thing, 'location', known.join(', '), `another parameter${didYouMean(name, known)}`);
  }
  const [cloud, region, tls] = known.map((name) => url.searchParams.get(name));
  const found = CLOUDS.find((one) => one === (cloud ?? PLACE.cloud));
  if (!found) throw invalid(thing, 'cloud', CLOUDS.join(', '), 'another text');
  if (region !== null && region !== undefined && !/^[a-z0-9-]+$/.test(region)) {
    throw invalid(thing, 'region', 'the name of a region, such as us-east-1', 'another text');
  }
  if (tls !== null && tls !== undefined && tls !== 'true' && tls !== 'false') {
    throw invalid(thing, 'tls', 'true or false', 'another text');
  }
  if (url.username !== '') {
    throw invalid(thing, 'location', 'the key in the place of a password: pinecone://:key@host', 'a user');
  }
  return { cloud: found, region: region ?? PLACE.region, protocol: tls === 'false' ? 'http:' : 'https:' };
}

/** Of several Pinecone databases in one project: the beginning of the names of its indexes. */
function readSchema(thing: string, schema: unknown = 'vecino'): string {
  const isName = typeof schema === 'string' && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(schema);
  if (isName && schema.length <= SCHEMA_LENGTH_MAX) return schema;
  const received = typeof schema === 'string' ? quoted(schema) : describeValue(schema);
  const expected = `1 to ${SCHEMA_LENGTH_MAX} small letters, digits and "-", which begin and end with a letter or digit`;
  throw invalid(`${thing}: connection`, 'schema', expected, received);
}

function readKey(thing: string, url: URL, option: string | undefined): string {
  const key = option ?? (plain(url.password) || process.env['PINECONE_API_KEY']);
  if (key !== undefined && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new VecinoError(
    'REMOTE_UNAUTHENTICATED',
    `${thing}: there is no key, expected one of printable ASCII as connection.apiKey, as the password of the address (${FORM}) or in the environment as PINECONE_API_KEY`,
    { details: { option: 'apiKey' } },
  );
}

/** What an address has percent-encoded. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The package is of CommonJS, so that what it exports may be its default. */
async function loadClient(thing: string): Promise<PineconeModule> {
  const module = await importPeer<PineconeModule & { readonly default?: PineconeModule }>(thing, CLIENT);
  return module.Pinecone ? module : (module.default as PineconeModule);
}

function invalid(thing: string, option: string, expected: string, received: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: ${quoted(option)} is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
