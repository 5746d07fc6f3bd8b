/** The value below which the share `q` (0 to 1) of ascending values lies: the nearest rank, no interpolation. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  const rank = Math.ceil(q * ascending.length) - 1;
  return ascending[Math.min(Math.max(rank, 0), ascending.length - 1)] ?? 0;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: ArrayLike<number>): number {
  const ascending = Float64Array.from(values).sort();
  const middle = ascending.length >> 1;
  if (ascending.length % 2 === 1) return ascending[middle] ?? 0;
  return ((ascending[middle - 1] ?? 0) + (ascending[middle] ?? 0)) / 2;
}

/** NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
