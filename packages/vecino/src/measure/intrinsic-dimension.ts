/** Neighbours whose distances are compared: the more, the less noise, but the less local the answer. */
const NEIGHBOURS = 20;

/**
 * How many directions the data spread into around some points: the estimate of Levina and Bickel, "Maximum
 * Likelihood Estimation of Intrinsic Dimension" (NIPS 2004), from the distances of the nearest neighbours,
 * averaged over the points in the manner of MacKay and Ghahramani (the inverses are averaged).
 *
 * It says how hard data are to search, which the dimension of their vectors does not: pixels of clothes have 784
 * dimensions and spread into some 14.
 *
 * @param distances of each point, Euclidean, to its neighbours, nearest first; 20 of each are read at most
 * @returns undefined where the distances say nothing: all are 0, or all are equal
 */
export function intrinsicDimension(distances: readonly ArrayLike<number>[]): number | undefined {
  let sum = 0;
  let terms = 0;
  for (const ofOne of distances) {
    const neighbours = Math.min(NEIGHBOURS, ofOne.length);
    const farthest = ofOne[neighbours - 1] ?? 0;
    for (let i = 0; i < neighbours - 1; i++) {
      const distance = ofOne[i] ?? 0;
      // What equals the point says nothing about the directions around it.
      if (distance <= 0) continue;
      sum += Math.log(farthest / distance);
      terms += 1;
    }
  }
  return sum > 0 ? terms / sum : undefined;
}
