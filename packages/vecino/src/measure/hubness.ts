/**
 * How much a few points are neighbours of everything: the skewness of the number of times that each point is among
 * the k nearest of others (Radovanović, Nanopoulos and Ivanović, "Hubs in Space", JMLR 11, 2010). Near 0 all points
 * are alike; above some 2 there are hubs, which searches by graph run into whatever they look for. Linear in the
 * number of points.
 *
 * @param occurrences of each point in the lists of neighbours
 */
export function hubness(occurrences: ArrayLike<number>): number {
  const counts = Array.from(occurrences);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  let second = 0;
  let third = 0;
  for (const count of counts) {
    second += (count - mean) ** 2;
    third += (count - mean) ** 3;
  }
  const deviation = Math.sqrt(second / Math.max(1, counts.length));
  return deviation === 0 ? 0 : third / counts.length / deviation ** 3;
}
