import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow } from 'docx';
import { describe, expect, it } from 'vitest';
import { readBytes } from './formats.ts';

function written(): Promise<Buffer> {
  const cell = (text: string) => new TableCell({ children: [new Paragraph(text)] });
  const children = [
    new Paragraph({ text: 'The harbour', heading: HeadingLevel.HEADING_1 }),
    new Paragraph('The tide comes in twice a day.'),
    new Table({ rows: [new TableRow({ children: [cell('high'), cell('low')] })] }),
  ];
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

describe('DOCX', () => {
  it('is read as headings, paragraphs and tables', async () => {
    const { text, blocks } = await readBytes(await written(), 'docx');
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['heading', 'The harbour'],
      ['paragraph', 'The tide comes in twice a day.'],
      ['table', 'high | low'],
    ]);
  });

  it('that is cut off is refused', async () => {
    const bytes = await written();
    const half = bytes.subarray(0, bytes.length >> 1);
    await expect(readBytes(half, 'docx')).rejects.toThrow('it is no docx, or damaged');
  });

  it('with a password is refused, and said to have one', async () => {
    await expect(readBytes(Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'docx')).rejects.toThrow(
      'it needs a password',
    );
  });
});
