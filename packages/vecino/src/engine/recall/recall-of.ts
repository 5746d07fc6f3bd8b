import type { SegmentFound } from '../index/index-searcher.ts';

/** Distances are sums of 32-bit floats: the same vectors may differ by so much on two ways. */
const TOLERANCE = 1e-5;

type Found = Pick<SegmentFound, 'distances'>;

/**
 * The share of the true nearest neighbours that an answer has; 1 where there are none. Of records at equal distance
 * each is as true as the other, so distances are compared, and not records.
 */
export function recallOf(found: Found, exact: Found): number {
  const wanted = exact.distances.length;
  const farthest = exact.distances[wanted - 1];
  if (farthest === undefined) return 1;
  const bound = farthest + TOLERANCE * Math.max(1, Math.abs(farthest));
  let near = 0;
  for (const distance of found.distances) if (distance <= bound) near += 1;
  return Math.min(1, near / wanted);
}
