/**
 * Bounds of what is sent to the model's thread at once. 256 texts are enough to find neighbours of equal
 * length to share a batch (measured: 3 % padding); a million characters are copied in about a millisecond.
 */
const TEXTS_MAX = 256;
const CHARACTERS_MAX = 1_000_000;

/** Cuts the texts into runs of bounded size; a single text that is longer makes a portion of its own. */
export function* portions(texts: readonly string[]): Generator<readonly string[]> {
  let start = 0;
  let characters = 0;
  for (const [end, text] of texts.entries()) {
    characters += text.length;
    const full = end - start === TEXTS_MAX || (characters > CHARACTERS_MAX && end > start);
    if (!full) continue;
    yield texts.slice(start, end);
    start = end;
    characters = text.length;
  }
  if (start < texts.length) yield texts.slice(start);
}
