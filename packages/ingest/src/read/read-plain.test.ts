import { describe, expect, it } from 'vitest';
import { readCode, readPlain } from './read-plain.ts';
import type { Reading } from './reading.ts';

const pieces = ({ text, blocks }: Reading) => blocks.map(({ start, end }) => text.slice(start, end));

describe('plain text', () => {
  it('has a paragraph between empty lines, whatever the line ends', () => {
    expect(pieces(readPlain('\n  one\ntwo  \n\n \t\nthree\n'))).toEqual(['one\ntwo', 'three']);
    expect(pieces(readPlain('one\r\ntwo\r\n\r\nthree'))).toEqual(['one\r\ntwo', 'three']);
    expect(pieces(readPlain(' \n\n'))).toEqual([]);
  });
});

describe('source code', () => {
  it('keeps what is indented, and what closes it, with what it belongs to', () => {
    const text = '// A comment.\nfunction f() {\n  one();\n\n  two();\n\n}\n\nconst x = 1;\n';
    expect(pieces(readCode(text))).toEqual([
      '// A comment.\nfunction f() {\n  one();\n\n  two();\n\n}',
      'const x = 1;',
    ]);
  });
});
