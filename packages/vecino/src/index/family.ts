import type { IndexFamily, IndexOptions, Originals, Quantizer } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import type { OptionSpecs } from '../base/options.ts';
import type { GraphShape } from '../kernel/layout.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';

/** An approximate search: the query lies in the lane, and so does the bitmap if `filtered`. */
export interface FamilySearch {
  /** Entries to find; at least the effort. */
  readonly capacity: number;
  /** Whether only slots of the lane's bitmap count. */
  readonly filtered: boolean;
  /** Whether the structure may hold slots that are not live any more. */
  readonly hasRemoved: boolean;
  /** Nodes below this may be in use, and how many of them may be answered. */
  readonly nodes: number;
  readonly matches: number;
  /** Distances after which to give up, because an exact search would have been cheaper. */
  readonly budget: number;
}

export interface FamilyFound {
  /** Entries in the lane's pool. */
  readonly size: number;
  /** Whether the budget ended the search before it was done. */
  readonly gaveUp: boolean;
}

/**
 * The background work of a family whose structure is built after the vectors are in place. All of it is
 * synchronous and runs on a worker, one call at a time (but for `link`, which several workers may run at once).
 */
export interface FamilyBuilder {
  /** Whether each node stands for itself, so that removing or replacing one leaves nothing to mend in others. */
  readonly independent: boolean;
  /** Links slots in order until the deadline (in `performance.now()`); answers how many it has dealt with. */
  link(space: VectorSpace, slots: Uint32Array, deadline: number): number;
  /** Marks what is to be taken out: slots not live any more, and those whose vector was replaced. */
  mark(space: VectorSpace, slots: number, replaced: Uint32Array): number;
  /** Mends the structure of a range of slots around what was marked. */
  repair(space: VectorSpace, from: number, to: number): void;
  /** Takes out what was marked, once all is repaired; answers how many. */
  release(space: VectorSpace, slots: number): number;
  /** Nodes that a search could not reach; at most as many as a pool holds. */
  unreachable(space: VectorSpace, slots: number): Uint32Array;
  /** The order in which compaction lays the nodes of the structure; as they lie where absent. */
  order?(space: VectorSpace, nodes: number): Uint32Array;
  /**
   * Takes the structure over into another memory, in which old node `order[i]` is node i and `newOf` is the
   * way back. Slots, vectors, codes and marks are there already.
   */
  move?(source: VectorSpace, target: VectorSpace, order: Uint32Array, newOf: Uint32Array): void;
}

/** What an exact search asks of a family. */
export interface FamilyScan {
  readonly k: number;
  /** Nodes below this may be in use. */
  readonly nodes: number;
  /** Whether only nodes of the lane's bitmap count, and how many of the live ones those are. */
  readonly filtered: boolean;
  readonly matches: number;
}

/** Exact search of the nodes that the structure holds, by comparing with fewer vectors than all. */
export interface FamilyScanner {
  /** Most queries that share one pass over memory. */
  readonly batchMax: number;
  /** Whether this search is possible and cheaper than comparing with every match. */
  isWorth(space: VectorSpace, scan: FamilyScan): boolean;
  /** Answers queries, prepared as the index compares them; the bitmap lies in the lane if `filtered`. */
  scan(space: VectorSpace, queries: readonly Float32Array[], scan: FamilyScan): void;
  /** Puts a query of the last scan and its answer into the lane; answers the size of the pool. */
  answer(space: VectorSpace, ordinal: number): number;
}

/**
 * What a family learns from the data as a whole before it can build: axes, centroids, codebooks. It lies in the
 * memory's model. Everything runs on workers.
 */
export interface FamilyLearner {
  /** Whether enough records have come to learn, or to learn anew. Quick; asked on the caller's thread. */
  isDue(space: VectorSpace, records: number): boolean;
  /**
   * Goes on learning until the deadline; answers whether it is done. What was learnt is set aside and changes
   * nothing yet. Always on the same worker, which remembers how far it is.
   */
  learn(space: VectorSpace, nodes: number, deadline: number): boolean;
  /** Makes what was learnt the model, while nobody searches. */
  adopt(space: VectorSpace): void;
  /** Fits the structure of a range of nodes to the model. */
  refit(space: VectorSpace, from: number, to: number): void;
}

/**
 * A family of indexes: everything that shared code needs to know about it. Shared code reads these traits and
 * never asks for a family by name.
 */
export interface Family<O extends IndexOptions = IndexOptions> {
  readonly name: IndexFamily;
  readonly options: OptionSpecs;
  /** Defaults that depend on the metric. */
  defaults?(metric: Metric): Partial<O>;
  /** Refuses options that do not go together. */
  validate?(thing: string, options: Required<O>): void;
  /** The shape of the graph in the blocks, for families that have one. */
  graph(options: Required<O>): GraphShape | undefined;
  /** Whether walks compare codes, and which. */
  quantizer(options: Required<O>): Quantizer;
  /** How the vectors themselves are kept. */
  originals(options: Required<O>): Originals;
  /** Default effort of a search; 0 for exact families. */
  effort(options: Required<O>): number;
  /** Whether nodes have sketches, and the memory a model. */
  readonly sketched?: boolean;
  /** Absent for exact families: then every search compares all, or what `scanner` cannot rule out. */
  readonly search?: (space: VectorSpace, request: FamilySearch) => FamilyFound;
  /** Absent where exact searches compare with every vector. */
  readonly scanner?: FamilyScanner;
  /** Absent for families that learn nothing. */
  readonly learner?: FamilyLearner;
  /** Absent for families that have nothing to build. */
  readonly builder?: FamilyBuilder;
  /** Problems of the structure; empty where all is well. */
  check(space: VectorSpace, slots: number): string[];
}
