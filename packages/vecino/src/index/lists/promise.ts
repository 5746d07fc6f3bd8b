/**
 * Learns which lists are worth probing (`assembly/lists/promise.ts`): a Poisson regression of how many of the nearest
 * neighbours a list holds, an entry, on three properties that a search knows before it scans the list. It is fitted
 * by Newton's method to vectors of the sample that have asked for their neighbours among the others.
 */

/** What one vector of the sample has found. */
export interface Asked {
  /** Squared distances from the centroids of all lists, ascending. */
  readonly squares: Float64Array;
  /** The lists in this order. */
  readonly lists: Uint32Array;
  /** The places in this order of the lists that hold its neighbours, the nearest neighbour first. */
  readonly places: ArrayLike<number>;
  /** Squared distances of these neighbours. */
  readonly reaches: ArrayLike<number>;
}

/** What is known of all lists. */
export interface Lists {
  /** Mean squared distances from their centroids. */
  readonly spreads: ArrayLike<number>;
  /** Vectors of the sample in each. */
  readonly counts: ArrayLike<number>;
}

export interface Promising {
  /** Of the distance beyond the nearest centroid, of the spread, and of the place. */
  readonly weights: readonly [gap: number, spread: number, place: number];
  /** The scores from which on 1, 2, 4, … lists are probed on average. */
  readonly scores: readonly number[];
  /** The share of neighbours in lists that are then passed over. */
  readonly missed: readonly number[];
}

/** Lists of each query that the regression sees: hardly any neighbour lies in one beyond. */
const FITTED_PLACES = 256;
const STEPS = 12;
/** Steps end when no standardised weight changes by more. */
const SMALL = 1e-3;
/** Standardised weights are kept small as if so many neighbours had been seen that say nothing. */
const RIDGE = 1;
const WEIGHTS = 4;

/**
 * @param near of the neighbours, so many are looked for
 * @param powers numbers of lists, 1, 2, 4, … of this many, that scores are wanted for
 */
export function learnPromise(
  asked: readonly Asked[],
  lists: Lists,
  near: number,
  powers: number,
): Promising | undefined {
  const rows = asked.flatMap((one) => rowsOf(one, lists, near));
  const weights = rows.some(({ hits }) => hits > 0) ? fit(rows) : undefined;
  // Without a neighbour outside of the nearest list there is nothing to be learnt: as many are probed as are named.
  if (!weights || (weights[0] === 0 && weights[2] === 0)) return undefined;
  const scoresOf = asked.map((one) => {
    const features = featuresOf(one, lists, near);
    return Float64Array.from(one.squares, (_, place) => dot(weights, features(place)));
  });
  const scores = scoresFor(scoresOf, powers);
  const neighbours = asked.reduce((sum, { places }) => sum + places.length, 0);
  const missed = scores.map((least) => {
    let passed = 0;
    for (const [i, { places }] of asked.entries()) {
      for (const place of Array.from(places)) {
        if (place > 0 && (scoresOf[i]?.[place] ?? 0) < least) passed += 1;
      }
    }
    return passed / Math.max(1, neighbours);
  });
  return { weights, scores, missed };
}

/** Scores such that 1, 2, 4, … lists of a query have more on average; the nearest list is always probed. */
function scoresFor(scoresOf: readonly Float64Array[], powers: number): number[] {
  const beyond = scoresOf.flatMap((scores) => [...scores.subarray(1)]);
  const falling = Float64Array.from(beyond).sort().reverse();
  const lowest = (falling.at(-1) ?? 0) - 1;
  return Array.from(
    { length: powers },
    (_, power) => falling[Math.round((2 ** power - 1) * scoresOf.length)] ?? lowest,
  );
}

interface Row {
  readonly features: readonly [gap: number, spread: number, place: number];
  readonly hits: number;
  readonly entries: number;
}

function rowsOf(asked: Asked, lists: Lists, near: number): Row[] {
  const features = featuresOf(asked, lists, near);
  const hits = new Uint32Array(asked.squares.length);
  for (const place of Array.from(asked.places).slice(0, near)) hits[place] = (hits[place] ?? 0) + 1;
  const rows: Row[] = [];
  for (let place = 1; place < Math.min(FITTED_PLACES, hits.length); place++) {
    const entries = lists.counts[asked.lists[place] ?? 0] ?? 0;
    if (entries > 0) rows.push({ features: features(place), hits: hits[place] ?? 0, entries });
  }
  return rows;
}

