const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Emoji, and the scripts that East Asian Width calls wide, in the blocks where they live. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|.*\ufe0f)/u;

/** Zero-width characters that stand alone, such as a combining mark without a base. */
const INVISIBLE = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point})+$/u;

/** What would move the cursor, end the line or reverse the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNPRINTABLE = /[\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g;

/** How many columns a terminal gives to a text. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** A text as one line that cannot harm the terminal: line breaks, tabs and control characters become a space. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

/** The text, or its beginning and an ellipsis where it is wider than `width` columns. */
export function cutToWidth(text: string, width: number): string {
  let taken = 0;
  let roomy = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    taken += graphemeWidth(segment);
    if (taken > width) return width < 1 ? '' : `${text.slice(0, roomy).trimEnd()}…`;
    if (taken < width) roomy = index + segment.length;
  }
  return text;
}

function graphemeWidth(grapheme: string): number {
  if (grapheme >= ' ' && grapheme <= '~') return 1;
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
