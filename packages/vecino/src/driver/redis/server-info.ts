import { VecinoError } from '../../base/errors.ts';
import type { Connections, Place } from './connections.ts';
import type { Keys } from './keys.ts';
import { textOf } from './record-rows.ts';

/** The first with vector sets. */
const REDIS_MIN = 8;

/** Counts up with each change of the keys. */
const VERSION = 1;

export async function versionOf(connections: Connections, home: Place): Promise<string> {
  return fieldOf(await connections.read(home, 'INFO', 'server'), 'redis_version') ?? 'unknown';
}

/** Whether the server belongs to a cluster. */
export async function isInCluster(connections: Connections, home: Place): Promise<boolean> {
  return fieldOf(await connections.read(home, 'INFO', 'cluster'), 'cluster_enabled') === '1';
}

/** Makes sure that the server has vector sets. */
export async function requireVectorSets(connections: Connections, home: Place, thing: string): Promise<void> {
  const version = await versionOf(connections, home);
  const [known] = (await connections.read(home, 'COMMAND', 'INFO', 'VADD')) as unknown[];
  if (known) return;
  const isOld = Number.parseInt(version, 10) < REDIS_MIN;
  if (isOld) {
    throw new VecinoError(
      'REMOTE_VERSION_OLD',
      `${thing}: the server has version ${version}, expected ${REDIS_MIN} or newer, which has vector sets; install a newer Redis`,
      { details: { expected: `>=${REDIS_MIN}`, received: version } },
    );
  }
  throw new VecinoError(
    'REMOTE_EXTENSION_MISSING',
    `${thing}: the server (version ${version}) knows no VADD, expected Redis with vector sets; install one that was built with them`,
    { details: { extension: 'vector sets' } },
  );
}

/** Makes sure that there is a store of a version that we know. */
export async function prepareStore(
  connections: Connections,
  keys: Keys,
  thing: string,
  schema: string,
  { mayCreate }: { readonly mayCreate: boolean },
): Promise<void> {
  const { about, home: place } = keys;
  if (mayCreate) await connections.write(place, 'HSETNX', about, 'version', `${VERSION}`);
  const found = (await connections.read(place, 'HGET', about, 'version')) as Buffer | null;
  if (!found) {
    throw new VecinoError(
      'STORE_NOT_FOUND',
      `${thing}: the schema "${schema}" holds no store, expected one to read; check connection.schema, or open it once for writing`,
      { details: { schema } },
    );
  }
  const version = Number(textOf(found));
  if (version <= VERSION) return;
  throw new VecinoError(
    'STORE_VERSION_NEWER',
    `${thing}: the schema "${schema}" has version ${version}, expected at most ${VERSION}; install a newer vecino`,
    { details: { expected: VERSION, received: version } },
  );
}

/** A field of what INFO answers, a line each. */
function fieldOf(answer: unknown, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(textOf(answer as Buffer))?.[1];
}
