import { describe, expect, it } from 'vitest';
import { readCsv, readJsonl } from './read-rows.ts';
import type { Reading } from './reading.ts';

const rows = ({ text, blocks }: Reading) =>
  blocks.map(({ row, start, end }) => [row, text.slice(start, end)]);

describe('CSV', () => {
  it.each([',', ';', '\t', '|'])('has a block for each row, parted by %j', (delimiter) => {
    const text = `name,notes\nAda,"first, and\nforemost"\n\nBob,\n`.replace(/,(?! )/g, delimiter);
    expect(rows(readCsv(text))).toEqual([
      [1, 'name: Ada\nnotes: first, and\nforemost'],
      [2, 'name: Bob'],
    ]);
  });

  it('that is damaged is refused with the line', () => {
    expect(() => readCsv('a,b\n1,"2\n')).toThrow(expect.objectContaining({ code: 'INPUT_MALFORMED' }));
    expect(() => readCsv('a,b\n1,"2\n')).toThrow(/line/);
  });
});

describe('JSONL', () => {
  it('has a block for each object, with the paths of its values', () => {
    const text = '{"a":{"b":1,"c":[1,"x"]},"d":null}\n\n"alone"\n{"e":[{"f":true}]}\n';
    expect(rows(readJsonl(text))).toEqual([
      [1, 'a.b: 1\na.c: 1, x'],
      [2, 'alone'],
      [3, 'e.0.f: true'],
    ]);
  });

  it('that is damaged is refused with the line', () => {
    expect(() => readJsonl('{}\n\n{"a":')).toThrow('line 3 is not JSON');
  });
});
