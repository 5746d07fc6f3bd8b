/** What the scenario `migrate` does in processes of their own. */
import { type Collection, type Database, open } from 'vecino';
import { type MigrationReport, migrate } from 'vecino/migrate';
import type { Progress } from '../progress.ts';

/** An end as plain data. */
export interface EndTask {
  readonly location: string;
  readonly collection: string;
  /** Of PostgreSQL. */
  readonly schema?: string;
}

export interface MigrateTask {
  readonly from: EndTask;
  readonly to: EndTask;
  readonly journal: string;
  readonly batch: number;
  readonly queries: number;
  /** The process kills itself when it has written so many records; infinite lets it live. */
  readonly dieAfter: number;
}

/** Migrates; each stage is told when it begins. */
export async function migrateOnce(task: MigrateTask, progress: Progress): Promise<MigrationReport> {
  const { from, to, journal, batch, queries, dieAfter } = task;
  await using database = await open(to.location, optionsOf(to));
  let stage: string | undefined;
  // Awaited here: the database is closed when this returns.
  return await migrate(
    { location: from.location, collection: from.collection, options: optionsOf(from) },
    { database: mortal(database, dieAfter), collection: to.collection },
    {
      ...{ journal, batch, queries },
      onProgress: (now) => {
        if (now.stage !== stage) progress(now.stage);
        stage = now.stage;
      },
    },
  );
}

function optionsOf({ schema }: EndTask) {
  return schema === undefined ? {} : { connection: { schema } };
}

/** The same database, but that the process dies by what is written. */
function mortal(database: Database, dieAfter: number): Database {
  let written = 0;
  return standingFor(database, {
    openCollection: async (name: string) => {
      const collection: Collection = await database.openCollection(name);
      return standingFor(collection, {
        upsert: async (records: Parameters<Collection['upsert']>[0]) => {
          const ids = await collection.upsert(records);
          written += records.length;
          if (written >= dieAfter) process.kill(process.pid, 'SIGKILL');
          return ids;
        },
      });
    },
  });
}

function standingFor<T extends object>(whole: T, other: Readonly<Record<string, unknown>>): T {
  return new Proxy(whole, {
    get: (_, key) => {
      if (typeof key === 'string' && key in other) return other[key];
      const value: unknown = Reflect.get(whole, key, whole);
      return typeof value === 'function' ? value.bind(whole) : value;
    },
  });
}
