import { describe, expect, it } from 'vitest';
import { endsStretch, isLoneLetter, wordsOf } from './words.ts';

describe('wordsOf', () => {
  it.each([
    ['A school of Magic, 1997!', ['a', 'school', 'of', 'magic', '1997']],
    ['snake_case kebab-case a.b', ['snake', 'case', 'kebab', 'case', 'a', 'b']],
    ["the school's l'école don't", ['the', 'school', 's', 'l', 'ecole', 'don', 't']],
    ['', []],
    ['?! " * ( ) - : NEAR/2 ^', ['near', '2']],
    ['Ærøskøbing Straße Łódź ÇA', ['aeroskobing', 'strasse', 'lodz', 'ca']],
    ['ＦＵＬＬ ﬁne', ['full', 'fine']],
    ['İstanbul IĞDIR', ['istanbul', 'igdir']],
    ['Ёлка й', ['елка', 'й']],
    ['Ἀθῆναι ΟΔΟΣ', ['αθηναι', 'οδοσ']],
    ['مُحَمَّد שָׁלוֹם', ['محمد', 'שלום']],
    ['हिन्दी', ['हिन्दी']],
    ['a\0b', ['a', 'b']],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('of scripts without spaces are pairs, and the last letter', () => {
    expect(wordsOf('全文検索')).toEqual(['全文', '文検', '検索', '索']);
    expect(wordsOf('AI検索2')).toEqual(['ai', '検索', '索', '2']);
    expect(wordsOf('学校에서')).toEqual(['学校', '校에', '에서', '서']);
    expect(wordsOf('𠮷野')).toEqual(['𠮷野', '野']);
  });

  it('are cut where they are longer than words are', () => {
    expect(wordsOf('x'.repeat(1_000))).toEqual(['x'.repeat(64)]);
    expect(wordsOf('é'.repeat(1_000))).toEqual(['e'.repeat(64)]);
  });

  it('of composed and decomposed letters are the same', () => {
    const text = 'École über naïve Ελλάδα 한국어';
    expect(wordsOf(text.normalize('NFD'))).toEqual(wordsOf(text));
  });
});

describe('a lone letter', () => {
  it('ends a stretch where the pair before has it', () => {
    const words = wordsOf('検索 索');
    expect(words).toEqual(['検索', '索', '索']);
    expect(words.map((_, i) => endsStretch(words, i))).toEqual([false, true, false]);
  });

  it('is one of a script without spaces only', () => {
    expect(['索', 'a', '検索', ''].map(isLoneLetter)).toEqual([true, false, false, false]);
  });
});
