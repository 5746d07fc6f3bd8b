import { describe, expect, it } from 'vitest';
import { BitSet } from '../base/bit-set.ts';
import { uniteCodesAmong, uniteNumbersAmong, uniteNumbersBetween } from './column-scan.ts';

const LENGTHS = [0, 1, 31, 32, 33, 100];

function scanned(length: number, scan: (slots: BitSet) => void): number[] {
  const slots = BitSet.from(length > 0 ? [length - 1] : []);
  scan(slots);
  return [...slots];
}

describe('passes over a column', () => {
  it.each(LENGTHS)('add to what is there, with %i slots', (length) => {
    const numbers = Float64Array.from({ length }, (_, i) => (i % 3 === 0 ? Number.NaN : i / 2));
    const codes = Uint32Array.from({ length }, (_, i) => (i % 4 === 0 ? 0xffff_ffff : i % 7));
    const last = (i: number): boolean => i === length - 1;
    const slots = Array.from({ length }, (_, i) => i);

    expect(scanned(length, (into) => uniteNumbersBetween(numbers, 2, 20, into))).toEqual(
      slots.filter((i) => last(i) || (i % 3 !== 0 && i >= 4 && i <= 40)),
    );
    expect(
      scanned(length, (into) => uniteNumbersAmong(numbers, new Set([0.5, 16, 17.5, 1e300]), into)),
    ).toEqual(slots.filter((i) => last(i) || [1, 32, 35].includes(i)));
    expect(scanned(length, (into) => uniteNumbersAmong(numbers, new Set([16]), into))).toEqual(
      slots.filter((i) => last(i) || i === 32),
    );
    expect(scanned(length, (into) => uniteCodesAmong(codes, BitSet.from([2, 5, 90]), into))).toEqual(
      slots.filter((i) => last(i) || (i % 4 !== 0 && [2, 5].includes(i % 7))),
    );
  });
});
