import type { IndexFamily, IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import type { OptionSpecs } from '../base/options.ts';
import type { LayoutRequest } from '../kernel/layout.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';

/** The option of a query that names the effort of a family. */
export type EffortOption = 'efSearch' | 'nprobe' | 'probes' | 'oversample';

/** How the approximate search of a family goes about it, as `explain` tells. */
export type ApproximateWay = 'graph' | 'lists' | 'codes' | 'buckets';

/** What of a memory's layout a family decides. */
export type FamilyLayout = Omit<LayoutRequest, 'dimension' | 'kernel' | 'lanes' | 'segmentSlots'>;

/** An approximate search: the query lies in the lane, and so does the bitmap if `filtered`. */
export interface FamilySearch {
  /** Entries that are wanted. More than the caller's k where originals are on disk, because others follow by vector. */
  readonly k: number;
  /** Most entries that are worth comparing by vector: `oversample` times the caller's k; at least `k`. */
  readonly best: number;
  /** One number a family: efSearch, nprobe, probes. */
  readonly effort: number;
  /** Whether only nodes of the lane's bitmap count. */
  readonly filtered: boolean;
  /** Whether the structure may hold nodes that are not live any more. */
  readonly hasRemoved: boolean;
  /** Nodes below this may be in use, and how many of them may be answered. */
  readonly nodes: number;
  readonly matches: number;
  /** Distances after which to give up, because an exact search would have been cheaper. */
  readonly budget: number;
}

/**
 * The answer lies in the lane's pool, nearest first, with the keys of the vectors themselves; with those of whole
 * codes where originals are on disk.
 */
export interface FamilyFound {
  /** Entries in the pool: `k` or more, unless the structure has fewer for this query. */
  readonly size: number;
  /** Whether the budget ended the search before it was done. */
  readonly gaveUp: boolean;
}

/** An approximate search whose cost the planner wants to know. */
export interface CostQuestion {
  /** As in {@link FamilySearch}. */
  readonly k: number;
  readonly effort: number;
  /** Records that may be answered, of those that are live; the same number without a filter. */
  readonly matches: number;
  readonly live: number;
  /** How many times the distances that `cost` foretells searches have computed: a running mean, at first 1. */
  readonly distanceFactor: number;
}

export interface SearchCost {
  /** Nanoseconds of the whole search, roughly. */
  readonly ns: number;
  /** Distances that it will compute, and nanoseconds of one. */
  readonly distances: number;
  readonly distanceNs: number;
}

/** A piece of work on a memory, cut into tasks of some milliseconds, so that searches on workers get in between. */
export interface Stage {
  readonly name: string;
  /** Shares of the work; at most `grain` of them make a task. */
  readonly items: number;
  readonly grain: number;
  /** Whether tasks may run at the same time on several workers; otherwise one after another, in order. */
  readonly parallel: boolean;
}

/** A structure on its way from one memory to another. */
export interface Move {
  readonly source: VectorSpace;
  readonly target: VectorSpace;
  /** Old node `order[i]` becomes node i, and `newOf` is the way back. */
  readonly order: Uint32Array;
  readonly newOf: Uint32Array;
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
  /**
   * The order in which the nodes of a structure are laid that goes along to another memory. Absent, with `moveStages`
   * and `move`, for families with a learner, which fills the structure anew.
   */
  order?(space: VectorSpace, nodes: number): Uint32Array;
  /** The stages that take the structure over. Slots, vectors, codes and marks are there already. */
  moveStages?(nodes: number): readonly Stage[];
  /** Does items `from` to `to` of such a stage. */
  move?(move: Move, stage: string, from: number, to: number): void;
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
 * What a family learns from the data as a whole before it can build: axes, centroids, codebooks. It always goes
 * into a new memory (`engine/index/relay-segment.ts`), in which everything that is known between two tasks lies: any
 * worker can do any task. Searches go on in the old memory.
 */
export interface FamilyLearner<O extends IndexOptions = IndexOptions> {
  /**
   * Whether learning, or learning anew, pays now. Quick; asked on the caller's thread.
   *
   * @param isIdle nothing waits to be linked, so that what pays a little later may as well be done now
   */
  isDue(space: VectorSpace, records: number, isIdle: boolean): boolean;
  /**
   * Fewer records are not learnt from: searches compare with all of them, and `describe` says so. Absent where
   * that makes no difference to see.
   */
  recordsMin?(options: Required<O>): number;
  /** What the layout must have room for to learn from so many records; 0 where the family's room is fixed. */
  room(options: Required<O>, records: number): number;
  /** How many records to learn from. */
  sample(options: Required<O>, records: number): number;
  /**
   * The stages of learning. The sample lies in the first nodes of the space, which holds nothing else. What `run` must
   * know of them is written into the model here.
   */
  stages(space: VectorSpace, options: Required<O>, sample: number, records: number): readonly Stage[];
  /**
   * The stages that fit the structure to nodes 0 … nodes - 1, which have just been copied in laying order, with the
   * model that was learnt or copied. They have their marks: live ones are linked, and what is not linked was
   * removed meanwhile and must be left out.
   *
   * @param keys of the nodes, where the family has `assign` or `keys`
   */
  fillStages(space: VectorSpace, nodes: number, keys: Uint32Array | undefined): readonly Stage[];
  /**
   * Does items `from` to `to` of a stage of either kind, on a worker. `keys` as in `fillStages`. What takes long and
   * cannot be shared out answers a generator that yields often: the worker goes on with it in turns, between which
   * others use the lane.
   */
  run(
    space: VectorSpace,
    stage: string,
    from: number,
    to: number,
    keys: Uint32Array | undefined,
  ): void | Generator<void, void>;
  /**
   * The key by which nodes are laid out after learning, of a range of nodes that lie in the space in any order. Nodes
   * of equal keys keep their order. Absent: as they lie.
   */
  assign?(space: VectorSpace, from: number, to: number): Uint32Array;
  /**
   * The same keys, of nodes of a structure that exists already, for laying out anew without learning. Those that are
   * not linked yet get theirs here. Absent: `assign` answers in the new memory.
   */
  keys?(space: VectorSpace, order: Uint32Array): Uint32Array;
}

/** The vectors of an index, as the caller gives them. */
export interface VectorShape {
  readonly dimension: number;
  readonly metric: Metric;
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
  /**
   * Refuses options that do not go together, or can never fit vectors of so many dimensions: what must wait for more
   * records is no error.
   *
   * @param dimension undefined where the collection is there already and has it
   */
  validate?(thing: string, options: Required<O>, dimension: number | undefined): void;
  /**
   * What the memory has beside slots and marks.
   *
   * @param room for what will be learnt; see `FamilyLearner.room`. 0 in a memory that has learnt nothing. The slots of
   *   a segment must not depend on it.
   */
  layout(options: Required<O>, room: number, vectors: VectorShape): FamilyLayout;
  /** Default effort of a search in this space; 0 for exact families. */
  effort(options: Required<O>, space: VectorSpace): number;
  /** The option of a query that names the effort. Absent for exact families. */
  readonly effortOption?: EffortOption;
  /** Efforts that make sense in this space for k hits, for calibrating; integers. Absent for exact families. */
  effortRange?(space: VectorSpace, k: number): { readonly min: number; readonly max: number };
  /** Absent, with `way` and `cost`, for exact families: every search compares all, or what `scanner` cannot rule out. */
  readonly search?: (space: VectorSpace, request: FamilySearch) => FamilyFound;
  /** Whether that search passes by the node that asks, where one does; the others find it beside its neighbours. */
  readonly hidesAsker?: true;
  /** How that search goes about it. */
  readonly way?: ApproximateWay;
  /** What that search costs. Quick; asked on the caller's thread. */
  readonly cost?: (space: VectorSpace, question: CostQuestion) => SearchCost;
  /** Whether that search is possible: not before the first learning, where there is one. Absent: always. */
  isReady?(space: VectorSpace): boolean;
  /** Absent where exact searches compare with every vector. */
  readonly scanner?: FamilyScanner;
  /** Absent for families that learn nothing. */
  readonly learner?: FamilyLearner<O>;
  /** Absent for families that have nothing to build. */
  readonly builder?: FamilyBuilder;
  /** Problems of the structure; empty where all is well. */
  check(space: VectorSpace, slots: number): string[];
}
