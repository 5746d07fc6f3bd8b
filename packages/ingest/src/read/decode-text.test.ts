import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

const SENTENCE =
  'Die Größe der Bäume überraschte uns; café, naïve, señor: schön wäre es, müßte man nicht zählen. ';

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

describe('text is told from its bytes', () => {
  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(SENTENCE)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${SENTENCE}`)],
    ['UTF-16 with a mark', utf16(`\ufeff${SENTENCE}`, false)],
    ['UTF-16 with a mark, the other way round', utf16(`\ufeff${SENTENCE}`, true)],
    ['UTF-16 without', utf16(SENTENCE, false)],
    ['UTF-16 without, the other way round', utf16(SENTENCE, true)],
    ['Latin-1', Buffer.from(SENTENCE, 'latin1')],
  ])('in %s', (_, bytes) => {
    expect(decodeText(bytes)).toBe(SENTENCE);
  });

  it.each<[string, Uint8Array]>([
    ['zero bytes', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])],
    ['control characters', Buffer.from(Array.from({ length: 400 }, (_, i) => 1 + ((i * 37) % 255)))],
  ])('unless it is full of %s', (_, bytes) => {
    expect(() => decodeText(bytes)).toThrow(/^not a text/);
  });
});
