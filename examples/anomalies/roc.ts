/**
 * The area under the ROC curve: how often one of the `positives` has a higher score than one of the `negatives`, equal
 * ones counting half. 0.5 is chance, 1 perfect.
 */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number {
  let won = 0;
  for (const positive of positives) {
    for (const negative of negatives) won += positive > negative ? 1 : Number(positive === negative) / 2;
  }
  return won / (positives.length * negatives.length);
}
