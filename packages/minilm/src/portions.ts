/** A run of the caller's texts. */
export interface Portion {
  /** The position of the first. */
  readonly start: number;
  readonly texts: readonly string[];
}

/**
 * Bounds of what is sent to a thread at once. 32 texts are about half a second of work, so that threads end
 * at about the same time and a call that is cancelled leaves little behind; a million characters are copied
 * in about a millisecond.
 */
const TEXTS_MAX = 32;
const CHARACTERS_MAX = 1_000_000;

/** Cuts the texts into runs of bounded size; a single text that is longer makes a portion of its own. */
export function* portions(texts: readonly string[]): Generator<Portion> {
  let start = 0;
  let characters = 0;
  for (const [end, text] of texts.entries()) {
    characters += text.length;
    const full = end - start === TEXTS_MAX || (characters > CHARACTERS_MAX && end > start);
    if (!full) continue;
    yield { start, texts: texts.slice(start, end) };
    start = end;
    characters = text.length;
  }
  if (start < texts.length) yield { start, texts: texts.slice(start) };
}
