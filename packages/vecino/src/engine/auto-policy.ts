import type { IndexFamily } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { quantity } from '../base/quantity.ts';

/** What the choice of an index depends on. */
export interface Situation {
  readonly records: number;
  readonly dimension: number;
  readonly metric: Metric;
  /** The recall wanted. */
  readonly recall: number;
  /** The family that serves at this moment. */
  readonly serving: IndexFamily;
}

/** The family that should serve, with its default options, and why in one sentence. */
export interface Verdict {
  readonly family: IndexFamily;
  readonly reason: string;
}

/**
 * Nanoseconds of exact search a record: the bound from its sketch, and its share of the vectors that are compared
 * (a tenth at most) at a fixed part and one for each float. Measured: 1.2 ms of 60,000 x 784.
 */
const EXACT_NS = { fixed: 4.8, aFloat: 0.017 } as const;
/** Nanoseconds of a distance in a graph (see the planner), of which a search computes about so many. */
const WALK_NS = { fixed: 16, aFloat: 0.147 } as const;
const WALKED = 1_000;
/** An approximate index must be so many times as fast, or it is not worth its building and its memory. */
const WORTHWHILE = 2;
/**
 * Up to so many dimensions lists are as fast as a graph or faster: 2.7 and 4.4 times hnswlib at recall .95 and .99 on
 * GloVe (100 dimensions), where our graph is 1.7 and 1.2 times; on texts of 384 and pictures of 784 dimensions the
 * graph is ahead. They are learnt in a twentieth of the time. Under `dot` lists take several times the probes.
 */
const LISTS_DIMENSION_MAX = 160;
/** An index that was changed over goes back only below this share of the border, so that it never flaps. */
const BACK_SHARE = 0.5;

/**
 * Chooses the index of a collection that leaves the choice to us: the one place where that is decided.
 *
 * @param border the number of records from which an approximate index pays; a smaller one for tests
 */
export function chooseIndex(situation: Situation, border = borderOf(situation.dimension)): Verdict {
  const { records, dimension, metric, recall, serving } = situation;
  const back = Math.floor(border * BACK_SHARE);
  const what = `${quantity(records, 'record')} of ${quantity(dimension, 'dimension')}`;
  if (records < (serving === 'flat' ? border : back)) {
    return {
      family: 'flat',
      reason: `comparing with all is fastest for ${what}; from ${border} records on, an approximate index serves`,
    };
  }
  const isOfLists = dimension <= LISTS_DIMENSION_MAX && metric !== 'dot';
  return {
    family: isOfLists ? 'ivf' : 'hnsw',
    reason: `${isOfLists ? 'inverted lists are' : 'a graph is'} fastest for ${what} at recall ${recall}; below ${back} records, exact search serves`,
  };
}

/** The number of records from which a walk is so much faster than exact search that it pays. */
function borderOf(dimension: number): number {
  const walkNs = WALKED * (WALK_NS.fixed + WALK_NS.aFloat * dimension);
  const recordNs = EXACT_NS.fixed + EXACT_NS.aFloat * dimension;
  return Math.ceil((WORTHWHILE * walkNs) / recordNs / 1_000) * 1_000;
}
