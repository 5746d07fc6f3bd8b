import { parse as csvParse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsvRecords } from './csv-records.ts';
import { readCsv, typedCell } from './csv-rows.ts';
import { INPUT_START, type RowEnd } from './rows.ts';

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '🙂', ',', '"', '\n', '\r\n', ' ', ';') });

describe('readCsv', () => {
  it('reads what RFC 4180 writes, as csv-parse does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';'),
        fc.integer({ min: 1, max: 9 }),
        async (rows, lineBreak, delimiter, chunkBytes) => {
          const text = rows.map((row) => row.map(quoted).join(delimiter)).join(lineBreak);
          const records = await Array.fromAsync(
            readCsvRecords(chunks(Buffer.from(text), chunkBytes), INPUT_START, delimiter),
          );
          expect(records.map((record) => record.kind === 'record' && record.cells)).toEqual(rows);
          expect(records.at(-1)?.end.byte).toBe(Buffer.byteLength(text));
          const options = { delimiter, relax_column_count: true, record_delimiter: lineBreak };
          expect(csvParse(text, options)).toEqual(rows);
        },
      ),
    );
  });

  it('reads unquoted cells as csv-parse does', async () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ','), minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(plain.filter((line) => line.trim() !== '')), async (lines) => {
        const text = lines.join('\n');
        const records = await Array.fromAsync(readCsvRecords(chunks(Buffer.from(text), 5), INPUT_START, ','));
        const cells = records.map((record) => record.kind === 'record' && record.cells);
        expect(cells).toEqual(csvParse(text, { relax_column_count: true }));
      }),
    );
  });

  it('names the fields by the header and leaves out empty cells', async () => {
    const rows = await read('id,year,note\r\na,,"two\nlines"\r\nb,1997,"say ""hi"""\r\n');
    expect(rows).toMatchObject([
      { kind: 'row', line: 2, end: { line: 3 } },
      { kind: 'row', line: 4, end: { line: 4 } },
    ]);
    expect(fieldsOf(rows)).toEqual([
      { id: 'a', note: 'two\nlines' },
      { id: 'b', year: '1997', note: 'say "hi"' },
    ]);
  });

  it('goes on in the middle with the header that it knows', async () => {
    const text = 'id,n\na,1\nb,2\n';
    const [first] = await read(text);
    const from = first?.end ?? INPUT_START;
    const rest = await read(text.slice(from.byte), from);
    expect(fieldsOf(rest)).toEqual([{ id: 'b', n: '2' }]);
    expect(rest).toMatchObject([{ line: 3, end: { byte: text.length, line: 3, header: ['id', 'n'] } }]);
  });

  it.each([
    ['a,b\n1\n', 2, 1, '2 cells as in the header (there are 1)'],
    ['a,b\n1,2,3\n', 2, 1, '2 cells as in the header (there are 3)'],
    ['a,b\n1,5" pipe\n', 2, 4, 'a quoted cell where there are quotes in it'],
    ['a,b\n"1"x,2\n', 2, 4, 'the delimiter "," after a closing quote'],
    ['a,b\n1,"2\n', 2, 3, 'a closing quote for the quote here'],
  ])('%j: line %d, column %d, expected %s', async (text, line, column, expected) => {
    expect(await read(text)).toMatchObject([{ kind: 'bad', line, column, expected }]);
  });

  it('loses one record to a quote that is never closed', async () => {
    const rows = await read('a,b\n1,"2\n3,4\n"5",6\n7,8\n');
    expect(rows.map((row) => [row.kind, row.line])).toEqual([
      ['bad', 4],
      ['row', 3],
      ['row', 4],
      ['row', 5],
    ]);
    expect(rows.map((row) => row.end.line)).toEqual([2, 3, 4, 5]);
  });

  it.each([
    ['a,,c\n1,2,3\n', 'a name for every column in the header'],
    ['a,b,a\n1,2,3\n', 'a different name for every column in the header'],
    ['a,"b\n', 'a closing quote for the quote here'],
  ])('stops at a wrong header: %j', async (text, expected) => {
    expect(await read(text)).toMatchObject([{ kind: 'bad', line: 1, expected, fatal: true }]);
  });
});

describe('typedCell', () => {
  it.each([
    ['1997', 1997],
    ['-0.5', -0.5],
    ['1e+21', 1e21],
    ['007', '007'],
    ['1.50', '1.50'],
    ['Infinity', 'Infinity'],
    ['-0', '-0'],
    ['true', true],
    ['True', 'True'],
    ['["x",1]', ['x', 1]],
    ['{"a":null}', { a: null }],
    ['[not json', '[not json'],
    ['null', 'null'],
  ])('%j says %j', (cell, value) => expect(typedCell(cell)).toEqual(value));
});

function read(text: string, from: RowEnd = INPUT_START) {
  return Array.fromAsync(readCsv(chunks(Buffer.from(text), 6), from, ','));
}

function fieldsOf(rows: Awaited<ReturnType<typeof read>>) {
  return rows.map((row) => (row.kind === 'row' ? Object.fromEntries(row.fields) : row));
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

async function* chunks(bytes: Buffer, chunkBytes: number) {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
}
