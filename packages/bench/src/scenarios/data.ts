import type { DatasetName, RecordText } from '../datasets/dataset.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { readBase, readQueries, readRecords } from '../datasets/prepared.ts';
import { rowsForMetric } from '../distance.ts';
import type { Progress } from '../progress.ts';
import type { Conditions } from './scenario.ts';

/** Which vectors a scenario works on. */
export interface DataRequest {
  readonly dataset: DatasetName;
  /** Rows of the data set as it is prepared and kept in the cache. */
  readonly prepared: number;
  /** Rows that are used, the first of them: every data set is in a random or a fair order. */
  readonly rows: number;
  readonly queries: number;
  /** Of made-up vectors; the others have their own. */
  readonly dimension?: number;
}

/** Vectors in memory, as they are stored and as they are compared. */
export interface Data {
  readonly name: DatasetName;
  readonly metric: 'l2' | 'cosine';
  readonly dimension: number;
  readonly rows: number;
  readonly queries: number;
  /** As a user gives them. */
  readonly base: Float32Array;
  readonly asked: Float32Array;
  /** For squared Euclidean distances that have the metric's order (see `rowsForMetric`). */
  readonly comparedBase: Float32Array;
  readonly comparedQueries: Float32Array;
  /** Documents and metadata, read from disk when they are asked for. */
  texts(): readonly RecordText[];
}

/** Queries that data sets are prepared with; a scenario uses the first of them. */
const QUERIES_PREPARED = 1_000;
const DIMENSION_MADE_UP = 128;

export async function loadData(
  request: DataRequest,
  { seed, cacheFolder }: Conditions,
  progress: Progress,
): Promise<Data> {
  const { facts, folder } = await prepareDataset(
    {
      name: request.dataset,
      size: request.prepared,
      queries: Math.max(request.queries, QUERIES_PREPARED),
      dimension: request.dimension ?? DIMENSION_MADE_UP,
      seed,
    },
    cacheFolder,
    progress,
  );
  const { metric, dimension } = facts;
  const name = request.dataset;
  const rows = Math.min(request.rows, facts.size);
  const queries = Math.min(request.queries, facts.queries);
  const base = readBase(folder).subarray(0, rows * dimension);
  const asked = readQueries(folder).subarray(0, queries * dimension);
  return {
    name,
    metric,
    dimension,
    rows,
    queries,
    base,
    asked,
    comparedBase: rowsForMetric(base, dimension, metric),
    comparedQueries: rowsForMetric(asked, dimension, metric),
    texts: () => readRecords(folder).slice(0, rows),
  };
}

/** The vector of a row as a user gives it. */
export function vectorOf(data: Data, row: number): Float32Array {
  return data.base.subarray(row * data.dimension, (row + 1) * data.dimension);
}

/** The vectors that are asked for, one by one. */
export function questionsOf(data: Data): Float32Array[] {
  return Array.from({ length: data.queries }, (_, query) =>
    data.asked.subarray(query * data.dimension, (query + 1) * data.dimension),
  );
}
