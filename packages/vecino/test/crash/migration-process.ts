/** The child of the test of killed migrations: migrates, and kills itself at the moment that it is told. */
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import { migrate } from '../../src/migrate.ts';
import { standingFor } from '../migrate/standing-for.ts';

const [from = '', to = '', moment = 'write', count = '1'] = process.argv.slice(2);
let writes = 0;

await using database = await open(to);
await migrate(
  `${from}#books`,
  { database: watched(database), collection: 'books' },
  {
    ...{ batch: 20, writers: 3, queries: 5, journal: `${to}.journal` },
    onProgress: ({ stage }) => {
      if (stage === moment) die();
    },
  },
);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** The same database, but for the write that is not lived through. */
function watched(whole: Database): Database {
  return standingFor(whole, {
    openCollection: async (name: string) => {
      const collection = await whole.openCollection(name);
      return standingFor<Collection>(collection, {
        upsert: async (records) => {
          const isLast = ++writes === Number(count);
          if (isLast && moment === 'write') die();
          const ids = await collection.upsert(records);
          if (isLast && moment === 'written') die();
          return ids;
        },
      });
    },
  } as Partial<Database>);
}
