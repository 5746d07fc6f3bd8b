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
  /** Absent for exact families: then every search compares all. */
  readonly search?: (space: VectorSpace, request: FamilySearch) => FamilyFound;
  /** Absent for families that have nothing to build. */
  readonly builder?: FamilyBuilder;
  /** Problems of the structure; empty where all is well. */
  check(space: VectorSpace, slots: number): string[];
}
