import type { Database, OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { requireNode } from '../../base/node-version.ts';
import { describeValue } from '../../base/options.ts';
import { Attempts } from '../front/attempts.ts';
import { importPeer } from '../front/peer.ts';
import { readRemoteAddress } from '../front/remote-address.ts';
import { RemoteDatabase } from '../front/remote-database.ts';
import { readRemoteOptions } from '../front/remote-options.ts';
import { Connections, type Link, type RedisModule } from './connections.ts';
import { failureOf } from './failures.ts';
import { ENGINE, requireFit, servingOf } from './index-plan.ts';
import { Keys } from './keys.ts';
import { linkToCluster, linkToServer } from './link.ts';
import { RedisBackend } from './redis-backend.ts';
import { isInCluster, prepareStore, requireVectorSets } from './server-info.ts';

/** The client, an optional peer: the part of `redis` that has no modules, and routes commands that it does not know. */
const CLIENT = '@redis/client';

/** Options of connections that Redis understands beside those of all engines: there is one connection to each node. */
const UNDERSTOOD = ['schema', 'connectTimeoutMs'] as const;

/** As in PostgreSQL: whoever changes over needs no other name. */
const SCHEMA_BYTES_MAX = 63;

/** Opens a Redis server, or the cluster that it belongs to. */
export async function openRedis(address: string, options: OpenOptions | undefined): Promise<Database> {
  requireNode();
  const { url, secrets, shown } = readRemoteAddress(address, 'redis://user:password@host:port');
  const thing = `open "${shown}"`;
  const read = readRemoteOptions(thing, ENGINE, options, UNDERSTOOD);
  const { connection } = read;
  const schema = readSchemaName(thing, connection.schema);
  const module = await loadClient(thing);
  const attempts = new Attempts(shown, connection);
  const to = { url, connectTimeoutMs: connection.connectTimeoutMs };
  const connect = async (link: typeof linkToServer) => {
    const linked: Promise<Link> = attempts.run(
      () => attempts.untilAborted(link(module, to)),
      (cause) => {
        const error = failureOf(shown, cause, secrets);
        return { error, mayRepeat: error.retryable };
      },
    );
    return new Connections(await linked, shown, secrets, connection);
  };
  let connections = await connect(linkToServer);
  try {
    let keys = new Keys(schema);
    await requireVectorSets(connections, keys.home, thing);
    if (await isInCluster(connections, keys.home)) {
      keys = new Keys(schema, Number(await connections.read(keys.home, 'CLUSTER', 'KEYSLOT', keys.about)));
      await connections.close();
      connections = await connect(linkToCluster);
    }
    await prepareStore(connections, keys, thing, schema, read);
    const backend = new RedisBackend(shown, connections, keys);
    return new RemoteDatabase(backend, { ...read, requireFit, serving: servingOf });
  } catch (error) {
    await connections.close();
    throw error;
  }
}

function readSchemaName(thing: string, schema: unknown = 'vecino'): string {
  const isName =
    typeof schema === 'string' && schema !== '' && schema.isWellFormed() && !/\p{Cc}/u.test(schema);
  if (isName && Buffer.byteLength(schema) <= SCHEMA_BYTES_MAX) return schema;
  const received = isName ? `a name of ${Buffer.byteLength(schema)} bytes` : describeValue(schema);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: connection: option "schema" is ${received}, expected 1 to ${SCHEMA_BYTES_MAX} bytes of text`,
    { details: { option: 'schema', received } },
  );
}

/** The package is of CommonJS, so that what it exports may be its default. */
async function loadClient(thing: string): Promise<RedisModule> {
  const module = await importPeer<Partial<RedisModule> & { readonly default?: RedisModule }>(thing, CLIENT);
  return module.createCluster ? (module as RedisModule) : (module.default as RedisModule);
}
