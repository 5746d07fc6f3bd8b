/**
 * The candidate that the caller probably meant, or undefined if none is close.
 *
 * Damerau-Levenshtein distance (optimal string alignment), at most a third of the word's length:
 * `$gte` for `$get`, `efSearch` for `efsearch`, nothing for `banana`.
 */
export function nearMiss(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance =
      candidate.toLowerCase() === word.toLowerCase() ? 0 : editDistance(word, candidate, bestDistance);
    const isNearer =
      distance < bestDistance ||
      (distance === bestDistance && best !== undefined && isOfCloserLength(word, candidate, best));
    if (isNearer) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Breaks ties: swapped letters are likelier than a missing one, so `$get` is `$gte` rather than `$gt`. */
function isOfCloserLength(word: string, a: string, b: string): boolean {
  return Math.abs(a.length - word.length) < Math.abs(b.length - word.length);
}

/** `; did you mean "x"?` or nothing: the tail of an error message. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearMiss(word, candidates);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [beforePrevious, previous] = [previous, row];
  }
  return previous[b.length] ?? bound;
}
