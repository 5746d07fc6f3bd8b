import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth, oneLine } from './display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['né', 2],
    ['ne\u0301', 2],
    ['日本', 4],
    ['한글', 4],
    ['👩‍👩‍👧 ok', 5],
    ['❤️', 2],
    ['', 0],
  ])('of %j is %d', (text, width) => expect(displayWidth(text)).toBe(width));
});

describe('oneLine', () => {
  it('leaves nothing that moves the cursor', () => {
    expect(oneLine('a\n\tb\u001b[31mred\u202e ')).toBe('a b [31mred');
  });
});

describe('cutToWidth', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
  ])('cuts %j to %d', (text, width, cut) => expect(cutToWidth(text, width)).toBe(cut));

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        expect(displayWidth(cutToWidth(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
