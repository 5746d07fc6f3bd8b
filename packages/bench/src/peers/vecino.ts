/**
 * Vecino as its users call it: through `open` and a collection, with string ids, documents and metadata in
 * the store. Compared with the peers it answers ids and scores (`include: []`), because that is all that
 * they have; a search with documents and metadata, the default of a user's call, is timed beside it, under
 * the name `vecino-documents`. `vecino-flat` is a collection of the family flat, which answers exactly, and
 * `collectionPeers` are collections of every family, as users of `vecino bench` have them.
 */
import { join } from 'node:path';
import type { Collection, IndexChoice, RecordInput, SearchResult } from 'vecino';
import { EF_SEARCH, type Knob, NPROBE, OVERSAMPLE, PROBES } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { folderBytes } from './folder-size.ts';
import type {
  BuildFigures,
  BuildTask,
  GraphParameters,
  NodePeer,
  OpenTask,
  PeerName,
  Searcher,
} from './peer.ts';
import { INSERT_BATCH } from './peer.ts';
import { aboutVecino } from './vecino-version.ts';

const COLLECTION = 'bench';

type Family = 'hnsw' | 'flat' | 'ivf' | 'pq' | 'lsh';

/** The options of a search refuse more. */
const OVERSAMPLE_MAX = 100;
const KNOBS: Readonly<Record<Exclude<Family, 'flat'>, Knob>> = {
  hnsw: EF_SEARCH,
  ivf: NPROBE,
  pq: { ...OVERSAMPLE, efforts: OVERSAMPLE.efforts.filter((effort) => effort <= OVERSAMPLE_MAX) },
  lsh: { ...PROBES, efforts: PROBES.efforts.map(Math.round) },
};

export const vecino = vecinoPeer('vecino', 'hnsw');
export const vecinoFlat = vecinoPeer('vecino-flat', 'flat');

/** The same as `vecino`, never asked for documents. */
export const vecinoHnsw = vecinoPeer('vecino-hnsw', 'hnsw');

/** A collection of each family. What is turned for recall is the option of a search of that name. */
export const collectionPeers: readonly NodePeer[] = [
  vecinoFlat,
  vecinoHnsw,
  vecinoPeer('vecino-ivf', 'ivf'),
  vecinoPeer('vecino-pq', 'pq'),
  vecinoPeer('vecino-lsh', 'lsh'),
];

function vecinoPeer(name: PeerName, family: Family): NodePeer {
  return {
    name,
    ...(family !== 'flat' && { knob: KNOBS[family] }),
    isOurs: true,
    async absence() {
      try {
        await import('vecino');
        return undefined;
      } catch (error) {
        if (!isModuleMissing(error)) throw error;
        return 'vecino is not built; npm run build does that';
      }
    },
    about: aboutVecino,
    build: (task) => build(task, family),
    // Only the one that is compared everywhere is timed with documents too.
    open: (task) => openCollection(task, family, name === 'vecino'),
  };
}

function indexOptions(family: Family, { M, efConstruction, seed }: GraphParameters): IndexChoice {
  if (family === 'hnsw') return { family, M, efConstruction, seed };
  return family === 'flat' ? { family } : { family, seed };
}

async function build(task: BuildTask, family: Family): Promise<BuildFigures> {
  const { base, dimension, metric, parameters, folder, progress } = task;
  const rows = base.length / dimension;
  const { open } = await import('vecino');
  const db = await open(folder, { threads: parameters.threads });
  const collection = await db.createCollection(COLLECTION, {
    dimension,
    metric,
    index: indexOptions(family, parameters),
  });

  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows; from += INSERT_BATCH) {
    await collection.add(batchOf(task, from, Math.min(from + INSERT_BATCH, rows)));
    progress(`${Math.min(from + INSERT_BATCH, rows)} of ${rows} durable`);
  }
  inserting.stop();
  const linking = new Stopwatch();
  linking.start();
  await collection.flush();
  linking.stop();
  const { index } = await collection.stats();
  if (index.pending > 0) throw new Error(`vecino: ${index.pending} records are not linked after flush`);

  const saving = new Stopwatch();
  saving.start();
  await db.close();
  saving.stop();
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: linking.seconds,
    saveSeconds: saving.seconds,
    cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
    diskBytes: folderBytes(folder),
    indexFileBytes: folderBytes(join(folder, 'index')),
  };
}

function batchOf(task: BuildTask, from: number, to: number): RecordInput[] {
  const batch: RecordInput[] = [];
  for (let row = from; row < to; row++) {
    const vector = task.base.subarray(row * task.dimension, (row + 1) * task.dimension);
    batch.push({ id: String(row), vector, ...task.records[row] });
  }
  return batch;
}

async function openCollection(
  task: OpenTask,
  family: Family,
  withRecords: boolean,
): Promise<Searcher<Float32Array, SearchResult>> {
  const { open } = await import('vecino');
  const db = await open(task.folder, { threads: task.parameters.threads });
  const collection: Collection = await db.openCollection(COLLECTION);
  const include: [] = [];
  // An exact family takes no effort.
  const effortOf = (effort: number) => (family === 'flat' ? {} : { [KNOBS[family].name]: effort });
  return {
    prepare: (vector) => vector,
    search: (vector, k, effort) => collection.search({ vector, k, ...effortOf(effort), include }),
    searchMany: (vectors, k, effort) =>
      collection.searchMany(vectors.map((vector) => ({ vector, k, ...effortOf(effort), include }))),
    ...(withRecords && {
      searchWithRecords: (vector: Float32Array, k: number, efSearch: number) =>
        collection.search({ vector, k, efSearch }),
      scan: (vector: Float32Array, k: number) => collection.search({ vector, k, exact: true, include }),
    }),
    rowsOf: (hits) => hits.map((hit) => Number(hit.id)),
    async memory() {
      const { memory } = await collection.stats();
      return { vectorBytes: memory.vectorBytes, indexBytes: memory.indexBytes };
    },
    close: () => db.close(),
  };
}

function isModuleMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
