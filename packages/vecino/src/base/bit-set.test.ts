import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitSet } from './bit-set.ts';

const ordinals = fc.array(fc.nat({ max: 200 }), { maxLength: 60 });

function ascending(members: Iterable<number>): number[] {
  return [...new Set(members)].sort((a, b) => a - b);
}

describe('BitSet', () => {
  it('agrees with Set', () => {
    fc.assert(
      fc.property(ordinals, ordinals, ordinals, (added, removed, other) => {
        const bits = BitSet.from(added);
        const model = new Set(added);
        for (const ordinal of removed) {
          bits.delete(ordinal);
          model.delete(ordinal);
        }
        bits.addAll(other);
        for (const ordinal of other) model.add(ordinal);
        expect([...bits]).toEqual(ascending(model));
        expect([...bits.toArray()]).toEqual(ascending(model));
        expect(bits.count()).toBe(model.size);
        expect(bits.isEmpty()).toBe(model.size === 0);
        expect(ascending(Array(260).keys()).filter((i) => bits.has(i))).toEqual(ascending(model));
      }),
      { numRuns: 1_000 },
    );
  });

  it('combines like Set, whatever the capacities', () => {
    fc.assert(
      fc.property(ordinals, ordinals, (a, b) => {
        const right = BitSet.from(b);
        const [inA, inB] = [new Set(a), new Set(b)];
        expect([...BitSet.from(a).intersect(right)]).toEqual(ascending(a.filter((i) => inB.has(i))));
        expect([...BitSet.from(a).union(right)]).toEqual(ascending([...a, ...b]));
        expect([...BitSet.from(a).subtract(right)]).toEqual(ascending(a.filter((i) => !inB.has(i))));
        expect([...right]).toEqual(ascending(b));
        expect(BitSet.from(a).countCommon(right)).toBe([...inA].filter((i) => inB.has(i)).length);
        const isSame = inA.size === inB.size && a.every((i) => inB.has(i));
        expect(BitSet.from(a).equals(right)).toBe(isSame);
        expect(BitSet.from(a).equals(BitSet.from([...a, 1_000]))).toBe(false);
        expect(BitSet.from([...a, 1_000]).equals(BitSet.from(a))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts from 0', () => {
    for (const count of [0, 1, 31, 32, 33, 64, 100]) {
      expect([...BitSet.range(count)]).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(BitSet.range(count).equals(BitSet.from(Array(count).keys()))).toBe(true);
    }
  });

  it('copies', () => {
    const original = BitSet.from([1, 40]);
    const copy = original.clone();
    copy.add(2);
    copy.delete(40);
    expect([...original]).toEqual([1, 40]);
  });

  it('lays bit i out as bit i & 31 of word i >> 5', () => {
    expect([...BitSet.from([0, 31, 33]).words.subarray(0, 2)]).toEqual([0x8000_0001, 2]);
  });
});
