import { describe, expect, it } from 'vitest';
import { RowIds } from './row-ids.ts';

const rows = ['a', 'b', 'a', 'a', 'c'];
const idsOf = (name: string, texts: readonly string[]) => {
  const ids = new RowIds(name);
  return texts.map((text) => ids.next(text));
};

describe('RowIds', () => {
  it('gives equal rows different ids', () => {
    expect(new Set(idsOf('f', rows)).size).toBe(rows.length);
  });

  it('gives the same ids again, also when it goes on in the middle', () => {
    const all = idsOf('f', rows);
    const first = new RowIds('f');
    rows.slice(0, 2).forEach((row) => void first.next(row));
    expect(idsOf(first.state, rows.slice(2))).toEqual(all.slice(2));
  });

  it('leaves earlier ids alone when rows are appended, and tells files apart', () => {
    expect(idsOf('f', [...rows, 'd']).slice(0, rows.length)).toEqual(idsOf('f', rows));
    expect(idsOf('g', rows)[0]).not.toBe(idsOf('f', rows)[0]);
  });
});
