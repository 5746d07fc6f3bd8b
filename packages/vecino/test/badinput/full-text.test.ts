import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { type BadInput, type Refusal, refusalOf, SECRET, type Shelf } from './refusal.ts';

const VECTOR = [1, 2, 3];

async function opened(fullText?: unknown): Promise<Shelf> {
  const db = await open(':memory:');
  onTestFinished(() => db.close());
  const create = db.collection.bind(db) as unknown as (name: string, options: unknown) => Promise<Shelf>;
  return create('books', { dimension: 3, ...(fullText !== undefined && { fullText }) });
}

/** `search` in a collection whose texts are indexed, given the query. */
const SEARCHES: readonly BadInput[] = [
  ...(
    [
      ['words as a number', { fullText: 7 }, 'fullText is the number 7, expected a string, true or'],
      ['words that are null', { fullText: null }, 'fullText is null, expected a string'],
      ['words that are false', { fullText: false }, 'fullText is the boolean false, expected a string'],
      [
        'no words in an object',
        { fullText: { match: 'all' } },
        'fullText.query is undefined, expected a string',
      ],
      [
        'the words of no text',
        { fullText: true, vector: VECTOR },
        'there is no text; give the words themselves',
      ],
      [
        'fusion without words',
        { vector: VECTOR, fusion: {} },
        'only something to look near, expected both; add fullText',
      ],
      [
        'fusion without nearness',
        { fullText: SECRET, fusion: {} },
        'only words, expected both; add text, vector or id',
      ],
      [
        'weights of nothing',
        { fullText: SECRET, vector: VECTOR, fusion: { weights: { vector: 0, fullText: 0 } } },
        'both weights are 0',
      ],
      ['two vectors beside words', { fullText: SECRET, vector: VECTOR, id: 'a' }, 'received vector and id'],
      [
        'more words than a query has',
        { fullText: Array.from({ length: 1_025 }, (_, i) => `word${i}`).join(' ') },
        'fullText has 1025 different words, expected at most 1024',
      ],
    ] as const
  ).map(([what, given, problem]): BadInput => ({ what, given, code: 'QUERY_INVALID', says: [problem] })),
  ...(
    [
      ['an infinite weight', { weights: { vector: Number.POSITIVE_INFINITY } }, '"vector" is Infinity'],
      ['a weight that is NaN', { weights: { fullText: Number.NaN } }, '"fullText" is NaN'],
      ['a negative weight', { weights: { vector: -1 } }, '"vector" is -1, expected a number from 0 to 1000'],
      ['no candidates', { candidates: 0 }, '"candidates" is 0, expected an integer from 1 to 10000'],
      ['a negative rank constant', { rankConstant: -1 }, '"rankConstant" is -1'],
    ] as const
  ).map(
    ([what, fusion, problem]): BadInput => ({
      what,
      given: { fullText: SECRET, vector: VECTOR, fusion },
      code: 'OPTION_OUT_OF_RANGE',
      says: ['search in collection "books": fusion', problem],
    }),
  ),
  {
    what: 'an unknown way to fuse',
    given: { fullText: SECRET, vector: VECTOR, fusion: { method: 'rff' } },
    code: 'OPTION_INVALID',
    says: ['"method" is "rff", expected one of rrf, weighted'],
  },
  {
    what: 'the weight of an unknown side',
    given: { fullText: SECRET, vector: VECTOR, fusion: { weights: { text: 1 } } },
    code: 'OPTION_UNKNOWN',
    says: ['fusion: weights: unknown option "text"'],
  },
  {
    what: 'another way to match',
    given: { fullText: { query: SECRET, match: 'some' } },
    code: 'OPTION_INVALID',
    says: ['"match" is "some", expected one of any, all'],
  },
];

/** The option of a new collection. */
const OPTIONS: readonly (Refusal & { readonly what: string; readonly given: unknown })[] = [
  ...(
    [
      ['false', false, 'fullText is the boolean false, expected true or an object of language, fields'],
      ['a language as it is', 'english', 'fullText is a string, expected true or an object'],
      [
        'an unknown language',
        { language: 'englisch' },
        '"language" is "englisch", expected one of none, arabic',
      ],
      [
        'no fields',
        { fields: [] },
        'fullText.fields is an array of 0, expected an array of 1 to 32 different names',
      ],
      ['one field', { fields: 'title' }, 'fullText.fields is a string, expected an array'],
      ['a field twice', { fields: ['title', 'title'] }, 'an array with a name twice'],
      ['a field without a name', { fields: [''] }, 'fullText.fields is an array with an empty string'],
      ['an operator', { fields: ['$title'] }, 'fullText.fields is an array with "$title"'],
      [
        'a listener that is none',
        { onProgress: 1 },
        'fullText.onProgress is the number 1, expected a function',
      ],
    ] as const
  ).map(([what, given, problem]) => ({ what, given, code: 'OPTION_INVALID' as const, says: [problem] })),
  {
    what: 'an unknown option',
    given: { lang: 'german' },
    code: 'OPTION_UNKNOWN',
    says: ['fullText: unknown option "lang"'],
  },
];

describe('a search by words is refused', () => {
  it.each(SEARCHES)('with $what', async ({ given, ...refusal }) => {
    const shelf = await opened(true);
    await refusalOf(() => shelf.search(given), refusal);
  });

  it('where texts are not indexed', async () => {
    const shelf = await opened();
    await refusalOf(() => shelf.search({ fullText: SECRET }), {
      code: 'FULL_TEXT_MISSING',
      says: ['search in collection "books"', 'open it with `{ fullText: true }`'],
    });
  });
});

describe('an index of texts is refused', () => {
  it.each(OPTIONS)('of $what', async ({ given, ...refusal }) => {
    await refusalOf(() => opened(given), refusal);
  });
});

describe('any text', () => {
  it.each([
    '',
    '"',
    '*',
    '""',
    'a AND',
    'NOT',
    '(',
    'words : x',
    'x"*',
    "'; DROP TABLE records; --",
    '\0',
    '- ^ {a b}',
  ])('such as %j is a query', async (query) => {
    const shelf = await opened(true);
    await shelf.add([{ id: 'a', vector: VECTOR, document: 'nothing of it' }]);
    expect(Array.isArray(await shelf.search({ fullText: query }))).toBe(true);
    expect(await shelf.search({ fullText: query, vector: VECTOR })).toMatchObject([{ id: 'a' }]);
  });
});
