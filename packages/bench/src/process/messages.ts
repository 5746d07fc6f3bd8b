import type { Effort } from '../knob.ts';
import type { EventLoopFigures } from '../measure/event-loop.ts';
import type { BuildFigures, MemoryFigures, Parameters, PeerName } from '../peers/peer.ts';

/** Where the vectors and the index of a peer are. */
interface Concerning {
  readonly peer: PeerName;
  /** Folder of the prepared data set. */
  readonly dataset: string;
  readonly dimension: number;
  readonly metric: 'l2' | 'cosine';
  /** Folder of the index. */
  readonly folder: string;
  readonly parameters: Parameters;
}

/** Which searches, and how. */
export interface SearchCourse extends Effort {
  /** The first of the queries, this many; all where there are fewer. */
  readonly queries: number;
  readonly k: number;
  /** Queries a call. */
  readonly batch: number;
}

/** What the bench asks of a peer's process, one at a time. */
export type Request =
  | ({ readonly kind: 'build' } & Concerning)
  | ({ readonly kind: 'open' } & Concerning)
  | ({ readonly kind: 'answer' } & SearchCourse)
  | ({
      readonly kind: 'time';
      /** Whether the answers shall hold documents and metadata. */
      readonly withRecords: boolean;
      /** Queries that are run before the clock starts. */
      readonly warming: number;
      readonly secondsMin: number;
    } & SearchCourse)
  | { readonly kind: 'scan'; readonly k: number; readonly secondsMin: number }
  | { readonly kind: 'idle'; readonly seconds: number }
  | { readonly kind: 'memory' }
  | { readonly kind: 'close' };

/** What searches found. */
export interface Answers {
  /** For each query the ordinals of the rows found. */
  readonly rows: number[][];
  /** Mean distances to records that were computed for a query; absent where the engine does not tell. */
  readonly distances?: number;
}

/** One stretch of searches, one call after the other. */
export interface Timing {
  readonly queries: number;
  readonly qps: number;
  /** Queries a second of processor time of all threads: steadier than `qps` on a machine that is shared. */
  readonly qpsOfCpu: number;
  /** Of calls, which may hold many queries. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface BuildReply extends BuildFigures {
  /** Absent where the engine has no event loop. */
  readonly eventLoop?: EventLoopFigures;
}

export interface OpenReply {
  /** Seconds of opening until the first search had its answer. */
  readonly openSeconds: number;
  /** Seconds of reading the bytes of the index's files; absent where the engine is not ours. */
  readonly readSeconds?: number;
  /** Whether the engine has a call for many queries. */
  readonly searchesMany: boolean;
  /** Whether a graph's engine can compare with every record. */
  readonly scans: boolean;
  /** Whether it stores documents and metadata. */
  readonly hasRecords: boolean;
}

export interface ScanReply {
  readonly scansPerSecond: number;
  readonly eventLoop: EventLoopFigures;
}

export interface MemoryReply {
  /** Resident bytes of the process beyond those that it had before it opened the index. */
  readonly residentBytes: number;
  readonly byEngine?: MemoryFigures | undefined;
}

/** The answer to each kind of request. */
export interface Replies {
  build: BuildReply;
  open: OpenReply;
  answer: Answers;
  time: Timing;
  scan: ScanReply;
  idle: EventLoopFigures;
  memory: MemoryReply;
  close: null;
}

export type FromPeer =
  | { readonly kind: 'progress'; readonly message: string }
  | { readonly kind: 'reply'; readonly value: unknown }
  | { readonly kind: 'error'; readonly message: string };
