import type { Analyzer } from './analyzer.ts';
import { endsStretch, isLoneLetter, wordsOf } from './words.ts';

/** Something that a record may have: a stem, or words side by side, of which the last may go on. */
export type Term =
  | { readonly kind: 'stem'; readonly stem: string }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isOpen: boolean };

/** Terms of a query, each once, and whether a record must have all of them. */
export interface ParsedQuery {
  readonly terms: readonly Term[];
  readonly match: 'any' | 'all';
}

/** A stretch in quotes, where the last quote may be missing; or a stretch of anything else up to a space or quote. */
const STRETCH = /"([^"]*)"?|[^\s"]+/g;

/**
 * Reads a user's query: words, phrases in quotes, and prefixes with a star at their end. There is no wrong query.
 * Only letters, digits and marks get into the terms, whatever the text has.
 */
export function parseQuery(analyzer: Analyzer, text: string, match: 'any' | 'all'): ParsedQuery {
  const words: string[] = [];
  const others: Term[] = [];
  for (const [stretch, quoted] of text.matchAll(STRETCH)) {
    const all = wordsOf(quoted ?? stretch);
    const found = all.filter((_, i) => !endsStretch(all, i));
    const last = found.at(-1);
    if (last === undefined) continue;
    if (quoted !== undefined) others.push(phraseOf(all));
    else {
      const isOpen = OPEN.test(stretch) || isLoneLetter(last);
      if (isOpen) others.push({ kind: 'words', words: [last], isOpen });
      words.push(...(isOpen ? found.slice(0, -1) : found));
    }
  }
  const telling = words.filter((word) => !analyzer.isStopWord(word));
  const wanted = telling.length + others.length === 0 ? words : telling;
  const stems = wanted.map((word): Term => ({ kind: 'stem', stem: analyzer.stem(word) }));
  return { terms: distinct([...stems, ...others]), match };
}

/** A star right behind a letter or digit; any more stars mean the same. */
const OPEN = /[\p{L}\p{N}\p{M}]\*+$/u;

/** The end of the last stretch may be the middle of one in the text; see {@link wordsOf}. */
function phraseOf(all: readonly string[]): Term {
  const words = endsStretch(all, all.length - 1) ? all.slice(0, -1) : all;
  return { kind: 'words', words, isOpen: isLoneLetter(words.at(-1) ?? '') };
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [JSON.stringify(term), term])).values()];
}
