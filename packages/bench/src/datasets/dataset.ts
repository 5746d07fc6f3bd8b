import type { Progress } from '../progress.ts';

/** What a user would store beside a vector. */
export interface RecordText {
  readonly document: string;
  readonly metadata: Readonly<Record<string, string | number>>;
}

/** What a data set is asked for; each one says which of these it heeds. */
export interface DatasetRequest {
  readonly name: DatasetName;
  /** Rows of the base at most. */
  readonly size: number;
  /** Rows of the queries at most. */
  readonly queries: number;
  /** Only for data that are made up. */
  readonly dimension: number;
  readonly seed: number;
}

export type DatasetName = 'fashion-mnist' | 'glove' | 'glosses' | 'synthetic';

/**
 * Rows of a shuffled list that are set aside for queries, whatever number of them is asked for, so that the
 * base does not depend on that number.
 */
export const QUERIES_SET_ASIDE = 2_000;

/** Vectors to store and vectors to ask for; no query is part of the base. */
export interface Dataset {
  readonly name: DatasetName;
  readonly metric: 'l2' | 'cosine';
  readonly dimension: number;
  /** Rows one after another. */
  readonly base: Float32Array;
  readonly queries: Float32Array;
  /** One for each row of the base. */
  readonly records: readonly RecordText[];
  /** Where the data come from and what was done to them, in a sentence for the report. */
  readonly source: string;
}

/** How one data set is made. */
export interface DatasetMaker {
  readonly name: DatasetName;
  /** Rows of the base where the caller names no size. */
  readonly defaultSize: number;
  /** Raised whenever the same request would make other data, so that prepared ones are made anew. */
  readonly version: number;
  /** @param cacheFolder for what is expensive to make and worth keeping by itself, such as embeddings */
  make(request: DatasetRequest, cacheFolder: string, progress: Progress): Promise<Dataset>;
}

export function rowCount(vectors: Float32Array, dimension: number): number {
  return vectors.length / dimension;
}
