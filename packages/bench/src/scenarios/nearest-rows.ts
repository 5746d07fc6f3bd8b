/**
 * The true nearest rows of a few queries among more rows than fit into memory: they are offered batch by batch, and
 * the best of each query are kept, in double precision.
 */
export class NearestRows {
  readonly #queries: Float32Array;
  readonly #dimension: number;
  readonly #k: number;
  /** k ascending squared distances a query, and the row of each. */
  readonly #distances: Float64Array;
  readonly #rows: Float64Array;
  #offered = 0;

  /** @param queries row after row, as they are compared: by Euclidean distance */
  constructor(queries: Float32Array, dimension: number, k: number) {
    this.#queries = queries;
    this.#dimension = dimension;
    this.#k = k;
    const places = (queries.length / dimension) * k;
    this.#distances = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
    this.#rows = new Float64Array(places);
  }

  /** The next rows of the data. */
  offer(vectors: Float32Array): void {
    const dimension = this.#dimension;
    const rows = vectors.length / dimension;
    for (let from = 0; from < this.#queries.length; from += dimension) {
      const query = this.#queries.subarray(from, from + dimension);
      const place = (from / dimension) * this.#k;
      for (let row = 0; row < rows; row++) {
        const farthest = this.#distances[place + this.#k - 1] as number;
        const distance = squaredWithin(query, vectors, row * dimension, farthest);
        if (distance < farthest) this.#insert(place, distance, this.#offered + row);
      }
    }
    this.#offered += rows;
  }

  /** The share of the true nearest rows that were answered. @param answers for each query its rows */
  recallOf(answers: readonly (readonly number[])[]): number {
    const k = Math.min(this.#k, this.#offered);
    let right = 0;
    for (const [query, answer] of answers.entries()) {
      const truth = new Set(this.#rows.subarray(query * this.#k, query * this.#k + k));
      right += new Set(answer.filter((row) => truth.has(row))).size;
    }
    return right / (answers.length * k);
  }

  #insert(start: number, distance: number, row: number): void {
    let place = start + this.#k - 1;
    for (; place > start && (this.#distances[place - 1] as number) > distance; place--) {
      this.#distances[place] = this.#distances[place - 1] as number;
      this.#rows[place] = this.#rows[place - 1] as number;
    }
    this.#distances[place] = distance;
    this.#rows[place] = row;
  }
}

/** Dimensions that are added up before it is looked whether the row is too far already. */
const STRIDE = 32;

/** The squared distance, or any number that is not below the limit where the distance is not either. */
function squaredWithin(query: Float32Array, vectors: Float32Array, start: number, limit: number): number {
  let sum = 0;
  for (let from = 0; from < query.length && sum < limit; from += STRIDE) {
    const to = Math.min(from + STRIDE, query.length);
    for (let d = from; d < to; d++) {
      const difference = (query[d] as number) - (vectors[start + d] as number);
      sum += difference * difference;
    }
  }
  return sum;
}
