import type { Database, OpenOptions } from '../api/database.ts';
import { openFolder } from '../engine/open.ts';

/** Opens the addresses of one engine. */
type Driver = (address: string, options: OpenOptions | undefined) => Promise<Database>;

/** By the schemes of addresses. Each is loaded when its first address is opened. */
const DRIVERS: Readonly<Record<string, () => Promise<Driver>>> = {
  chroma: async () => (await import('./chroma/open.ts')).openChroma,
  pinecone: async () => (await import('./pinecone/open.ts')).openPinecone,
  postgres: async () => (await import('./postgres/open.ts')).openPostgres,
  postgresql: async () => (await import('./postgres/open.ts')).openPostgres,
  qdrant: async () => (await import('./qdrant/open.ts')).openQdrant,
  qdrants: async () => (await import('./qdrant/open.ts')).openQdrant,
  redis: async () => (await import('./redis/open.ts')).openRedis,
  rediss: async () => (await import('./redis/open.ts')).openRedis,
};

/**
 * Opens a vector database: in a folder, which is created where it is missing, in memory (`':memory:'`), or in another
 * engine by its address: `postgres://user:password@host/database` for PostgreSQL with pgvector,
 * `qdrant://host` for Qdrant, `redis://user:password@host` for Redis 8 or its cluster,
 * `pinecone://api.pinecone.io` for Pinecone,
 * `chroma://host:8000/` for Chroma.
 *
 * One process may have a folder open for writing; any number may read it beside that with `readOnly: true`. What an
 * engine elsewhere cannot do stands in `capabilities`.
 *
 * @throws STORE_LOCKED where another process writes, STORE_NOT_FOUND where there is nothing to read,
 * STORE_READ_ONLY where the folder cannot be written, ADDRESS_UNSUPPORTED for addresses of engines without a driver.
 * Of engines elsewhere: PACKAGE_MISSING where their client is not installed, REMOTE_UNREACHABLE, REMOTE_TIMED_OUT,
 * REMOTE_UNAUTHENTICATED, REMOTE_VERSION_OLD, REMOTE_EXTENSION_MISSING, REMOTE_REFUSED, REMOTE_FAILED
 *
 * @example
 * ```ts
 * await using db = await open('./library');
 * const books = await db.collection('books', { dimension: 3 });
 * await books.add([{ id: 'a', vector: [1, 0, 0] }]);
 * const [nearest] = await books.search({ vector: [1, 0.1, 0], k: 1 });
 * ```
 */
export async function open(location: string, options?: OpenOptions): Promise<Database> {
  const scheme = typeof location === 'string' && /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  const load = scheme ? driverOf(scheme.toLowerCase()) : undefined;
  // Who knows no such scheme says so.
  if (!load) return openFolder(location, options);
  const driver = await load();
  return driver(location, options);
}

function driverOf(scheme: string): (() => Promise<Driver>) | undefined {
  return Object.hasOwn(DRIVERS, scheme) ? DRIVERS[scheme] : undefined;
}
