/** Exponent of the smallest normal 16-bit float, and bits of its fraction. */
const EXPONENT_MIN = -14;
const FRACTION_BITS = 10;
/** From here on, halfway to what would be the next, there is only infinity. */
const OVERFLOW = 65_520;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The 16-bit float nearest to a 32-bit one, of two equally near the even one, as IEEE 754 and pgvector's halfvec have
 * it. (`Math.f16round` is newer than the oldest Node that we run on.)
 */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !(size < OVERFLOW))
    return size === 0 ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  float[0] = size;
  const exponent = ((bits[0] ?? 0) >>> 23) - 127;
  const step = 2 ** (Math.max(exponent, EXPONENT_MIN) - FRACTION_BITS);
  // So large that doubles near it are a step apart: adding it rounds, taking it away leaves what was rounded.
  const rounding = 1.5 * 2 ** 52 * step;
  return value + rounding - rounding;
}
