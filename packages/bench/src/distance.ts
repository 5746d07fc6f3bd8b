/**
 * Squared Euclidean distance between one row of `a` and one of `b`, in double precision.
 *
 * The one distance that the bench itself computes. Four sums side by side let the processor overlap the
 * additions; the order of summation does not matter at this precision.
 */
export function squaredL2(
  a: Float32Array,
  aRow: number,
  b: Float32Array,
  bRow: number,
  dimension: number,
): number {
  let i = aRow * dimension;
  let j = bRow * dimension;
  const end = i + dimension;
  const unrolledEnd = end - 3;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (; i < unrolledEnd; i += 4, j += 4) {
    const d0 = (a[i] as number) - (b[j] as number);
    const d1 = (a[i + 1] as number) - (b[j + 1] as number);
    const d2 = (a[i + 2] as number) - (b[j + 2] as number);
    const d3 = (a[i + 3] as number) - (b[j + 3] as number);
    sum0 += d0 * d0;
    sum1 += d1 * d1;
    sum2 += d2 * d2;
    sum3 += d3 * d3;
  }
  for (; i < end; i++, j++) {
    const d = (a[i] as number) - (b[j] as number);
    sum0 += d * d;
  }
  return sum0 + sum1 + sum2 + sum3;
}

/**
 * The rows as the metric compares them: for cosine, copies of length 1, whose squared Euclidean distance
 * (2 - 2 cos) has the order of the cosine distance; for l2 the rows themselves.
 */
export function rowsForMetric(
  vectors: Float32Array,
  dimension: number,
  metric: 'l2' | 'cosine',
): Float32Array {
  if (metric === 'l2') return vectors;
  const normalised = new Float32Array(vectors.length);
  for (let from = 0; from < vectors.length; from += dimension) {
    let squares = 0;
    for (let i = from; i < from + dimension; i++) squares += (vectors[i] as number) ** 2;
    const factor = 1 / Math.sqrt(squares);
    for (let i = from; i < from + dimension; i++) normalised[i] = (vectors[i] as number) * factor;
  }
  return normalised;
}
