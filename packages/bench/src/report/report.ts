import type { DatasetFacts } from '../datasets/prepared.ts';
import type { EventLoopFigures } from '../measure/event-loop.ts';
import type { Machine } from '../measure/machine.ts';
import type { BuildFigures, GraphParameters, MemoryFigures, PeerName } from '../peers/peer.ts';

/** How a run was made; with the machine and the data set all that is needed to repeat it. */
export interface Settings extends GraphParameters {
  readonly k: number;
  readonly repetitions: number;
  readonly secondsPerTiming: number;
  /** The processor that searching processes were tied to; undefined where they were not. */
  readonly pinnedTo: number | undefined;
}

/** What one engine's index cost before the first search. */
export interface StoreRow extends BuildFigures {
  readonly peer: PeerName;
  readonly size: number;
  /** Median seconds from opening in a fresh process to the first answer. */
  readonly openSeconds: number;
  /** Bytes that an opened, searched index adds to its process. */
  readonly residentBytes: number;
  readonly byEngine: MemoryFigures | undefined;
}

/** Speed of one engine at one effort: medians over the repetitions. */
export interface SearchFigures {
  readonly peer: PeerName;
  /** Whether the answers hold documents and metadata, or ids and scores only. */
  readonly withRecords: boolean;
  readonly efSearch: number;
  readonly recall: number;
  readonly qps: number;
  readonly qpsOfCpu: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The smallest effort of an engine that reaches a recall. */
export interface SearchRow extends SearchFigures {
  readonly recallWanted: number;
  /** Median over the repetitions of Vecino's QPS by this engine's QPS in the same repetition. */
  readonly vecinoTimesAsFast: number | undefined;
  /** The same with the QPS of processor time. */
  readonly vecinoTimesAsFastByCpu: number | undefined;
}

/** A recall that an engine did not reach at any effort that was tried. */
export interface UnreachedRow {
  readonly peer: PeerName;
  readonly recallWanted: number;
  readonly recallBest: number;
}

/** What a process does while its event loop is watched for comparison. */
export const AT_REST = 'nothing at all';

export interface EventLoopRow extends EventLoopFigures {
  readonly peer: PeerName;
  readonly during: string;
}

export interface AbsentPeer {
  readonly peer: PeerName;
  readonly reason: string;
}

/** All that one run on one data set found. */
export interface Report {
  readonly machine: Machine;
  readonly dataset: DatasetFacts;
  readonly settings: Settings;
  readonly stores: readonly StoreRow[];
  readonly searches: readonly SearchRow[];
  readonly unreached: readonly UnreachedRow[];
  readonly curve: readonly SearchFigures[];
  readonly eventLoop: readonly EventLoopRow[];
  readonly scansPerSecond: number | undefined;
  readonly absent: readonly AbsentPeer[];
}
