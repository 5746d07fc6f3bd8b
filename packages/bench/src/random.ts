/** Uniform numbers in [0, 1) from a seed, the same on every platform. */
export type Random = () => number;

/**
 * Xorshift32 (Marsaglia 2003). Enough to draw data sets and samples from; it is not meant for secrets.
 * The first outputs of a small seed are small, so they are thrown away.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 0x9e3779b9;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** Standard normal numbers, by the polar method of Marsaglia. */
export function gaussian(random: Random): Random {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * random() - 1;
      const v = 2 * random() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/** The ordinals 0 … count-1 in a random order (Fisher and Yates). */
export function shuffledOrdinals(count: number, random: Random): Uint32Array {
  const ordinals = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swapped = ordinals[i] ?? 0;
    ordinals[i] = ordinals[j] ?? 0;
    ordinals[j] = swapped;
  }
  return ordinals;
}
