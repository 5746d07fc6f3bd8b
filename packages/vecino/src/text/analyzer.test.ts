import { describe, expect, it } from 'vitest';
import { FULL_TEXT_LANGUAGES } from '../api/full-text.ts';
import { analyzerOf } from './analyzer.ts';
import { wordsOf } from './words.ts';

describe('the analyzer', () => {
  it('keeps words and gives a stem in the place of each', () => {
    expect(analyzerOf('english').analyze(['The wizards ran two Schools'])).toEqual({
      words: 'the wizards ran two schools',
      stems: 'the wizard ran two school',
    });
  });

  it('keeps the texts of a record apart', () => {
    const { words, stems } = analyzerOf('english').analyze(['magic', '?', '', 'schools']);
    expect(words).toBe('magic \u{e000} schools');
    expect(stems).toBe('magic \u{e000} school');
  });

  it('gives nothing of nothing', () => {
    expect(analyzerOf('english').analyze([])).toEqual({ words: '', stems: '' });
  });

  /** Inflected forms of one word for some languages, with and without diacritics. */
  it.each([
    ['english', ['connect', 'connected', 'connections']],
    ['german', ['Haus', 'Häuser', 'Hauser']],
    ['french', ['école', 'écoles', 'ECOLES']],
    ['spanish', ['canción', 'cancion', 'canciones']],
    ['italian', ['libro', 'libri']],
    ['portuguese', ['livro', 'livros']],
    ['dutch', ['boek', 'boeken']],
    ['swedish', ['bok', 'boken']],
    ['finnish', ['talo', 'talossa', 'talon']],
    ['russian', ['книга', 'книги', 'книгу']],
    ['turkish', ['kitap', 'kitaplar']],
  ] as const)('of %s finds %j by each other', (language, forms) => {
    const analyzer = analyzerOf(language);
    expect(new Set(forms.map((form) => analyzer.analyze([form]).stems)).size).toBe(1);
  });

  it.each(FULL_TEXT_LANGUAGES)('of %s gives a word for a word, whatever the text', (language) => {
    const analyzer = analyzerOf(language);
    const text = 'constructor toString 1984 école Häuser книги भाषा ελληνικά لغة 全文検索 a s i';
    const { words, stems } = analyzer.analyze([text]);
    expect(words.split(' ')).toEqual(wordsOf(text));
    expect(stems.split(' ')).toHaveLength(wordsOf(text).length);
    expect(stems).not.toMatch(/undefined|["*\s]{2}/);
  });

  it('knows the words that say too little, but no names', () => {
    const { isStopWord } = analyzerOf('english');
    expect(['the', 'of', 's', 't', 'school', 'don'].map(isStopWord)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(analyzerOf('german').isStopWord('uber')).toBe(true);
    expect(analyzerOf('none').isStopWord('the')).toBe(false);
  });
});
