/** The 97.5 % point of the normal distribution: 95 % lie within. */
const Z = 1.959964;

/**
 * Where a mean of numbers between 0 and 1 lies with 95 % confidence: the score interval of E. B. Wilson, "Probable
 * inference, the law of succession, and statistical inference", 1927.
 *
 * Wilson's trials succeed or fail; ours are recalls, which may lie in between. The variance of such numbers is never
 * larger than that of trials with the same mean, so the interval is right for one hit a query and never too narrow
 * for more. A bootstrap would be narrower, but where all queries so far missed nothing it gives an interval of no
 * width, which is exactly where people look at it.
 */
export function wilsonInterval(
  mean: number,
  trials: number,
): { readonly low: number; readonly high: number } {
  const spread =
    (Z * Math.sqrt((mean * (1 - mean)) / trials + (Z / trials) ** 2 / 4)) / (1 + Z ** 2 / trials);
  const middle = (mean + Z ** 2 / trials / 2) / (1 + Z ** 2 / trials);
  return { low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}
