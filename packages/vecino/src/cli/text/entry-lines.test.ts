import { describe, expect, it } from 'vitest';
import { displayWidth } from './display-width.ts';
import { entryLines, wholeEntryLines } from './entry-lines.ts';

const dim = (text: string) => `~${text}~`;
const entries = [
  { id: 'a', document: 'A boy learns\nthat he is a wizard.', metadata: { year: 1997 } },
  { id: 'longer', metadata: {} },
  { id: 'v', vector: Float32Array.of(0.1, -0) },
];

describe('entryLines', () => {
  it('aligns documents, and dims the rest below', () => {
    expect(entryLines(entries, ['1  ', '2  ', '3  '], { width: undefined, dim })).toEqual([
      '1  a       A boy learns that he is a wizard.',
      '           ~{"year":1997}~',
      '2  longer',
      '3  v       ~[0.1,-0]~',
    ]);
  });

  it('keeps to the width of the terminal', () => {
    const lines = entryLines(entries, ['1  ', '2  ', '3  '], { width: 30, dim: String });
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(30);
    expect(lines[0]).toBe('1  a       A boy learns that…');
  });

  it('does not walk through a document of a megabyte', () => {
    const [line = ''] = entryLines([{ id: 'a', document: 'x'.repeat(1 << 20) }], [''], { width: 20, dim });
    expect(line).toBe(`a  ${'x'.repeat(16)}…`);
  });
});

describe('wholeEntryLines', () => {
  it('cuts nothing', () => {
    expect(entries.flatMap((entry) => wholeEntryLines(entry, { dim: String }))).toEqual([
      'a',
      '  document  A boy learns that he is a wizard.',
      '  metadata  {"year":1997}',
      'longer',
      'v',
      '  vector  [0.1,-0]',
    ]);
  });
});
