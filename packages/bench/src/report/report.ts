import type { DatasetFacts } from '../datasets/prepared.ts';
import type { EntrantName } from '../entrant.ts';
import type { Effort, Knob } from '../knob.ts';
import type { EventLoopFigures } from '../measure/event-loop.ts';
import type { Machine } from '../measure/machine.ts';
import type { GraphParameters, MemoryFigures, PeerFacts, PeerName } from '../peers/peer.ts';
import type { BuildReply } from '../process/messages.ts';

/** How a run was made; with the machine and the data set all that is needed to repeat it. */
export interface Settings extends GraphParameters {
  readonly k: number;
  readonly repetitions: number;
  readonly secondsPerTiming: number;
  /** The processor that searching processes were tied to; undefined where they were not. */
  readonly pinnedTo: number | undefined;
}

/** What exactly was measured under a name. */
export interface EngineRow extends PeerFacts {
  readonly peer: PeerName;
  /** What is turned for recall; absent for exact engines. */
  readonly knob?: Knob['name'];
  /** What it was built by, where the parameters that all have do not say it. */
  readonly recipe?: string;
}

/** What one engine's index cost before the first search. */
export interface StoreRow extends Omit<BuildReply, 'eventLoop'> {
  readonly peer: PeerName;
  readonly size: number;
  /** The engine whose index this one opened. */
  readonly builtBy?: PeerName;
  /** When the index was built and under which load, where it was not in this run. */
  readonly kept?: { readonly date: string; readonly loadBefore: number; readonly loadAfter: number };
  /** Median seconds from opening in a fresh process to the first answer. */
  readonly openSeconds: number;
  /** Median seconds of reading the bytes of the index's files right after. */
  readonly readSeconds?: number;
  /** Bytes that an opened, searched index adds to its process; NaN where it is in a server's. */
  readonly residentBytes: number;
  readonly byEngine?: MemoryFigures | undefined;
}

/** Speed of one engine at one effort: medians over the repetitions. */
export interface SearchFigures extends Effort {
  readonly peer: EntrantName;
  readonly recall: number;
  readonly qps: number;
  readonly qpsOfCpu: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Distances to records that a query took, where the engine tells. */
  readonly distances?: number;
}

/**
 * Speed at a recall that was asked for, interpolated between two efforts. Where the least effort reaches more
 * than that already, the figures are those of that effort and `recall` is its own.
 */
export interface SearchRow extends SearchFigures {
  readonly recallWanted: number;
}

/** How many times as fast one of ours is as one of the others: medians of the ratios within each repetition. */
export interface RatioRow {
  readonly recallWanted: number;
  readonly ours: EntrantName;
  readonly theirs: EntrantName;
  readonly byClock: number;
  /** By queries a second of processor time. */
  readonly byCpu: number;
}

/** A recall that an engine did not reach at any effort that was tried. */
export interface UnreachedRow {
  readonly peer: EntrantName;
  readonly recallWanted: number;
  readonly recallBest: number;
}

/** Speed of exact search. */
export interface ExactRow {
  readonly peer: PeerName;
  /** Queries a call. */
  readonly batch: number;
  readonly recall: number;
  readonly qps: number;
  readonly qpsOfCpu: number;
  readonly p50Ms: number;
  /** How many times as fast as FAISS with calls of the same size; absent for itself. */
  readonly overFaiss: number | undefined;
  readonly overFaissByCpu: number | undefined;
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
  /** See `intrinsicDimension`. */
  readonly intrinsicDimension: number;
  readonly settings: Settings;
  readonly engines: readonly EngineRow[];
  readonly stores: readonly StoreRow[];
  readonly searches: readonly SearchRow[];
  readonly ratios: readonly RatioRow[];
  readonly unreached: readonly UnreachedRow[];
  readonly curve: readonly SearchFigures[];
  readonly exact: readonly ExactRow[];
  readonly eventLoop: readonly EventLoopRow[];
  readonly scansPerSecond: number | undefined;
  readonly absent: readonly AbsentPeer[];
}
