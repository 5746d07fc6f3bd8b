/**
 * Measures of a ranking, of which is known at which ranks (from 1) it finds something relevant for the first time:
 * several hits that find the same count once. `relevant` is how much there is to find.
 */

/** The share of what is relevant that is among the first k. */
export function recallAt(k: number, ranks: readonly number[], relevant: number): number {
  return ranks.filter((rank) => rank <= k).length / relevant;
}

/** One over the rank of the first that is relevant; 0 where none is. Its mean over questions is the MRR. */
export function reciprocalRank(ranks: readonly number[]): number {
  return ranks.length === 0 ? 0 : 1 / Math.min(...ranks);
}

/**
 * Normalised discounted cumulative gain, with gains of 0 and 1: what is found at rank r counts 1 / log2(r + 1), and
 * the sum is divided by that of a ranking that begins with all that is relevant (Järvelin and Kekäläinen, Cumulated
 * gain-based evaluation of IR techniques, 2002; with the discount of Burges et al. 2005, which takes the first rank
 * for more than the second).
 */
export function ndcgAt(k: number, ranks: readonly number[], relevant: number): number {
  const gain = (rank: number) => 1 / Math.log2(rank + 1);
  const sum = ranks.filter((rank) => rank <= k).reduce((total, rank) => total + gain(rank), 0);
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(k, relevant); rank++) ideal += gain(rank);
  return sum / ideal;
}
