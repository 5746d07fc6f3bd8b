// Random numbers of the learning: the state is in the model, so that whichever thread goes on finds it.

import { model } from './layout';

const STATE: usize = 72;

export function seedRandom(seed: u32): void {
  store<u32>(model + STATE, seed | 1);
}

/** Uniform in 0 to 1: xorshift, of 32 bits (Marsaglia, "Xorshift RNGs", 2003). */
export function nextRandom(): f64 {
  let x = load<u32>(model + STATE);
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  store<u32>(model + STATE, x);
  return <f64>x / 4294967296;
}

/** A number that looks random and belongs to another: the finalizer of MurmurHash3. */
export function randomOf(number: u32): u32 {
  let x = number + load<u32>(model + STATE);
  x = (x ^ (x >> 16)) * 0x85ebca6b;
  x = (x ^ (x >> 13)) * 0xc2b2ae35;
  return x ^ (x >> 16);
}
