/**
 * k-means: seeds by Arthur and Vassilvitskii ("k-means++: the advantages of careful seeding", SODA 2007), then
 * Lloyd's rounds ("Least squares quantization in PCM", IEEE Transactions on Information Theory 28, 1982). With
 * centres of length one over vectors of length one it is spherical k-means (Dhillon and Modha, "Concept
 * decompositions for large sparse text data using clustering", Machine Learning 42, 2001): the nearest centre is
 * that of the largest cosine.
 *
 * A cluster that has lost all its vectors takes the one that is farthest from its centre. Rounds end when fewer than
 * one vector in a thousand changes its cluster.
 *
 * O(rounds × vectors × k × dimension) for the nearest centres, which who calls finds (on workers, see
 * `nearest-centres.ts`); seeds and means are made on the calling thread, in slices. Seeds are chosen among a part of the
 * vectors, for each is a pass over these.
 */
import { FirstInOrder } from '../../base/first-in-order.ts';
import type { Random } from '../../base/random.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { lengthOf } from '../../vector/prepare.ts';

const ROUNDS_MAX = 30;
const MOVED_MIN = 0.001;
/** Vectors that seeds are chosen among: so many a seed, and at least. */
const SEEDED_FROM = 8;
const SEEDED_FROM_MIN = 2_500;
/** Vectors between two chances to pause: some 100 microseconds each. */
const STRIDE = 16;

/** Vectors in rows. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  readonly dimension: number;
}

export interface KMeansOptions {
  readonly k: number;
  /** Whether centres are of length one. */
  readonly isSpherical: boolean;
  readonly random: Random;
  /** Told before each round; may throw to end the work. */
  readonly onRound: (round: number, roundsMax: number) => void;
  /** Finds for each row the nearest of the centres. */
  readonly assign: (centres: Rows) => Promise<Uint32Array>;
}

/** Centres of at most k clusters; fewer where there are fewer different vectors. */
export async function kMeans(rows: Rows, options: KMeansOptions): Promise<Rows> {
  const slice = new TimeSlice();
  const centres = await seed(partOf(rows, options.k), options, slice);
  let clusters: Uint32Array = new Uint32Array(rows.count).fill(centres.count);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    options.onRound(round, ROUNDS_MAX);
    const nearest = await options.assign(centres);
    const moved = nearest.reduce((count, cluster, i) => count + (cluster === clusters[i] ? 0 : 1), 0);
    clusters = nearest;
    if (moved < MOVED_MIN * rows.count || moved === 0) break;
    await move(rows, centres, clusters, options.isSpherical, slice);
  }
  options.onRound(ROUNDS_MAX, ROUNDS_MAX);
  return centres;
}

export function squaredDistanceTo(centres: Rows, centre: number, vector: Float32Array): number {
  return squaredDistance(centres.values, centre * centres.dimension, vector, 0, vector.length);
}

/** Every so many-th of the rows. */
function partOf(rows: Rows, k: number): Rows {
  const most = Math.max(SEEDED_FROM_MIN, SEEDED_FROM * k);
  if (rows.count <= most) return rows;
  const values = new Float32Array(most * rows.dimension);
  for (let i = 0; i < most; i++) {
    values.set(rowOf(rows, Math.floor((i * rows.count) / most)), i * rows.dimension);
  }
  return { values, count: most, dimension: rows.dimension };
}

/** Each seed is chosen with a chance that grows with the square of its distance from the seeds before. */
async function seed(rows: Rows, { k, random }: KMeansOptions, slice: TimeSlice): Promise<Rows> {
  const { values, count, dimension } = rows;
  const centres = new Float32Array(k * dimension);
  const squares = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.floor(random() * count);
  for (let c = 0; c < k; c++) {
    centres.set(values.subarray(chosen * dimension, (chosen + 1) * dimension), c * dimension);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const squared = squaredDistance(centres, c * dimension, values, i * dimension, dimension);
      squares[i] = Math.min(squares[i] ?? 0, squared);
      total += squares[i] ?? 0;
      if (i % STRIDE === 0) await slice.pause();
    }
    // All that are left are copies of what was chosen.
    if (total === 0) return { values: centres.subarray(0, (c + 1) * dimension), count: c + 1, dimension };
    let left = random() * total;
    chosen = squares.findIndex((squared) => {
      left -= squared;
      return left < 0;
    });
    if (chosen < 0) chosen = squares.indexOf(squares.reduce((a, b) => Math.max(a, b), 0));
  }
  return { values: centres, count: k, dimension };
}

/** Moves each centre to the mean of its vectors. */
async function move(
  rows: Rows,
  centres: Rows,
  clusters: Uint32Array,
  isSpherical: boolean,
  slice: TimeSlice,
): Promise<void> {
  const { dimension } = rows;
  const sums = new Float64Array(centres.count * dimension);
  const counts = new Uint32Array(centres.count);
  for (let i = 0; i < rows.count; i++) {
    const cluster = clusters[i] ?? 0;
    counts[cluster] = (counts[cluster] ?? 0) + 1;
    const [from, to] = [i * dimension, cluster * dimension];
    for (let d = 0; d < dimension; d++) sums[to + d] = (sums[to + d] ?? 0) + (rows.values[from + d] ?? 0);
    if (i % STRIDE === 0) await slice.pause();
  }
  const farthest = counts.includes(0) ? await farthestFirst(rows, centres, clusters, slice) : [];
  for (const [cluster, count] of counts.entries()) {
    await slice.pause();
    const at = rowOf(centres, cluster);
    if (count === 0) {
      at.set(rowOf(rows, farthest.shift() ?? 0));
      continue;
    }
    const mean = Float32Array.from(
      sums.subarray(cluster * dimension, (cluster + 1) * dimension),
      (sum) => sum / count,
    );
    const length = isSpherical ? lengthOf(mean) : 1;
    // Vectors that cancel have no common direction; the centre stays where it was.
    if (length > 0) at.set(mean.map((value) => value / length));
  }
}

/** As many rows as there are centres, those first that are farthest from theirs. */
async function farthestFirst(
  { values, dimension }: Rows,
  centres: Rows,
  clusters: Uint32Array,
  slice: TimeSlice,
): Promise<number[]> {
  const farthest = new FirstInOrder<{ readonly row: number; readonly squared: number }>(
    centres.count,
    (a, b) => b.squared - a.squared,
  );
  for (const [row, cluster] of clusters.entries()) {
    const squared = squaredDistance(centres.values, cluster * dimension, values, row * dimension, dimension);
    farthest.add({ row, squared });
    if (row % STRIDE === 0) await slice.pause();
  }
  return farthest.elements.map(({ row }) => row);
}

function rowOf({ values, dimension }: Rows, i: number): Float32Array {
  return values.subarray(i * dimension, (i + 1) * dimension);
}

/** In four sums, which processors add up side by side. */
function squaredDistance(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  dimension: number,
): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < dimension; i += 4) {
    const d0 = (a[fromA + i] ?? 0) - (b[fromB + i] ?? 0);
    const d1 = (a[fromA + i + 1] ?? 0) - (b[fromB + i + 1] ?? 0);
    const d2 = (a[fromA + i + 2] ?? 0) - (b[fromB + i + 2] ?? 0);
    const d3 = (a[fromA + i + 3] ?? 0) - (b[fromB + i + 3] ?? 0);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; i < dimension; i++) s0 += ((a[fromA + i] ?? 0) - (b[fromB + i] ?? 0)) ** 2;
  return s0 + s1 + s2 + s3;
}
