import { describe, expect, it } from 'vitest';
import { pairLines, tableLines } from './table.ts';

const shout = (text: string) => text.toUpperCase();

describe('tableLines', () => {
  it('aligns by what a terminal shows', () => {
    const rows = [
      { name: '日本', records: 12 },
      { name: 'docs', records: 1_000 },
    ];
    const columns = [
      { title: 'name', cell: (row: (typeof rows)[0]) => row.name },
      { title: 'records', align: 'right', cell: (row: (typeof rows)[0]) => String(row.records) },
    ] as const;
    expect(tableLines(columns, rows, shout)).toEqual(['NAME  RECORDS', '日本       12', 'docs     1000']);
  });
});

describe('pairLines', () => {
  it('aligns the values', () => {
    const pairs = [
      ['a', '1'],
      ['long', '2'],
    ] as const;
    expect(pairLines(pairs, shout)).toEqual(['A     1', 'LONG  2']);
  });
});
