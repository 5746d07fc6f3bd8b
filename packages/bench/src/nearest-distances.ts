/** Bytes of rows that stay in a processor's cache while all queries are compared with them. */
const BLOCK_BYTES = 256 * 1024;
/** Coordinates after which a sum that is too large already is given up. */
const STRIDE = 32;

/** A range of queries, and all rows that they are compared with. */
export interface NearestTask {
  readonly base: Float32Array;
  readonly queries: Float32Array;
  readonly dimension: number;
  readonly fromQuery: number;
  readonly toQuery: number;
  /** Distances wanted for each query. */
  readonly depth: number;
  /** `depth` places for each query, those of queries outside the range included. */
  readonly distances: Float64Array;
}

/**
 * Fills `distances` with the smallest squared distances between each query of the range and all rows,
 * ascending, in double precision.
 *
 * Every pair is compared. What makes it quicker than `squaredL2` pair by pair: the rows are taken a block at
 * a time, as numbers that are double already, and a block is compared with all queries while it is in the
 * cache; and a sum that has passed the last place of its query goes no further.
 */
export function nearestDistances(task: NearestTask): void {
  const { base, dimension, fromQuery, toQuery, depth, distances } = task;
  distances.fill(Number.POSITIVE_INFINITY, fromQuery * depth, toQuery * depth);
  const queries = Float64Array.from(task.queries.subarray(fromQuery * dimension, toQuery * dimension));
  const blockRows = Math.max(1, Math.floor(BLOCK_BYTES / 8 / dimension));
  for (let from = 0; from < base.length; from += blockRows * dimension) {
    const block = Float64Array.from(base.subarray(from, from + blockRows * dimension));
    for (let query = fromQuery; query < toQuery; query++) {
      const into = distances.subarray(query * depth, (query + 1) * depth);
      compareBlock(block, queries, query - fromQuery, dimension, into);
    }
  }
}

function compareBlock(
  block: Float64Array,
  queries: Float64Array,
  query: number,
  dimension: number,
  into: Float64Array,
): void {
  const start = query * dimension;
  let limit = into[into.length - 1] as number;
  for (let row = 0; row < block.length; row += dimension) {
    let distance = 0;
    for (let from = 0; from < dimension && distance < limit; from += STRIDE) {
      const length = Math.min(STRIDE, dimension - from);
      distance += squaredDifferences(block, row + from, queries, start + from, length);
    }
    if (distance < limit) limit = insert(into, distance);
  }
}

function squaredDifferences(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let even = 0;
  let odd = 0;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    const d0 = (a[aStart + i] as number) - (b[bStart + i] as number);
    const d1 = (a[aStart + i + 1] as number) - (b[bStart + i + 1] as number);
    even += d0 * d0;
    odd += d1 * d1;
  }
  if (i < length) even += ((a[aStart + i] as number) - (b[bStart + i] as number)) ** 2;
  return even + odd;
}

/** Puts a distance into its place and answers the last one, which the next has to beat. */
function insert(ascending: Float64Array, distance: number): number {
  const last = ascending.length - 1;
  let place = last;
  for (; place > 0 && (ascending[place - 1] as number) > distance; place--) {
    ascending[place] = ascending[place - 1] as number;
  }
  ascending[place] = distance;
  return ascending[last] as number;
}
