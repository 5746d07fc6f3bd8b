/**
 * How unusual vectors are, by their distance from the k-th nearest neighbour (Ramaswamy, Rastogi and Shim,
 * "Efficient algorithms for mining outliers from large data sets", SIGMOD 2000) and by the local outlier factor
 * (Breunig, Kriegel, Ng and Sander, "LOF: identifying density-based local outliers", SIGMOD 2000): `densityOf` is
 * their definition 6, `factorOf` definition 7.
 *
 * Two deviations. A neighbourhood has exactly k members, where theirs has more when several are equally far: k is
 * what searches answer. And densities are limited: more than k copies of one vector would have an infinite one, so a
 * small length is added to each mean of reachability distances, a millionth of the mean k-distance, which changes
 * no factor that a reader could see.
 *
 * O(records × k) time and memory, given the neighbours; in slices, between which others run.
 */
import { TimeSlice } from '../../base/time-slice.ts';

/** The nearest neighbours of each record, itself not among them, by ordinal. */
export class NeighbourTable {
  /** Neighbours of a record at most. */
  readonly width: number;
  readonly counts: Uint16Array;
  private readonly ordinals: Uint32Array;
  private readonly distances: Float64Array;

  constructor(records: number, width: number) {
    this.width = width;
    this.counts = new Uint16Array(records);
    this.ordinals = new Uint32Array(records * width);
    this.distances = new Float64Array(records * width);
  }

  get records(): number {
    return this.counts.length;
  }

  /** Adds the next neighbour of a record, in ascending order of distance; answers whether there is room for more. */
  add(record: number, neighbour: number, distance: number): boolean {
    const count = this.counts[record] ?? 0;
    this.ordinals[record * this.width + count] = neighbour;
    this.distances[record * this.width + count] = distance;
    this.counts[record] = count + 1;
    return count + 1 < this.width;
  }

  neighboursOf(record: number): Uint32Array {
    const from = record * this.width;
    return this.ordinals.subarray(from, from + (this.counts[record] ?? 0));
  }

  distancesOf(record: number): Float64Array {
    const from = record * this.width;
    return this.distances.subarray(from, from + (this.counts[record] ?? 0));
  }
}

/** The three measures of each record, by ordinal; NaN for one without neighbours. */
export interface Outliers {
  /** From the k-th neighbour. */
  readonly distances: Float64Array;
  readonly densities: Float64Array;
  readonly factors: Float64Array;
  /** What is added to each mean of reachability distances. */
  readonly smoothing: number;
}

const SMOOTHING_SHARE = 1e-6;
/** Where all vectors are the same. */
const SMOOTHING_MIN = 1e-12;

/** Records between two chances to pause: some hundred microseconds. */
const STRIDE = 256;

export async function outliersOf(table: NeighbourTable): Promise<Outliers> {
  const slice = new TimeSlice();
  const ofEach = async (figureOf: (record: number) => number) => {
    const figures = new Float64Array(table.records);
    for (let record = 0; record < figures.length; record++) {
      figures[record] = figureOf(record);
      if (record % STRIDE === 0) await slice.pause();
    }
    return figures;
  };
  const distances = await ofEach((record) => table.distancesOf(record).at(-1) ?? Number.NaN);
  const known = distances.filter((distance) => !Number.isNaN(distance));
  const mean = known.reduce((sum, distance) => sum + distance, 0) / Math.max(1, known.length);
  const smoothing = Math.max(SMOOTHING_MIN, mean * SMOOTHING_SHARE);
  const of = (values: Float64Array, ordinals: Uint32Array) =>
    Float64Array.from(ordinals, (ordinal) => values[ordinal] ?? Number.NaN);
  const densities = await ofEach((record) =>
    densityOf(table.distancesOf(record), of(distances, table.neighboursOf(record)), smoothing),
  );
  const factors = await ofEach((record) =>
    factorOf(densities[record] ?? Number.NaN, of(densities, table.neighboursOf(record))),
  );
  return { distances, densities, factors, smoothing };
}

/**
 * The local reachability density: one over the mean reachability distance from the neighbours.
 *
 * @param distances from the neighbours
 * @param theirs the neighbours' own distances from their k-th neighbour
 */
export function densityOf(distances: Float64Array, theirs: Float64Array, smoothing: number): number {
  if (distances.length === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < distances.length; i++) sum += Math.max(distances[i] ?? 0, theirs[i] || 0);
  return 1 / (sum / distances.length + smoothing);
}

/** The local outlier factor: the mean density of the neighbours, as a multiple of the own one. */
export function factorOf(density: number, theirs: Float64Array): number {
  const known = theirs.filter((one) => !Number.isNaN(one));
  if (known.length === 0) return Number.NaN;
  return known.reduce((sum, one) => sum + one, 0) / known.length / density;
}
