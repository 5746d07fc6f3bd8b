import type { EventLoopFigures } from '../measure/event-loop.ts';
import type { BuildFigures, GraphParameters, MemoryFigures, PeerName } from '../peers/peer.ts';

/** What the bench asks of a peer's process, one at a time. */
export type Request =
  | {
      readonly kind: 'build';
      readonly peer: PeerName;
      readonly dataset: string;
      readonly folder: string;
      readonly parameters: GraphParameters;
    }
  | {
      readonly kind: 'open';
      readonly peer: PeerName;
      readonly dataset: string;
      readonly folder: string;
      readonly parameters: GraphParameters;
    }
  | { readonly kind: 'answer'; readonly k: number; readonly efSearch: number }
  | {
      readonly kind: 'time';
      readonly k: number;
      readonly efSearch: number;
      /** Whether the answers shall hold documents and metadata. */
      readonly withRecords: boolean;
      readonly secondsMin: number;
    }
  | { readonly kind: 'scan'; readonly k: number; readonly secondsMin: number }
  | { readonly kind: 'idle'; readonly seconds: number }
  | { readonly kind: 'memory' }
  | { readonly kind: 'close' };

/** One stretch of searches, one query after the other. */
export interface Timing {
  readonly queries: number;
  readonly qps: number;
  /** Queries a second of processor time of all threads: steadier than `qps` on a machine that is shared. */
  readonly qpsOfCpu: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface BuildReply extends BuildFigures {
  readonly eventLoop: EventLoopFigures;
}

export interface OpenReply {
  /** Seconds of opening until the first search had its answer. */
  readonly openSeconds: number;
  /** Whether the engine can compare with every record. */
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
  readonly byEngine: MemoryFigures | undefined;
}

/** The answer to each kind of request. */
export interface Replies {
  build: BuildReply;
  open: OpenReply;
  /** For each query the ordinals of the rows found. */
  answer: number[][];
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
