import { buffer } from 'node:stream/consumers';
import PdfDocument from 'pdfkit';
import { describe, expect, it } from 'vitest';
import { readPdf } from './read-pdf.ts';

async function printed(
  options: PDFKit.PDFDocumentOptions,
  write: (pdf: PDFKit.PDFDocument) => void,
): Promise<Buffer> {
  const pdf = new PdfDocument({ size: 'A5', ...options });
  write(pdf);
  pdf.end();
  return buffer(pdf);
}

const LONG = 'The tide comes in twice a day, and twice a day the boats lie dry on the sand. '
  .repeat(4)
  .trim();

describe('PDF', () => {
  it('is read as headings and paragraphs, with their pages', async () => {
    const bytes = await printed({}, (pdf) => {
      pdf.fontSize(22).text('The harbour').moveDown();
      pdf.fontSize(11).text(LONG).moveDown().text('A second paragraph.');
      pdf.addPage().fontSize(22).text('The sea').moveDown();
      pdf.fontSize(11).text('On another page.');
    });
    const { text, blocks } = await readPdf(bytes);
    expect(blocks.map(({ kind, start, end, page }) => [kind, page, text.slice(start, end)])).toEqual([
      ['heading', 1, 'The harbour'],
      ['paragraph', 1, LONG],
      ['paragraph', 1, 'A second paragraph.'],
      ['heading', 2, 'The sea'],
      ['paragraph', 2, 'On another page.'],
    ]);
  });

  it('with a password is refused, and said to have one', async () => {
    const bytes = await printed({ userPassword: 'secret', pdfVersion: '1.7' }, (pdf) => pdf.text('hidden'));
    await expect(readPdf(bytes)).rejects.toThrow('it needs a password');
  });

  it('without text is refused', async () => {
    const bytes = await printed({}, (pdf) => pdf.rect(10, 10, 100, 100).fill());
    await expect(readPdf(bytes)).rejects.toThrow('it has no text');
  });

  it('that is none, or damaged, is refused', async () => {
    await expect(readPdf(Buffer.from('hello'))).rejects.toThrow('it is no PDF, or a damaged one');
  });
});
