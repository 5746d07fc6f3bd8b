import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelFile } from './model-file.ts';
import { loadTokenCounter, loadTokenizer } from './tokenizer.ts';

const CLS = 101;
const SEP = 102;
const UNKNOWN = 100;

describe('tokenizer', () => {
  const tokenize = loadTokenizer();
  const encode = (text: string) => tokenize(text).ids;
  const read = (name: string) => JSON.parse(readFileSync(modelFile(name), 'utf8')) as object;
  const whole = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));

  it('frames a text with its two tokens, an empty one too', () => {
    expect(encode('Hello, world!')).toEqual([CLS, 7592, 1010, 2088, 999, SEP]);
    expect(encode('')).toEqual([CLS, SEP]);
    expect(encode(' \n\t ')).toEqual([CLS, SEP]);
  });

  it('does not see case and accents', () => {
    expect(encode('NAÏVE Café')).toEqual(encode('naive cafe'));
  });

  it('cuts after 256 tokens and keeps the separator', () => {
    const ids = encode('word '.repeat(1_000));
    expect(ids).toHaveLength(256);
    expect(ids[0]).toBe(CLS);
    expect(ids[254]).toBe(2773);
    expect(ids[255]).toBe(SEP);
    expect(encode('word '.repeat(254))).toHaveLength(256);
  });

  it('tells how many tokens it has cut off, and about how many of a text that it has not read to its end', () => {
    expect(tokenize('word '.repeat(254)).cut).toBe(0);
    expect(tokenize('word '.repeat(255)).cut).toBe(1);
    expect(tokenize('word '.repeat(800)).cut).toBe(546);
    expect(Math.abs(tokenize('word '.repeat(100_000)).cut / 99_746 - 1)).toBeLessThan(0.01);
  });

  it('gives a long text the tokens that tokenising all of it gives', () => {
    const word = fc.oneof(
      fc.constantFrom('the', 'electroencephalographically', '東京', 'naïve', '😀', 'don’t', 'x'.repeat(150)),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom(' '.repeat(5_000), 'a'.repeat(5_000), '\u0301'.repeat(5_000), '東'.repeat(300)),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 400 }), (words) => {
        const text = words.join(' ');
        const { ids } = whole.encode(text);
        expect(encode(text)).toEqual(ids.length <= 256 ? ids : [...ids.slice(0, 255), SEP]);
      }),
      { numRuns: 60 },
    );
  });

  it('takes what JavaScript takes for text: unpaired surrogates, control characters, a megabyte', () => {
    expect(encode('\ud800')[0]).toBe(CLS);
    expect(encode('a\udc00b').at(-1)).toBe(SEP);
    expect(encode('\u0000\u0007')).toEqual([CLS, SEP]);
    expect(encode('x'.repeat(1 << 20))).toEqual([CLS, UNKNOWN, SEP]);
    expect(encode(' '.repeat(1 << 20))).toEqual([CLS, SEP]);
    expect(encode('lorem ipsum '.repeat(90_000))).toHaveLength(256);
  });
});

describe('token counter', () => {
  const count = loadTokenCounter();

  it('leaves out what frames a text, and cuts nothing', () => {
    expect(count('')).toBe(0);
    expect(count('Hello, world!')).toBe(4);
    expect(count('word '.repeat(1_000))).toBe(1_000);
  });
});
