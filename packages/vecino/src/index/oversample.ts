/**
 * Fewer hits than this are looked for as carefully as so many. Three candidates for one hit, which `oversample` times k
 * comes to, are few: of one hit in a hundred the code was not among the best three, whatever the effort, and ten
 * vectors are compared in a microsecond.
 */
const HITS_MIN = 10;
/** A multiple that was computed as a quotient may be a little more than it should be. */
const ROUNDING = 1e-6;

/** Times k candidates, of at least so many hits. */
export function timesHits(times: number, k: number): number {
  return Math.ceil(times * Math.max(k, HITS_MIN) - ROUNDING);
}

/** What comes to one candidate more for one hit more: for a stored vector, which finds itself beside the others. */
export function timesForOneMore(times: number, k: number): number {
  return (timesHits(times, k) + 1) / Math.max(k + 1, HITS_MIN);
}
