import type { Dataset, RecordText } from '../datasets/dataset.ts';
import type { DatasetFacts } from '../datasets/prepared.ts';
import type { Knob } from '../knob.ts';
import type { Progress } from '../progress.ts';

/** Engines that can be measured. */
export type PeerName =
  | 'vecino'
  | 'vecino-hnsw'
  | 'vecino-engine'
  | 'vecino-ivf'
  | 'vecino-ivf-raw'
  | 'vecino-ivf-binary'
  | 'vecino-ivf-sq8'
  | 'vecino-pq'
  | 'vecino-lsh'
  | 'hnswlib'
  | 'hnswlib-node'
  | 'hnswlib-node-native'
  | 'usearch'
  | 'lancedb'
  | 'pgvector'
  | 'postgres'
  | 'chroma'
  | 'sqlite-vec'
  | 'vecino-flat'
  | 'faiss-flat'
  | 'faiss-ivfpq'
  | 'faiss-ivfflat';

/** What the same for every engine of a kind is: the graph's parameters and the seed. */
export interface GraphParameters {
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
  /** Worker threads that Vecino may build with; the others build with the calling one. */
  readonly threads: number;
}

/** What one engine is built with. */
export interface Parameters extends GraphParameters {
  /** What an engine is made of, in its own words; what FAISS builds by (see `faiss-recipes.ts`). */
  readonly recipe?: string;
}

/** Records a call of the insert, for engines that take many at once. */
export const INSERT_BATCH = 1_000;

/** What exactly is measured under a name. */
export interface PeerFacts {
  readonly version: string;
  /** How it was compiled, with the options. */
  readonly compiled: string;
  /** The widest instructions that it may use. */
  readonly instructions: string;
}

export interface BuildTask {
  readonly metric: Dataset['metric'];
  readonly dimension: number;
  readonly base: Float32Array;
  readonly records: readonly RecordText[];
  readonly parameters: Parameters;
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
  /** Bytes of the folder afterwards; NaN where a server does not tell. */
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
  readonly parameters: Parameters;
}

/**
 * An opened index. `prepare` and `rowsOf` run outside the clock, so that each engine gets queries in the
 * form it likes best and no engine pays for the bench's bookkeeping; only searching is timed.
 */
export interface Searcher<Query = unknown, Answer = unknown> {
  prepare(vector: Float32Array): Query;
  /** What has to be done before searches of another effort, outside the clock. */
  tune?(effort: number): void | Promise<void>;
  /**
   * Answers with ids and distances or scores, which every engine can do.
   * @param effort the value of the engine's knob; exact engines have none
   * @param refine see `Effort`; 1 for engines that leave nothing to their user
   */
  search(query: Query, k: number, effort: number, refine: number): Answer | Promise<Answer>;
  /** Many queries in one call; absent where the engine has none. */
  searchMany?(queries: readonly Query[], k: number, effort: number): readonly Answer[] | Promise<Answer[]>;
  /** Answers with documents and metadata too; absent where the engine stores none. */
  searchWithRecords?(query: Query, k: number, effort: number): Promise<unknown>;
  /** The ordinals of the rows found, nearest first. */
  rowsOf(answer: Answer): number[];
  /** Distances to records that an answer took; absent where the engine does not tell. */
  distancesOf?(answer: Answer): number;
  /** Compares with every record; absent where the engine has no such search beside its index. */
  scan?(query: Query, k: number): Promise<unknown>;
  /** Absent where the engine does not tell. */
  memory?(): Promise<MemoryFigures>;
  close(): Promise<void>;
}

interface PeerTraits {
  readonly name: PeerName;
  /** What its user turns to have more found; absent for engines that answer exactly. */
  readonly knob?: Knob;
  /** Vecino is what the others are compared with; its builds are never taken from the cache. */
  readonly isOurs: boolean;
  /** It runs in a server, whose memory and processor are not those of the process that asks. */
  readonly isServer?: true;
  /**
   * The peer whose index it can open: then it builds none of its own where that one takes part, and both
   * walk the very same graph.
   */
  readonly opensIndexOf?: PeerName;
  /** What it is built with beside the parameters that all have. */
  recipe?(facts: DatasetFacts): string;
  /** In a sentence with the remedy, why it cannot run here; undefined where it can. */
  absence(): Promise<string | undefined>;
  about(): Promise<PeerFacts>;
}

/** An engine that runs inside Node. */
export interface NodePeer extends PeerTraits {
  build(task: BuildTask): Promise<BuildFigures>;
  open(task: OpenTask): Promise<Searcher>;
}

/** An engine behind a C++ program of the bench (see `peers/native/peer.hpp`). */
export interface NativePeer extends PeerTraits {
  /** Path of the compiled program. */
  readonly program: string;
}

export type Peer = NodePeer | NativePeer;

export function isNative(peer: Peer): peer is NativePeer {
  return 'program' in peer;
}
