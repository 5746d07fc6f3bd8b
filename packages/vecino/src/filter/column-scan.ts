import type { BitSet } from '../base/bit-set.ts';

/*
 * Passes over a whole column. Thirty-two comparisons make one word of the bitmap, and no branch depends on
 * a value, so that the cost is the same whatever the data: 1.1 ms for a million. A word has a function of its
 * own because V8 optimises a function that is called often sooner, and for good, than the middle of a long
 * loop: with both loops in one function the thirtieth pass or so took 15 ms.
 */

/** Adds to a bitmap the positions of numbers from `least` to `greatest`, both included; NaN is never one. */
export function uniteNumbersBetween(
  numbers: Float64Array,
  least: number,
  greatest: number,
  into: BitSet,
): void {
  const words = into.words;
  for (let start = 0; start < numbers.length; start += 32) {
    const word = start >>> 5;
    words[word] = (words[word] ?? 0) | numbersBetween(numbers, start, least, greatest);
  }
}

function numbersBetween(numbers: Float64Array, start: number, least: number, greatest: number): number {
  const end = Math.min(start + 32, numbers.length);
  let word = 0;
  for (let i = start; i < end; i++) {
    const number = numbers[i] as number;
    word |= (Number(number >= least) & Number(number <= greatest)) << (i & 31);
  }
  return word;
}

/** Adds to a bitmap the positions of codes that are members of a set. */
export function uniteCodesAmong(codes: Uint32Array, wanted: BitSet, into: BitSet): void {
  const words = into.words;
  for (let start = 0; start < codes.length; start += 32) {
    const word = start >>> 5;
    words[word] = (words[word] ?? 0) | codesAmong(codes, start, wanted.words);
  }
}

function codesAmong(codes: Uint32Array, start: number, wanted: Uint32Array): number {
  const end = Math.min(start + 32, codes.length);
  let word = 0;
  for (let i = start; i < end; i++) {
    const code = codes[i] as number;
    word |= (((wanted[code >>> 5] ?? 0) >>> (code & 31)) & 1) << (i & 31);
  }
  return word;
}

/** Bits of the table that tells most numbers from those wanted; the table stays in the first-level cache. */
const TABLE_BITS = 14;

/**
 * Adds to a bitmap the positions of numbers that are members of a set. A table of hashes discards nearly
 * all others, because asking the set itself costs 24 ms for a million.
 */
export function uniteNumbersAmong(numbers: Float64Array, wanted: ReadonlySet<number>, into: BitSet): void {
  const [only] = wanted;
  if (only === undefined) return;
  if (wanted.size === 1) {
    uniteNumbersBetween(numbers, only, only, into);
    return;
  }
  const table = new Uint8Array(1 << TABLE_BITS);
  const hashesOfWanted = new Uint32Array(Float64Array.from(wanted, (number) => number + 0).buffer);
  for (let i = 0; i < wanted.size; i++) table[hashAt(hashesOfWanted, i)] = 1;
  const halves = new Uint32Array(numbers.buffer);
  for (let i = 0; i < numbers.length; i++) {
    if (table[hashAt(halves, i)] === 1 && wanted.has(numbers[i] as number)) into.add(i);
  }
}

/** The hash of the i-th of many doubles, given as pairs of 32-bit halves (Knuth's multiplicative hashing). */
function hashAt(halves: Uint32Array, i: number): number {
  const mixed = (halves[2 * i] ?? 0) ^ Math.imul(halves[2 * i + 1] ?? 0, 0x85eb_ca6b);
  return Math.imul(mixed, 0x9e37_79b1) >>> (32 - TABLE_BITS);
}
