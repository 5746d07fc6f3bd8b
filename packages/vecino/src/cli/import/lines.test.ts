import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './lines.ts';
import { INPUT_START, type RowEnd } from './rows.ts';

describe('readLines', () => {
  it('gives the lines and where each one ends, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '🙂', '\r', '"') })),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (texts, chunkBytes, endsWithBreak) => {
          const whole = texts.join('\n') + (endsWithBreak ? '\n' : '');
          const lines = await all(whole, chunkBytes);
          const expected = whole === '' ? [] : whole.replace(/\n$/, '').split('\n');
          expect(lines.map((line) => line.kind === 'line' && line.text)).toEqual(expected);
          expect(lines.at(-1)?.end.byte ?? 0).toBe(Buffer.byteLength(whole));
        },
      ),
    );
  });

  it('goes on from where a line ended', async () => {
    const whole = 'first\nsecond\nthird';
    const [first] = await all(whole, 4);
    const from = first?.end ?? INPUT_START;
    const rest = await all(whole.slice(from.byte), 3, from);
    expect(rest.map((line) => line.kind === 'line' && [line.number, line.text])).toEqual([
      [2, 'second'],
      [3, 'third'],
    ]);
  });

  it('leaves out a byte order mark', async () => {
    expect(await all('\ufeffa\n', 2)).toMatchObject([{ text: 'a', end: { byte: 5, line: 1 } }]);
  });

  it('names the column of what is not UTF-8, and goes on after it', async () => {
    const bytes = Buffer.concat([Buffer.from('é\ufffd'), Buffer.of(0xff, 0x61, 10), Buffer.from('b')]);
    expect(await all(bytes, 3)).toMatchObject([
      { kind: 'bad', line: 1, column: 3, expected: 'UTF-8 text' },
      { kind: 'line', number: 2, text: 'b' },
    ]);
  });

  it('does not keep a line without end in memory', async () => {
    const lines = await all(`ok\n${'x'.repeat(100)}\nok`, 7, INPUT_START, 50);
    expect(lines).toMatchObject([
      { kind: 'line', text: 'ok' },
      { kind: 'bad', line: 2, end: { byte: 104, line: 2 } },
      { kind: 'line', number: 3, text: 'ok' },
    ]);
  });
});

function all(text: string | Buffer, chunkBytes: number, from: RowEnd = INPUT_START, lineBytesMax?: number) {
  return Array.fromAsync(readLines(chunks(Buffer.from(text), chunkBytes), from, lineBytesMax));
}

async function* chunks(bytes: Buffer, chunkBytes: number) {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
}
