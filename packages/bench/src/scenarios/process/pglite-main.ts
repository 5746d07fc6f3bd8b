/** PostgreSQL with pgvector in a process of its own, spoken to over TCP: tells its address and serves until it is left. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

interface PGliteModule {
  readonly PGlite: {
    create(options: { readonly dataDir: string; readonly extensions: object }): Promise<object>;
  };
}
interface SocketModule {
  readonly PGLiteSocketServer: new (options: {
    readonly db: object;
    readonly port: number;
    readonly maxConnections: number;
  }) => { start(): Promise<void>; getServerConn(): string };
}

const [dataDir = ''] = process.argv.slice(2);

process.once('disconnect', () => process.exit());
const { PGlite } = await load<PGliteModule>('@electric-sql/pglite');
const { vector } = await load<{ readonly vector: unknown }>('@electric-sql/pglite-pgvector');
const { PGLiteSocketServer } = await load<SocketModule>('@electric-sql/pglite-socket');
const db = await PGlite.create({ dataDir, extensions: { vector } });
const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 8 });
await server.start();
process.send?.(`postgres://postgres@${server.getServerConn()}/postgres`);

/** By name, so that the bench does not need the package to be compiled. */
async function load<Module>(name: string): Promise<Module> {
  const { resolve } = createRequire(import.meta.url);
  return (await import(pathToFileURL(resolve(name)).href)) as Module;
}
