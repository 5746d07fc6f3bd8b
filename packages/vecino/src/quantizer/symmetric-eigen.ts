/** Eigenvalues of a symmetric matrix, largest first, and their vectors as the rows of a matrix. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Off-diagonal entries below this share of the diagonal change nothing that anybody would notice. */
const NEGLIGIBLE = 1e-9;
const SWEEPS_MAX = 12;

/**
 * Jacobi's method (1846): rotate away one off-diagonal entry after the other until none is left. A sweep over
 * n × n entries costs n³; few are needed where the matrix is nearly diagonal to begin with, as here. Yields now and
 * then, so that a thread can do other things in between.
 */
export function* eigenOf(matrix: Float64Array, size: number): Generator<void, Eigen> {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  let rotated = size > 1;
  for (let sweep = 0; rotated && sweep < SWEEPS_MAX; sweep++) {
    rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const app = a[p * size + p] ?? 0;
        const aqq = a[q * size + q] ?? 0;
        const apq = a[p * size + q] ?? 0;
        if (Math.abs(apq) <= NEGLIGIBLE * Math.sqrt(Math.abs(app * aqq))) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        rotateColumns(a, size, p, q, cos, t * cos);
        rotateRows(a, size, p, q, cos, t * cos);
        rotateRows(vectors, size, p, q, cos, t * cos);
      }
      yield;
    }
  }
  const order = Array.from({ length: size }, (_, i) => i);
  order.sort((i, j) => (a[j * size + j] ?? 0) - (a[i * size + i] ?? 0));
  const sorted: Eigen = { values: new Float64Array(size), vectors: new Float64Array(size * size) };
  for (const [place, i] of order.entries()) {
    sorted.values[place] = a[i * size + i] ?? 0;
    sorted.vectors.set(vectors.subarray(i * size, (i + 1) * size), place * size);
  }
  return sorted;
}

function rotateRows(a: Float64Array, size: number, p: number, q: number, cos: number, sin: number): void {
  for (let i = 0, up = p * size, uq = q * size; i < size; i++, up++, uq++) {
    const x = a[up] ?? 0;
    const y = a[uq] ?? 0;
    a[up] = cos * x - sin * y;
    a[uq] = sin * x + cos * y;
  }
}

function rotateColumns(a: Float64Array, size: number, p: number, q: number, cos: number, sin: number): void {
  for (let up = p, uq = q; up < size * size; up += size, uq += size) {
    const x = a[up] ?? 0;
    const y = a[uq] ?? 0;
    a[up] = cos * x - sin * y;
    a[uq] = sin * x + cos * y;
  }
}
