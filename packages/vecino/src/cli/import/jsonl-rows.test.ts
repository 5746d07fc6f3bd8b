import { describe, expect, it } from 'vitest';
import { readJsonl } from './jsonl-rows.ts';
import { INPUT_START } from './rows.ts';

describe('readJsonl', () => {
  it('reads one object a line and passes over empty lines', async () => {
    const rows = await read('{"id":"a","n":1}\n\n  \r\n{"id":"b"}\r\n');
    expect(rows).toMatchObject([
      { kind: 'row', line: 1, end: { byte: 17, line: 1 } },
      { kind: 'row', line: 4, end: { byte: 34, line: 4 } },
    ]);
    expect(rows.map((row) => row.kind === 'row' && Object.fromEntries(row.fields))).toEqual([
      { id: 'a', n: 1 },
      { id: 'b' },
    ]);
  });

  it.each([
    ['{"id":"a"', 10, '"," or "}"'],
    ['{"id":a}', 7, 'a JSON value'],
    ['  [1]', 3, 'a JSON object'],
    ['null', 1, 'a JSON object'],
  ])('%j: column %d, expected %s', async (text, column, expected) => {
    expect(await read(`{}\n${text}\n{}`)).toMatchObject([
      { kind: 'row', line: 1 },
      { kind: 'bad', line: 2, column, expected },
      { kind: 'row', line: 3 },
    ]);
  });
});

async function* once(bytes: Buffer) {
  yield bytes;
}

function read(text: string) {
  return Array.fromAsync(readJsonl(once(Buffer.from(text)), INPUT_START));
}
