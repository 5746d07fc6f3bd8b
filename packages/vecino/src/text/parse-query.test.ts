import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyzerOf } from './analyzer.ts';
import { parseQuery, type Term } from './parse-query.ts';

const english = analyzerOf('english');

function terms(text: string): string[] {
  return parseQuery(english, text, 'any').terms.map(shown);
}

/** `stem`, `"words side by side"`, with a star where the last may go on. */
function shown(term: Term): string {
  return term.kind === 'stem' ? term.stem : `"${term.words.join(' ')}"${term.isOpen ? '*' : ''}`;
}

describe('parseQuery', () => {
  it.each([
    ['schools of magic', ['school', 'magic']],
    ['magic magical', ['magic']],
    ['"Magic schools" wizard', ['wizard', '"magic schools"']],
    ['"the lord of the rings"', ['"the lord of the rings"']],
    ['magi*', ['"magi"*']],
    ['near-magi**', ['near', '"magi"*']],
    ['school * magic', ['school', 'magic']],
    ['*magic', ['magic']],
    ['"unfinished phrase', ['"unfinished phrase"']],
    ['"" "?" !', []],
    ['the who', ['the', 'who']],
    ['the who band', ['band']],
    ['the "who"', ['"who"']],
    ['title:magic OR NOT (school) NEAR/3 ^x -y', ['titl', 'magic', 'school', 'near', '3', 'x', 'y']],
    ['全文検索', ['全文', '文検', '検索']],
    ['索', ['"索"*']],
    ['"全文検索"', ['"全文 文検 検索"']],
    ['"検索 AI"', ['"検索 索 ai"']],
    ['"AI検"', ['"ai 検"*']],
  ])('of %j gives %j', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it('gives terms of letters and digits only, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { terms } = parseQuery(english, text, 'all');
        const words = terms.flatMap((term) => (term.kind === 'stem' ? [term.stem] : term.words));
        expect(words.filter((word) => !/^[\p{L}\p{N}\p{M}]+$/u.test(word))).toEqual([]);
      }),
    );
  });
});
