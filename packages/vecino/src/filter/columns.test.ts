import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { FilterColumns } from './columns.ts';
import { parseFilter } from './parse.ts';

function built(paths: string[], rows: JsonObject[]): FilterColumns {
  const columns = new FilterColumns();
  columns.begin(paths);
  for (const [slot, row] of rows.entries()) columns.load(slot, row);
  columns.finish();
  return columns;
}

function answer(columns: FilterColumns, filter: object, slots: number): number[] {
  return [...columns.evaluate(parseFilter('search', filter), BitSet.range(slots))];
}

describe('FilterColumns', () => {
  it('says which paths a predicate lacks', () => {
    const columns = built(['a'], []);
    const predicate = parseFilter('search', { a: 1, $or: [{ b: 1 }, { 'c.d': 1 }] });
    expect(columns.missing(predicate)).toEqual(['b', 'c.d']);
    columns.begin(['b']);
    expect(columns.missing(predicate)).toEqual(['b', 'c.d']);
    columns.finish();
    expect(columns.missing(predicate)).toEqual(['c.d']);
  });

  it('refuses to build twice at once and to read what is not built', () => {
    const columns = new FilterColumns();
    columns.begin(['a']);
    expect(() => columns.begin(['b'])).toThrow('filter columns are being built already');
    expect(() => answer(columns, { a: 1 }, 1)).toThrow('the filter column of "a" is missing');
    columns.abandon();
    columns.begin(['a']);
    columns.finish();
    expect(answer(columns, { a: { $exists: false } }, 2)).toEqual([0, 1]);
  });

  it('lets a write win over a row that was read before it, and keeps rows that were written and loaded', () => {
    const columns = new FilterColumns();
    columns.begin(['a']);
    columns.load(0, { a: 'old' });
    columns.set(0, { a: 'new' });
    columns.set(1, { a: 'new' });
    columns.load(1, { a: 'old' });
    columns.delete(2);
    columns.load(2, { a: 'old' });
    columns.load(3, { a: 'old' });
    columns.finish();
    expect(answer(columns, { a: 'new' }, 4)).toEqual([0, 1]);
    expect(answer(columns, { a: 'old' }, 4)).toEqual([3]);
    expect(columns.valueAt('a', 2)).toBeUndefined();
  });

  it('answers only live slots, also beyond those it has seen', () => {
    const columns = built(['a'], [{ a: 1 }, { a: 2 }, { a: 1 }]);
    const live = BitSet.from([1, 2, 100]);
    expect([...columns.evaluate(parseFilter('search', { a: 1 }), live)]).toEqual([2]);
    expect([...columns.evaluate(parseFilter('search', { a: { $ne: 1 } }), live)]).toEqual([1, 100]);
    expect([...columns.evaluate(parseFilter('search', {}), live)]).toEqual([1, 2, 100]);
    expect([...live]).toEqual([1, 2, 100]);
  });

  it('answers values for ordering', () => {
    const rows = [
      { a: -0.5 },
      { a: 'x' },
      { a: null },
      { a: [1, { b: 2 }] },
      {},
      { a: true },
      { a: { c: 1 } },
    ];
    const columns = built(['a'], rows);
    expect(rows.map((_, slot) => columns.valueAt('a', slot))).toEqual(
      rows.map((row) => row['a' as keyof typeof row]),
    );
    expect(columns.valueAt('a', 1_000)).toBeUndefined();
  });

  it('finds numbers beyond those it indexes', () => {
    const rows = Array.from({ length: 70_000 }, (_, i) => ({ price: i + 0.5 }));
    const columns = built(['price'], rows);
    expect(answer(columns, { price: 3.5 }, 70_000)).toEqual([3]);
    expect(answer(columns, { price: 69_999.5 }, 70_000)).toEqual([69_999]);
    expect(answer(columns, { price: { $in: [69_998.5, 3.5, 69_999.5, 0, -0, 1e9] } }, 70_000)).toEqual([
      3, 69_998, 69_999,
    ]);
    expect(columns.valueAt('price', 69_999)).toBe(69_999.5);

    // A number that leaves the index and comes back while the index is closed.
    columns.set(3, {});
    columns.set(3, { price: 3.5 });
    expect(answer(columns, { price: 69_997.5 }, 70_000)).toEqual([69_997]);
    columns.set(69_999, { price: 3.5 });
    columns.set(69_998, { price: -0 });
    expect(answer(columns, { price: 3.5 }, 70_000)).toEqual([3, 69_999]);
    expect(answer(columns, { price: { $in: [0, 3.5] } }, 70_000)).toEqual([3, 69_998, 69_999]);
    columns.delete(3);
    expect(answer(columns, { price: 3.5 }, 70_000)).toEqual([69_999]);
  });

  it('answers wide and narrow ranges of many texts', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      isbn: String((i * 7_919) % 10_000).padStart(5, '0'),
    }));
    const columns = built(['isbn'], rows);
    expect(answer(columns, { isbn: { $gte: '05000' } }, 10_000)).toHaveLength(5_000);
    expect(answer(columns, { isbn: { $gt: '05000', $lt: '05003' } }, 10_000)).toHaveLength(2);
    expect(answer(columns, { isbn: { $contains: '999' } }, 10_000)).toHaveLength(19);
  });

  it('estimates its memory', () => {
    const columns = built(['a'], [{ a: 'text' }, { a: 5 }, { a: ['x'] }]);
    expect(columns.bytes).toBeGreaterThan(1_000);
    expect(built([], []).bytes).toBe(0);
  });
});
