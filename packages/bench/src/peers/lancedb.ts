/**
 * LanceDB, an embedded table in columns: native code behind asynchronous calls. Its index is the one that its
 * documentation names first, inverted lists of product quantisation with its own defaults; what it turns for recall
 * are the lists that are probed and how many candidates are compared again by their vectors (`refineFactor`).
 */
import { type Knob, NPROBE } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { folderBytes } from './folder-size.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { absenceOf, requirePeer, versionOfPeer } from './peers-package.ts';

interface Query {
  nprobes(lists: number): Query;
  refineFactor(times: number): Query;
  distanceType(metric: 'l2' | 'cosine'): Query;
  select(columns: readonly string[]): Query;
  limit(k: number): Query;
  toArray(): Promise<Row[]>;
}
interface Row {
  readonly id: number;
}
interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  createIndex(column: string, options: { readonly config: unknown }): Promise<void>;
  waitForIndex?(names: readonly string[], timeoutSeconds: number): Promise<void>;
  vectorSearch(vector: Float32Array): Query;
  close(): void;
}
interface Connection {
  createTable(name: string, rows: readonly object[]): Promise<Table>;
  openTable(name: string): Promise<Table>;
}
interface Module {
  readonly connect: (folder: string) => Promise<Connection>;
  readonly Index: { ivfPq(options: { readonly distanceType: 'l2' | 'cosine' }): unknown };
}

const LANCEDB = '@lancedb/lancedb';
/** Its users choose both. */
const KNOB: Knob = { ...NPROBE, refines: [1, 4, 10, 30, 100] };
/** Fewer rows a call make many small files of it. */
const ROWS_A_CALL = 10 * INSERT_BATCH;

export const lancedb: NodePeer = {
  name: 'lancedb',
  knob: KNOB,
  isOurs: false,
  recipe: () => 'IVF_PQ, its defaults',
  absence: async () => absenceOf(LANCEDB),
  about: async () => ({
    version: versionOfPeer(LANCEDB),
    compiled: 'the binary that its npm package brings',
    instructions: 'chosen by it at run time',
  }),
  build,
  open: openTable,
};

async function build({ base, dimension, metric, folder, progress }: BuildTask): Promise<BuildFigures> {
  const { connect, Index } = requirePeer(LANCEDB) as Module;
  const db = await connect(folder);
  const rows = base.length / dimension;
  const inserting = new Stopwatch();
  inserting.start();
  let table: Table | undefined;
  for (let from = 0; from < rows; from += ROWS_A_CALL) {
    const to = Math.min(from + ROWS_A_CALL, rows);
    const batch = Array.from({ length: to - from }, (_, i) => {
      const row = from + i;
      return { id: row, vector: Array.from(base.subarray(row * dimension, (row + 1) * dimension)) };
    });
    if (table) await table.add(batch);
    else table = await db.createTable('vectors', batch);
    progress(`${to} of ${rows} inserted`);
  }
  inserting.stop();
  if (!table) throw new Error('there are no rows to index');
  const linking = new Stopwatch();
  linking.start();
  progress('building its index');
  await table.createIndex('vector', { config: Index.ivfPq({ distanceType: metric }) });
  linking.stop();
  table.close();
  const diskBytes = folderBytes(folder);
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: linking.seconds,
    saveSeconds: 0,
    cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
    diskBytes,
    indexFileBytes: diskBytes,
  };
}

async function openTable({ folder, metric }: OpenTask): Promise<Searcher<Float32Array, Row[]>> {
  const { connect } = requirePeer(LANCEDB) as Module;
  const table = await (await connect(folder)).openTable('vectors');
  return {
    prepare: (vector) => vector,
    search: (query, k, effort, refine) =>
      table
        .vectorSearch(query)
        .distanceType(metric)
        .nprobes(effort)
        .refineFactor(refine)
        .select(['id', '_distance'])
        .limit(k)
        .toArray(),
    rowsOf: (found) => found.map(({ id }) => Number(id)),
    close: async () => table.close(),
  };
}
