/** Some of the caller's texts. */
export interface Portion {
  /** Where in the call each of the texts was. */
  readonly positions: readonly number[];
  readonly texts: readonly string[];
}

/**
 * Bounds of what is sent to a thread at once. 32 texts are about half a second of work, so that threads end
 * at about the same time and a call that is cancelled leaves little behind; a million characters are copied
 * in about a millisecond.
 */
const TEXTS_MAX = 32;
const CHARACTERS_MAX = 1_000_000;

/**
 * Cuts the texts into portions of bounded size, the longest texts first; a single text that is longer makes a portion
 * of its own. Texts of about equal length so come together, and next to nothing of a run of the model is padding:
 * 400 glosses of WordNet took 3 to 6 % less processor time than in their own order.
 */
export function* portions(texts: readonly string[]): Generator<Portion> {
  const longestFirst = [...texts.keys()].sort((a, b) => lengthAt(texts, b) - lengthAt(texts, a));
  let positions: number[] = [];
  let characters = 0;
  for (const position of longestFirst) {
    const length = lengthAt(texts, position);
    if (positions.length === TEXTS_MAX || (positions.length > 0 && characters + length > CHARACTERS_MAX)) {
      yield portionOf(texts, positions);
      positions = [];
      characters = 0;
    }
    positions.push(position);
    characters += length;
  }
  if (positions.length > 0) yield portionOf(texts, positions);
}

function lengthAt(texts: readonly string[], position: number): number {
  return texts[position]?.length ?? 0;
}

function portionOf(texts: readonly string[], positions: readonly number[]): Portion {
  return { positions, texts: positions.map((position) => texts[position] ?? '') };
}
