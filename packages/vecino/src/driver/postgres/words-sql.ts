import type { FullTextSettings } from '../../storage/store.ts';
import { analyzerOf } from '../../text/analyzer.ts';
import type { ParsedQuery, Term } from '../../text/parse-query.ts';
import { readTexts } from '../../text/record-texts.ts';

/*
 * Words are found by PostgreSQL's own index of texts and analysed by ours, so that the same texts match as in a folder:
 * a tsvector has each word twice in its place, as it is (`w…`) and as its stem (`s…`). Stems find inflected forms,
 * words serve phrases and prefixes. What differs is the score: `ts_rank` in the place of BM25.
 */

/** Beyond this position a tsvector knows no order, and phrases would be found that are not there. */
const POSITION_MAX = 16_383;

/** Makes the tsvector of a record, as text; undefined where a text has too many words for one. */
export function wordsWriter({
  language,
  fields,
}: FullTextSettings): (document: string | null, metadata: string) => string | undefined {
  const analyzer = analyzerOf(language);
  const textsOf = readTexts(fields);
  return (document, metadata) => {
    const { words, stems } = analyzer.analyze(textsOf(document, metadata));
    if (words === '') return '';
    const positions = new Map<string, number[]>();
    const allStems = stems.split(' ');
    for (const [i, word] of words.split(' ').entries()) {
      if (i >= POSITION_MAX) return undefined;
      note(positions, `w${word}`, i + 1);
      note(positions, `s${allStems[i] ?? word}`, i + 1);
    }
    return Array.from(positions, ([lexeme, at]) => `${quotedLexeme(lexeme)}:${at.join()}`).join(' ');
  };
}

function note(positions: Map<string, number[]>, lexeme: string, position: number): void {
  const known = positions.get(lexeme);
  if (known) known.push(position);
  else positions.set(lexeme, [position]);
}

/** A parsed query as a tsquery, as text. */
export function tsqueryOf({ terms, match }: ParsedQuery): string {
  return terms.map((term) => `(${termOf(term)})`).join(match === 'all' ? ' & ' : ' | ');
}

function termOf(term: Term): string {
  if (term.kind === 'stem') return quotedLexeme(`s${term.stem}`);
  const last = term.words.length - 1;
  return term.words
    .map((word, i) => `${quotedLexeme(`w${word}`)}${term.isOpen && i === last ? ':*' : ''}`)
    .join(' <-> ');
}

/** Terms consist of letters, digits and marks only; that nothing else gets in is made sure of here as well. */
function quotedLexeme(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
