import { empty, malformed } from './faults.ts';
import type { VectorFile, VectorMatrix } from './vector-file.ts';

/** Where neither the header nor the limit tells. */
const ROWS_AT_FIRST = 1_024;

/**
 * All vectors of an open file in one array, or its first `limit` (default all).
 *
 * @throws VecinoError `INPUT_MALFORMED` with the row where one has no vector, or one with a NaN or an infinity.
 */
export async function readVectors(file: VectorFile, limit = Number.POSITIVE_INFINITY): Promise<VectorMatrix> {
  const { path } = file;
  let vectors = new Float32Array(0);
  let dimension = 0;
  let count = 0;
  for await (const rows of file.batches()) {
    for (const { vector } of rows.slice(0, limit - count)) {
      if (vector === undefined) throw noVector(path, count);
      if (!vector.every(Number.isFinite)) throw notFinite(path, count);
      if (count === 0) {
        dimension = vector.length;
        vectors = new Float32Array(Math.min(limit, file.count ?? ROWS_AT_FIRST) * dimension);
      } else if ((count + 1) * dimension > vectors.length) {
        vectors = doubled(vectors);
      }
      vectors.set(vector, count * dimension);
      count++;
    }
    if (count >= limit) break;
  }
  if (count === 0) throw empty(path);
  const length = count * dimension;
  return { count, dimension, vectors: length === vectors.length ? vectors : vectors.slice(0, length) };
}

function doubled(vectors: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(vectors.length * 2);
  larger.set(vectors);
  return larger;
}

function noVector(path: string, row: number) {
  const remedy = 'remove the row, or name the field that has the vector';
  return malformed(path, { row, expected: 'a vector', received: 'none', remedy });
}

function notFinite(path: string, row: number) {
  const remedy = 'remove the row, or compute its vector again';
  return malformed(path, { row, expected: 'finite 32-bit floats', received: 'a NaN or an infinity', remedy });
}