/** The three properties of the list at each place. */
function featuresOf({ squares, lists, reaches }: Asked, { spreads }: Lists, near: number) {
  // Queries that lie on their neighbours would be infinitely far from every list.
  const limit = Math.max(reaches[Math.min(near, reaches.length) - 1] ?? 0, Number.MIN_VALUE ** 0.25);
  const [root, nearest] = [Math.sqrt(limit), Math.sqrt(squares[0] ?? 0)];
  return (place: number): Row['features'] => [
    Math.min((Math.sqrt(squares[place] ?? 0) - nearest) / root, 1e6),
    binaryLogarithm(spreads[lists[place] ?? 0] ?? 0) - binaryLogarithm(limit),
    binaryLogarithm(place + 1),
  ];
}

/** The logarithm that the engine reads off a number's bits: exact at powers of two, a straight line between them. */
function binaryLogarithm(value: number): number {
  if (!(value > 0)) return -127;
  const power = Math.floor(Math.log2(value));
  return power + value / 2 ** power - 1;
}

/** The weights of a Poisson regression with the entries of each list as its exposure; undefined where it fails. */
function fit(rows: readonly Row[]): Promising['weights'] | undefined {
  const of = [0, 1, 2] as const;
  const means = of.map((i) => rows.reduce((sum, { features }) => sum + features[i], 0) / rows.length);
  const deviations = of.map(
    (i) =>
      Math.sqrt(
        rows.reduce((sum, { features }) => sum + (features[i] - (means[i] ?? 0)) ** 2, 0) / rows.length,
      ) || 1,
  );
  const inputs = rows.map(({ features }) => [
    1,
    ...of.map((i) => (features[i] - (means[i] ?? 0)) / (deviations[i] ?? 1)),
  ]);
  const hits = rows.reduce((sum, row) => sum + row.hits, 0);
  const entries = rows.reduce((sum, row) => sum + row.entries, 0);
  const weights = [Math.log(hits / entries), 0, 0, 0];
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(rows, inputs, weights);
    if (!change) return undefined;
    for (const [i, by] of change.entries()) weights[i] = (weights[i] ?? 0) + Math.max(-1, Math.min(1, by));
    if (change.every((by) => Math.abs(by) < SMALL)) break;
  }
  const [gap, spread, place] = of.map((i) => (weights[i + 1] ?? 0) / (deviations[i] ?? 1));
  // What is farther away never promises more: searches end on that.
  return [Math.min(0, gap ?? 0), spread ?? 0, Math.min(0, place ?? 0)];
}

function newtonStep(
  rows: readonly Row[],
  inputs: readonly (readonly number[])[],
  weights: readonly number[],
): number[] | undefined {
  const gradient = weights.map((weight, i) => (i === 0 ? 0 : -RIDGE * weight));
  const curvature = weights.map((_, i): number[] => weights.map((__, j) => (i === j && i > 0 ? RIDGE : 0)));
  for (const [r, input] of inputs.entries()) {
    const { hits, entries } = rows[r] as Row;
    const expected = entries * Math.exp(Math.min(10, dot(weights, input)));
    for (let i = 0; i < WEIGHTS; i++) {
      const x = input[i] ?? 0;
      gradient[i] = (gradient[i] ?? 0) + (hits - expected) * x;
      const line = curvature[i] ?? [];
      for (let j = 0; j < WEIGHTS; j++) line[j] = (line[j] ?? 0) + expected * x * (input[j] ?? 0);
    }
  }
  return solve(curvature, gradient);
}

/** Solves a system of linear equations with a positive definite matrix by elimination; changes what it is given. */
function solve(matrix: readonly number[][], right: number[]): number[] | undefined {
  for (const [i, line] of matrix.entries()) {
    const pivot: number = line[i] ?? 0;
    if (!(pivot > 1e-12)) return undefined;
    for (let below = i + 1; below < matrix.length; below++) {
      const other = matrix[below] ?? [];
      const share = (other[i] ?? 0) / pivot;
      for (let j = i; j < matrix.length; j++) other[j] = (other[j] ?? 0) - share * (line[j] ?? 0);
      right[below] = (right[below] ?? 0) - share * (right[i] ?? 0);
    }
  }
  for (let i = matrix.length - 1; i >= 0; i--) {
    const line = matrix[i] ?? [];
    let rest = right[i] ?? 0;
    for (let j = i + 1; j < matrix.length; j++) rest -= (line[j] ?? 0) * (right[j] ?? 0);
    right[i] = rest / (line[i] ?? 1);
  }
  return right;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
