/**
 * sqlite-vec, a virtual table of SQLite that compares with every row: exact, and the store is the index. Here it is
 * loaded into Node's own SQLite, as its documentation has it.
 */
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Stopwatch } from '../measure/stopwatch.ts';
import { folderBytes } from './folder-size.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { absenceOf, requirePeer, versionOfPeer } from './peers-package.ts';

interface Module {
  readonly load: (db: DatabaseSync) => void;
}
interface Row {
  readonly rowid: number;
}

export const sqliteVec: NodePeer = {
  name: 'sqlite-vec',
  isOurs: false,
  absence: async () => absenceOf('sqlite-vec'),
  about: async () => ({
    version: versionOfPeer('sqlite-vec'),
    compiled: 'the binary that its npm package brings',
    instructions: 'as its authors compile it',
  }),
  build,
  open: openTable,
};

function openDatabase(folder: string): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync(join(folder, 'vectors.db'), { allowExtension: true });
  (requirePeer('sqlite-vec') as Module).load(db);
  return db;
}

async function build({ base, dimension, metric, folder, progress }: BuildTask): Promise<BuildFigures> {
  const db = openDatabase(folder);
  db.exec('pragma journal_mode = wal');
  db.exec(`create virtual table vectors using vec0(embedding float[${dimension}] distance_metric=${metric})`);
  const insert = db.prepare('insert into vectors(rowid, embedding) values (?, ?)');
  const rows = base.length / dimension;
  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows; from += INSERT_BATCH) {
    db.exec('begin');
    const to = Math.min(from + INSERT_BATCH, rows);
    // A rowid has to be an integer, and a number of JavaScript is bound as a float.
    for (let row = from; row < to; row++) insert.run(BigInt(row), bytesOf(rowOf(base, row, dimension)));
    db.exec('commit');
    progress(`${to} of ${rows} durable`);
  }
  inserting.stop();
  db.close();
  const { seconds: insertSeconds, cpuSeconds } = inserting;
  const diskBytes = folderBytes(folder);
  return { insertSeconds, linkSeconds: 0, saveSeconds: 0, cpuSeconds, diskBytes, indexFileBytes: diskBytes };
}

async function openTable({ folder }: OpenTask): Promise<Searcher<Uint8Array, Row[]>> {
  const db = openDatabase(folder);
  const search: StatementSync = db.prepare(
    'select rowid, distance from vectors where embedding match ? and k = ? order by distance',
  );
  return {
    prepare: bytesOf,
    search: (query, k) => search.all(query, k) as unknown as Row[],
    rowsOf: (found) => found.map(({ rowid }) => rowid),
    close: async () => db.close(),
  };
}

function rowOf(base: Float32Array, row: number, dimension: number): Float32Array {
  return base.subarray(row * dimension, (row + 1) * dimension);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
