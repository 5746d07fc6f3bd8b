/** Scripts written without spaces: models have about a token for each of their characters. */
const CHARACTER = String.raw`[\p{Ideographic}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]`;
const PIECES = new RegExp(
  String.raw`${CHARACTER}|[[\p{L}\p{M}\p{N}]--${CHARACTER}]+|[^\s\p{L}\p{M}\p{N}]`,
  'gv',
);

/** Words up to this length are mostly known to a model as a whole; others are made of parts. */
const WHOLE_WORD_CHARACTERS = 6;
const PART_CHARACTERS = 4;

/**
 * About how many tokens a language model makes of a text, where its tokenizer is not at hand: one for a word of up to
 * six letters, one for each four letters of a longer word, one for any other character that is no space. Compared
 * with the tokenizer of MiniLM that is 4 to 6 % too many for prose in Markdown, TypeScript and type declarations; a
 * quarter of the characters, the usual rule, was 12 to 17 % too few.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    tokens += piece.length <= WHOLE_WORD_CHARACTERS ? 1 : Math.ceil(piece.length / PART_CHARACTERS);
  }
  return tokens;
}
