/** Collections as the scenarios make and ask them: through the public interface only. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Collection,
  type CollectionStats,
  type Database,
  type IndexOptions,
  open,
  type RecordInput,
  type SearchExplanation,
  type SearchQuery,
} from 'vecino';
import { Stopwatch } from '../measure/stopwatch.ts';
import { type Progress, throttled } from '../progress.ts';
import { type Data, vectorOf } from './data.ts';
import type { Conditions } from './scenario.ts';

export const COLLECTION = 'scenario';

/** Records a call of `add`, each call one durable transaction. */
const BATCH = 1_000;

/** A database with its one collection, closed together. */
export interface OpenCollection extends AsyncDisposable {
  readonly db: Database;
  readonly collection: Collection;
}

export interface CreateOptions {
  /** Worker threads; default 1. */
  readonly threads?: number;
  /** Default HNSW as the conditions say. */
  readonly index?: IndexOptions;
  /** Whether the words of documents are indexed; default not. */
  readonly fullText?: boolean;
}

/** Creates an empty collection for the data in a folder or in `:memory:`. */
export async function createCollection(
  location: string,
  data: Pick<Data, 'dimension' | 'metric'>,
  conditions: Conditions,
  { threads = 1, index = graphOf(conditions), fullText = false }: CreateOptions = {},
): Promise<OpenCollection> {
  const db = await open(location, { threads });
  const { dimension, metric } = data;
  const collection = await db.createCollection(COLLECTION, {
    dimension,
    metric,
    index,
    ...(fullText && { fullText }),
  });
  return { db, collection, [Symbol.asyncDispose]: () => db.close() };
}

/** The graph that the conditions ask for. */
export function graphOf({ M, efConstruction, seed }: Conditions) {
  return { family: 'hnsw', M, efConstruction, seed } as const;
}

/** What building cost. Inserting and linking overlap; linking is what is left of it after the last insert. */
export interface BuildFigures {
  readonly insertSeconds: number;
  readonly linkSeconds: number;
  readonly buildSeconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
}

/**
 * Adds rows of the data in batches and waits until all of them are linked. The row's number is the id, so
 * that answers can be judged.
 */
export async function build(
  collection: Collection,
  data: Data,
  rows: ArrayLike<number>,
  progress: Progress,
  describe: (row: number) => Omit<RecordInput, 'id' | 'vector'> = () => ({}),
): Promise<BuildFigures> {
  const say = throttled(progress, 5_000);
  const inserting = new Stopwatch();
  inserting.start();
  for (let from = 0; from < rows.length; from += BATCH) {
    const to = Math.min(from + BATCH, rows.length);
    const batch = Array.from({ length: to - from }, (_, i): RecordInput => {
      const row = rows[from + i] ?? 0;
      return { id: String(row), vector: vectorOf(data, row), ...describe(row) };
    });
    await collection.add(batch);
    say(`${to} of ${rows.length} inserted`);
  }
  inserting.stop();
  const linking = new Stopwatch();
  linking.start();
  await collection.flush();
  linking.stop();
  await requireAllLinked(collection);
  return {
    insertSeconds: inserting.seconds,
    linkSeconds: linking.seconds,
    buildSeconds: inserting.seconds + linking.seconds,
    cpuSeconds: inserting.cpuSeconds + linking.cpuSeconds,
  };
}

async function requireAllLinked(collection: Collection): Promise<void> {
  const { index, records } = await collection.stats();
  if (index.pending > 0) throw new Error(`${index.pending} of ${records} records are not linked after flush`);
}

/** The rows that a search answers, and how. */
export interface Answer {
  readonly rows: readonly number[];
  readonly explain: SearchExplanation;
}

/** Asks all queries one after the other, outside any clock. */
export async function answersOf(collection: Collection, queries: readonly SearchQuery[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const query of queries) {
    const hits = await collection.search({ ...query, explain: true });
    if (!hits.explain) throw new Error('a search with explain: true has not explained itself');
    answers.push({ rows: hits.map((hit) => Number(hit.id)), explain: hits.explain });
  }
  return answers;
}

/** All bytes of vectors and index that the collection itself accounts for. */
export function reportedBytes({ memory }: CollectionStats): number {
  return memory.vectorBytes + memory.indexBytes;
}

/** An empty folder that is removed at the end. */
export function temporaryFolder({ cacheFolder }: Conditions): Disposable & { readonly path: string } {
  mkdirSync(cacheFolder, { recursive: true });
  const path = mkdtempSync(join(cacheFolder, 'scenario-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The ordinals from `from` to before `to`. */
export function rowRange(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}
