import { squaredL2 } from './distance.ts';

/** Fills `into` with the smallest squared distances between one query and all rows of the base, ascending. */
export function nearestDistances(
  base: Float32Array,
  queries: Float32Array,
  query: number,
  dimension: number,
  into: Float64Array,
): void {
  into.fill(Number.POSITIVE_INFINITY);
  const last = into.length - 1;
  const rows = base.length / dimension;
  for (let row = 0; row < rows; row++) {
    const distance = squaredL2(base, row, queries, query, dimension);
    if (distance >= (into[last] as number)) continue;
    let place = last;
    for (; place > 0 && (into[place - 1] as number) > distance; place--)
      into[place] = into[place - 1] as number;
    into[place] = distance;
  }
}
