/**
 * Words of a text, as they are compared: in lower case, without diacritics, compatibility forms (full width,
 * ligatures) replaced. What is not a letter, a digit or a mark separates words, apostrophes too, so that "school's"
 * has the word "school".
 *
 * Scripts that put no spaces between words (and Hangul, whose particles cling to the words) give pairs of letters
 * instead, as Lucene's analyzer for them does: "全文検索" gives 全文, 文検, 検索 and, at the end of a stretch, the
 * last letter alone, so that every letter begins a word and can be found as a prefix. `Intl.Segmenter` would cut
 * real words, but by a dictionary that differs between versions of Node: a store would hold words that the same
 * query no longer gives. Two letters are about a word of Chinese, and a phrase of pairs is any stretch of text.
 */
export function wordsOf(text: string): string[] {
  const folded = fold(text);
  if (isAscii(folded)) return folded.match(ASCII_WORD)?.map(cut) ?? [];
  const words: string[] = [];
  for (const [word] of folded.matchAll(WORD)) {
    if (WITHOUT_SPACES.test(word)) addStretches(words, word);
    else words.push(cut(word));
  }
  return words;
}

/** Whether a word is one letter of a script without spaces: the beginning of pairs, or the end of a stretch. */
export function isLoneLetter(word: string): boolean {
  return WITHOUT_SPACES.test(word) && [...word].length === 1;
}

/** Whether the word at this place is only the end of the stretch whose last pair is the word before. */
export function endsStretch(words: readonly string[], place: number): boolean {
  const [before = '', word = ''] = [words[place - 1], words[place]];
  return isLoneLetter(word) && before.endsWith(word) && !isLoneLetter(before);
}

/** What is longer is no word, and FTS5 would cut it as well: both sides of a comparison are cut here. */
const WORD_LENGTH_MAX = 64;

const ASCII = /^[\0-\x7f]*$/;
const ASCII_WORD = /[a-z0-9]+/g;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const SCRIPTS = ['Han', 'Hira', 'Kana', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr'].map(
  (script) => `\\p{scx=${script}}`,
);
const WITHOUT_SPACES = new RegExp(`[${SCRIPTS.join('')}]`, 'u');
/** Stretches of a word: within such scripts, and outside of them. */
const STRETCHES = new RegExp(`[${SCRIPTS.join('')}]+|[^${SCRIPTS.join('')}]+`, 'gu');

/**
 * Marks are taken from Latin and Greek letters, and from Hebrew and Arabic ones, where most writers leave them out;
 * in other scripts they are a part of the spelling (й is no и, and a vowel of Devanagari is a mark).
 */
const MARKS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}][\u0300-\u036f]*)[\u0300-\u036f]+|[\u0591-\u05c7\u064b-\u0652\u0670]/gu;

/** Letters that have no decomposition, and are written otherwise where a keyboard lacks them. */
const REPLACED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  ё: 'е',
};
const TO_REPLACE = new RegExp(`[${Object.keys(REPLACED).join('')}]`, 'g');

function fold(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii(lower)) return lower;
  return lower
    .normalize('NFKD')
    .toLowerCase()
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(TO_REPLACE, (letter) => REPLACED[letter] ?? letter);
}

function isAscii(text: string): boolean {
  return ASCII.test(text);
}

function cut(word: string): string {
  return word.length <= WORD_LENGTH_MAX ? word : [...word].slice(0, WORD_LENGTH_MAX).join('');
}

function addStretches(words: string[], word: string): void {
  for (const [stretch] of word.matchAll(STRETCHES)) {
    if (!WITHOUT_SPACES.test(stretch)) {
      words.push(cut(stretch));
      continue;
    }
    const letters = [...stretch];
    for (let i = 0; i < letters.length; i++) words.push(letters.slice(i, i + 2).join(''));
  }
}
