import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { Column } from './column.ts';

const scalar = fc.constantFrom<JsonValue>('a', 'b', '', 'ü', 1, 2, 0.5, true, false, null);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.constantFrom<JsonValue>({ a: 1 }, [{ a: 1 }, 'a'], [['a']], [null, null]),
);

function columnOf(values: readonly (JsonValue | undefined)[]): Column {
  const column = new Column('v');
  for (const [slot, v] of values.entries()) column.set(slot, v === undefined ? {} : { v });
  return column;
}

/** Taken in by pieces, as who pauses in between does. */
function counted(column: Column, slots: BitSet, piece = 7): Map<JsonValue, number> {
  const counting = column.counting();
  const all = slots.toArray();
  for (let from = 0; from < all.length; from += piece) counting.add(all.subarray(from, from + piece));
  const values = [...counting.values(slots)];
  const counts = new Map(values.map((one) => [one.value, one.count]));
  expect(counts.size, 'each value once').toBe(values.length);
  return counts;
}

function naive(values: readonly (JsonValue | undefined)[], slots: BitSet): Map<JsonValue, number> {
  const counts = new Map<JsonValue, number>();
  for (const slot of slots) {
    const one = values[slot];
    for (const part of new Set(Array.isArray(one) ? one : [one])) {
      if (part === undefined || (typeof part === 'object' && part !== null)) continue;
      counts.set(part, (counts.get(part) ?? 0) + 1);
    }
  }
  return counts;
}

describe('ValueCounts', () => {
  it('agrees with counting one by one, also after values have gone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(value, { nil: undefined }), { maxLength: 60 }),
        fc.array(fc.nat(59)),
        fc.array(fc.nat(59)),
        (values, wanted, removed) => {
          const column = columnOf(values);
          for (const slot of removed) column.delete(slot);
          const left = values.map((one, slot) => (removed.includes(slot) ? undefined : one));
          const slots = BitSet.from(wanted);
          expect(counted(column, slots)).toEqual(naive(left, slots));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('counts elements by their slots where there are many different arrays', () => {
    const values = Array.from(
      { length: 3_000 },
      (_, i): JsonValue =>
        i % 5 === 0 ? `t${i % 7}` : [`t${i % 7}`, i % 400, `t${i % 7}`, i % 3 === 0, ['in']],
    );
    const column = columnOf(values);
    for (const slots of [BitSet.range(3_000), BitSet.from([0, 1, 2, 5, 2_999])]) {
      expect(counted(column, slots, 512)).toEqual(naive(values, slots));
    }
  });

  it('counts numbers that the column does not index, beside the same ones in arrays', () => {
    const values = Array.from({ length: 70_000 }, (_, i): JsonValue => i);
    for (let i = 0; i < 200; i++) values.push([69_000 + i, -1], 69_000 + i);
    const slots = BitSet.range(values.length);
    expect(counted(columnOf(values), slots, 65_536)).toEqual(naive(values, slots));
  });
});
