/** A source of uniform numbers in [0, 1); passed in, so that the same seed gives the same index. */
export type Random = () => number;

/** Xorshift32 (Marsaglia 2003): 32 bits of state, enough for levels and sampling, same on every platform. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
