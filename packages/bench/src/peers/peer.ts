import type { Dataset, RecordText } from '../datasets/dataset.ts';
import type { Progress } from '../progress.ts';

export type PeerName = 'vecino' | 'hnswlib-node' | 'hnswlib-node-native';

/** The graph's parameters, the same for every engine. */
export interface GraphParameters {
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
  /** Worker threads that an engine may build with; hnswlib-node has only the calling one. */
  readonly threads: number;
}

/** Records a call of the insert, for engines that take many at once. */
export const INSERT_BATCH = 1_000;

export interface BuildTask {
  readonly metric: Dataset['metric'];
  readonly dimension: number;
  readonly base: Float32Array;
  readonly records: readonly RecordText[];
  readonly parameters: GraphParameters;
  /** An empty folder for whatever the engine keeps. */
  readonly folder: string;
  readonly progress: Progress;
}

export interface BuildFigures {
  /** Seconds until the last insert call had returned: for Vecino, until every record was durable. */
  readonly insertSeconds: number;
  /** Further seconds until every record was linked into the graph; 0 where inserting does that. */
  readonly linkSeconds: number;
  /** Further seconds to write what the next opening reads. */
  readonly saveSeconds: number;
  /** Processor seconds of all threads for inserting and linking. */
  readonly cpuSeconds: number;
  /** Bytes of the folder afterwards. */
  readonly diskBytes: number;
  /** The part of them that is the index; the rest is the store of records. */
  readonly indexFileBytes: number;
}

/** Bytes as the engine itself accounts for them. */
export interface MemoryFigures {
  readonly vectorBytes: number;
  readonly indexBytes: number;
}

export interface OpenTask {
  readonly folder: string;
  readonly metric: Dataset['metric'];
  readonly dimension: number;
  readonly parameters: GraphParameters;
}

/**
 * An opened index. `prepare` and `rowsOf` run outside the clock, so that each engine gets queries in the
 * form it likes best and no engine pays for the bench's bookkeeping; only `search` is timed.
 */
export interface Searcher<Query = unknown, Answer = unknown> {
  prepare(vector: Float32Array): Query;
  /** Answers with ids and distances or scores, which every engine can do. */
  search(query: Query, k: number, efSearch: number): Answer | Promise<Answer>;
  /** Answers with documents and metadata too; absent where the engine stores none. */
  searchWithRecords?(query: Query, k: number, efSearch: number): Promise<unknown>;
  /** The ordinals of the rows found, nearest first. */
  rowsOf(answer: Answer): number[];
  /** Compares with every record; absent where the engine has no such search beside its graph. */
  scan?(query: Query, k: number): Promise<unknown>;
  /** Absent where the engine does not tell. */
  memory?(): Promise<MemoryFigures>;
  close(): Promise<void>;
}

/** One engine as the bench drives it. */
export interface Peer {
  readonly name: PeerName;
  /** In a sentence with the remedy, why it cannot run here; undefined where it can. */
  absence(): Promise<string | undefined>;
  build(task: BuildTask): Promise<BuildFigures>;
  open(task: OpenTask): Promise<Searcher>;
}
