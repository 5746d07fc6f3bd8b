import { squaredL2 } from '../distance.ts';
import { type Random, shuffledOrdinals } from '../random.ts';
import type { Data } from './data.ts';

/**
 * Regions of the data with exactly known shares: each row's rank by distance to a few landmarks, which are
 * rows drawn at random. "Rank below .1 at landmark 3" is the region around it with a tenth of all rows.
 */
export class Landmarks {
  /** For each landmark the rank of every row, as a share of all: 0 is the landmark itself. */
  readonly ranks: readonly Float64Array[];
  readonly #data: Data;
  readonly #rows: readonly number[];

  constructor(data: Data, count: number, random: Random) {
    this.#data = data;
    this.#rows = Array.from(shuffledOrdinals(data.rows, random).subarray(0, count));
    this.ranks = this.#rows.map((landmark) => ranksAround(data, landmark));
  }

  nearestTo(query: number): number {
    const distances = this.#distancesTo(query);
    return distances.indexOf(Math.min(...distances));
  }

  farthestFrom(query: number): number {
    const distances = this.#distancesTo(query);
    return distances.indexOf(Math.max(...distances));
  }

  #distancesTo(query: number): number[] {
    const { comparedBase, comparedQueries, dimension } = this.#data;
    return this.#rows.map((row) => squaredL2(comparedBase, row, comparedQueries, query, dimension));
  }
}

function ranksAround({ comparedBase, dimension, rows }: Data, landmark: number): Float64Array {
  const distances = Float64Array.from({ length: rows }, (_, row) =>
    squaredL2(comparedBase, row, comparedBase, landmark, dimension),
  );
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  order.sort((a, b) => (distances[a] as number) - (distances[b] as number));
  const ranks = new Float64Array(rows);
  order.forEach((row, rank) => {
    ranks[row] = rank / rows;
  });
  return ranks;
}
