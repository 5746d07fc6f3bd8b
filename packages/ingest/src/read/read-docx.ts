import mammoth from 'mammoth';
import { readHtml } from './read-html.ts';
import type { Reading } from './reading.ts';

/** A document of Word: mammoth makes headings, lists and tables of its styles, and pictures are left out. */
export async function readDocx(bytes: Uint8Array): Promise<Reading> {
  const pictures = mammoth.images.imgElement(async () => ({ src: '' }));
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage: pictures });
  return readHtml(value);
}
