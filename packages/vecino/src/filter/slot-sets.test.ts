import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitSet } from '../base/bit-set.ts';
import { SlotSets } from './slot-sets.ts';

function members(sets: SlotSets, code: number): number[] {
  const slots = new BitSet();
  sets.uniteInto(code, slots);
  return [...slots];
}

describe('SlotSets', () => {
  it('agrees with Set while sets grow from one member to a bitmap and shrink again', () => {
    const change = fc.record({ code: fc.nat({ max: 2 }), slot: fc.nat({ max: 300 }), isAdded: fc.boolean() });
    const run = fc.record({
      code: fc.nat({ max: 2 }),
      from: fc.nat({ max: 300 }),
      length: fc.nat({ max: 150 }),
      isAdded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(change, run), { maxLength: 20 }), (changes) => {
        const sets = new SlotSets();
        const model = [new Set<number>(), new Set<number>(), new Set<number>()];
        for (const one of changes) {
          const slots =
            'slot' in one ? [one.slot] : Array.from({ length: one.length }, (_, i) => one.from + i);
          for (const slot of slots) {
            if (one.isAdded) {
              sets.add(one.code, slot);
              model[one.code]?.add(slot);
            } else {
              sets.remove(one.code, slot);
              model[one.code]?.delete(slot);
            }
          }
        }
        for (const [code, set] of model.entries()) {
          expect(members(sets, code)).toEqual([...set].sort((a, b) => a - b));
          expect(sets.size(code)).toBe(set.size);
          const even = BitSet.from(Array.from({ length: 150 }, (_, i) => 2 * i));
          expect(sets.countAmong(code, even)).toBe([...set].filter((slot) => even.has(slot)).length);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('turns long lists into bitmaps and short bitmaps into lists', () => {
    const sets = new SlotSets();
    for (let slot = 0; slot < 64_000; slot++) sets.add(0, slot);
    expect(sets.bytes()).toBeLessThan(64_000);
    for (let slot = 10; slot < 64_000; slot++) sets.remove(0, slot);
    expect(sets.bytes()).toBeLessThan(400);
    expect(members(sets, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
