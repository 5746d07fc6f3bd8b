import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { SEARCH_OPTIONS } from '../../src/api/search.ts';
import { type BadInput, expectRefusal, type Refusal, SECRET, sharedDatabase, shelfOf } from './refusal.ts';

const VECTOR = [1, 2, 3];

/** `search` in the collection `books`, given the query. */
const SEARCHES: readonly BadInput[] = [
  {
    what: 'the effort of another family',
    given: { vector: VECTOR, nprobe: 8 },
    code: 'QUERY_INVALID',
    says: ['nprobe is an option of another family', 'expected efSearch', 'give recall instead'],
    details: { option: 'nprobe', expected: 'efSearch', family: 'hnsw' },
  },
  ...(
    [
      ['k of 0', { k: 0 }, '"k" is 0', 1, 10_000],
      ['a negative k', { k: -3 }, '"k" is -3', 1, 10_000],
      ['a fractional k', { k: 2.5 }, '"k" is 2.5', 1, 10_000],
      ['k above the limit', { k: 10_001 }, '"k" is 10001', 1, 10_000],
      ['k that is NaN', { k: Number.NaN }, '"k" is NaN', 1, 10_000],
      ['infinite k', { k: Number.POSITIVE_INFINITY }, '"k" is Infinity', 1, 10_000],
      ['no effort', { efSearch: 0 }, '"efSearch" is 0', 1, 10_000],
      ['too much effort', { efSearch: 1e6 }, '"efSearch" is 1000000', 1, 10_000],
      ['too little recall', { recall: 0.4 }, '"recall" is 0.4', 0.5, 0.999],
      ['more recall than an index can promise', { recall: 1 }, '"recall" is 1', 0.5, 0.999],
      ['too little oversampling', { oversample: 0.5 }, '"oversample" is 0.5', 1, 100],
      [
        'minScore that is NaN',
        { minScore: Number.NaN },
        '"minScore" is NaN',
        expect.any(Number),
        expect.any(Number),
      ],
    ] as const
  ).map(
    ([what, options, problem, min, max]): BadInput => ({
      what,
      given: { vector: VECTOR, ...options },
      code: 'OPTION_OUT_OF_RANGE',
      says: [problem, 'expected a', 'from '],
      details: { option: Object.keys(options)[0], min, max },
    }),
  ),
  ...(
    [
      ['k as text', { k: '5' }, '"k" is a string, expected an integer from 1 to 10000'],
      ['k as a bigint', { k: 5n }, '"k" is the bigint 5, expected an integer'],
      ['k that is null', { k: null }, '"k" is null, expected an integer'],
      ['exact as text', { exact: 'yes' }, '"exact" is a string, expected true or false'],
      ['explain as a number', { explain: 1 }, '"explain" is the number 1, expected true or false'],
      ['minScore as text', { minScore: '0.5' }, '"minScore" is a string, expected a number'],
      ['include as text', { include: 'vector' }, 'include is a string, expected an array of vector,'],
      ['include that is null', { include: null }, 'include is null, expected an array'],
      [
        'an unknown part',
        { include: ['vectors'] },
        'include has "vectors", expected vector, document, metadata',
      ],
      ['an unknown part', { include: ['documnt'] }, 'did you mean "document"?'],
      ['a part that is no text', { include: [null] }, 'include has null, expected vector'],
    ] as const
  ).map(
    ([what, options, problem]): BadInput => ({
      what,
      given: { vector: VECTOR, ...options },
      code: 'OPTION_INVALID',
      says: [problem],
      details: { option: Object.keys(options)[0], received: expect.any(String) },
    }),
  ),
  ...(
    [
      ['topK', { topK: 5 }, 'unknown option "topK"'],
      ['a misspelt filter', { filtr: { year: 1 } }, 'unknown option "filtr"; did you mean "filter"?'],
      ['efsearch', { efsearch: 10 }, 'unknown option "efsearch"; did you mean "efSearch"?'],
      ['min_score', { min_score: 0 }, 'did you mean "minScore"?'],
      ['incldue', { incldue: [] }, 'did you mean "include"?'],
    ] as const
  ).map(
    ([what, options, problem]): BadInput => ({
      what,
      given: { vector: VECTOR, ...options },
      code: 'OPTION_UNKNOWN',
      says: [problem, 'known: vector, text, id, '],
      details: { known: Object.keys(SEARCH_OPTIONS) },
    }),
  ),
  ...(
    [
      ['nothing to look near', {}, 'received none of them', []],
      ['only a filter', { filter: {} }, 'received none of them', []],
      ['a vector and an id', { vector: VECTOR, id: 'a' }, 'received vector and id', ['vector', 'id']],
      ['text and null', { text: SECRET, vector: null }, 'received vector and text', ['vector', 'text']],
    ] as const
  ).map(
    ([what, given, problem, received]): BadInput => ({
      what,
      given,
      code: 'QUERY_INVALID',
      says: ['expected exactly one of vector, text, image, id and examples', problem],
      details: { expected: ['vector', 'text', 'image', 'id', 'examples'], received },
    }),
  ),
  ...(
    [
      ['no query', undefined, 'QUERY_INVALID', 'received none of them'],
      ['null', null, 'OPTION_INVALID', 'options are null, expected an object of vector, text, id'],
      ['a vector alone', VECTOR, 'OPTION_INVALID', 'options are an array of 3, expected an object of vector'],
      ['floats alone', Float32Array.from(VECTOR), 'OPTION_INVALID', 'options are a Float32Array'],
      ['text alone', SECRET, 'OPTION_INVALID', 'options are a string, expected an object of vector'],
      ['a function', () => VECTOR, 'OPTION_INVALID', 'options are a function'],
      ['text that is none', { text: 5 }, 'QUERY_INVALID', 'text is the number 5, expected a string'],
      ['text that is null', { text: null }, 'QUERY_INVALID', 'text is null, expected a string'],
      [
        'text where nothing embeds it',
        { text: SECRET },
        'EMBEDDING_MISSING',
        'searching by text needs an embedding',
      ],
      ['an id that is none', { id: 5 }, 'ID_INVALID', 'id is the number 5, expected a non-empty string'],
      ['an empty id', { id: '' }, 'ID_INVALID', 'id is an empty string'],
      ['an id that is not there', { id: 'nobody' }, 'RECORD_NOT_FOUND', 'no record has the id "nobody"'],
    ] as const
  ).map(([what, given, code, problem]): BadInput => ({ what, given, code, says: [problem] })),
];

/** Filters that are no filters, with what is said about them. */
const FILTERS: readonly (Refusal & { readonly filter: unknown })[] = [
  ...(
    [
      [null, 'filter is null, expected an object of fields and operators'],
      [SECRET, 'filter is a string, expected an object'],
      [[{ year: 1 }], 'filter is an array of 1, expected an object'],
      [() => true, 'filter is a function, expected an object'],
      [new Map([['year', 1]]), 'filter is an object (Map), expected an object'],
      [{ year: undefined }, 'filter.year is undefined'],
      [{ year: { $gt: undefined } }, 'filter.year.$gt is undefined, expected a number or a string'],
      [{ year: { $gt: true } }, 'filter.year.$gt is the boolean true, expected a number or a string'],
      [{ year: { $lt: Number.NaN } }, 'filter.year.$lt is the number NaN, expected a finite number'],
      [{ year: { $in: 1997 } }, 'filter.year.$in is the number 1997, expected an array of values'],
      [{ year: { $in: [1n] } }, 'filter.year.$in[0] is the bigint 1'],
      [{ year: { $exists: 'yes' } }, 'filter.year.$exists is a string, expected true or false'],
      [{ year: new Date(0) }, 'filter.year is an object (Date)'],
      [{ year: {} }, 'filter.year is an empty condition'],
      [{ year: { $gt: 1, plain: 2 } }, 'filter.year mixes operators with plain keys'],
      [{ $and: [] }, 'filter.$and is an empty array, expected at least one filter'],
      [{ $or: { year: 1 } }, 'filter.$or is an object (Object), expected an array of filters'],
      [{ $not: null }, 'filter.$not is null, expected an object'],
      [{ $gt: 3 }, 'filter.$gt belongs to a field'],
      [{ year: { $and: [] } }, 'filter.year.$and goes around fields'],
      [{ 'a..b': 1 }, 'has an empty step in its path'],
      [{ '': 1 }, 'has an empty step in its path'],
      [nestedNot(33), 'is nested deeper than 32 levels'],
      [cyclic(), 'is nested deeper than 32 levels'],
    ] as const
  ).map(([filter, problem]) => ({ filter, code: 'FILTER_INVALID' as const, says: [problem] })),
  ...(
    [
      [{ year: { $get: 1990 } }, 'unknown operator "$get"; did you mean "$gte"?', '$get'],
      [{ year: { $regex: SECRET.slice(0, 2) } }, 'unknown operator "$regex" (known: $eq,', '$regex'],
      [{ $nor: [{ year: 1 }] }, 'unknown operator "$nor"; did you mean "$not"?', '$nor'],
      [{ year: { $GT: 1 } }, 'did you mean "$gt"?', '$GT'],
    ] as const
  ).map(([filter, problem, operator]) => ({
    filter,
    code: 'FILTER_OPERATOR_UNKNOWN' as const,
    says: [problem, 'known: $'],
    details: { operator },
  })),
];

function nestedNot(levels: number): object {
  let filter: object = { year: 1 };
  for (let level = 0; level < levels; level++) filter = { $not: filter };
  return filter;
}

function cyclic(): object {
  const filter: Record<string, unknown> = {};
  filter['$or'] = [filter, filter];
  return filter;
}

const LISTS: readonly BadInput[] = (
  [
    ['a page of 0', { limit: 0 }, 'OPTION_OUT_OF_RANGE', '"limit" is 0, expected an integer from 1 to 10000'],
    ['too long a page', { limit: 10_001 }, 'OPTION_OUT_OF_RANGE', '"limit" is 10001, expected an integer'],
    ['an unknown order', { order: 'down' }, 'OPTION_INVALID', '"order" is "down", expected one of asc, desc'],
    ['DESC', { order: 'DESC' }, 'OPTION_INVALID', 'did you mean "desc"?'],
    ['orderby', { orderby: 'id' }, 'OPTION_UNKNOWN', 'unknown option "orderby"; did you mean "orderBy"?'],
    ['an offset', { offset: 10 }, 'OPTION_UNKNOWN', 'unknown option "offset" (known: filter, orderBy'],
    ['orderBy that is null', { orderBy: null }, 'OPTION_INVALID', 'orderBy is null, expected "id", "seq" or'],
    ['orderBy that is empty', { orderBy: '' }, 'OPTION_INVALID', 'orderBy is an empty string, expected "id"'],
    ['orderBy with an empty step', { orderBy: 'a..b' }, 'OPTION_INVALID', 'orderBy is "a..b", expected "id"'],
    ['orderBy that is an operator', { orderBy: '$gt' }, 'OPTION_INVALID', 'orderBy is "$gt", expected "id"'],
    [
      'orderBy without a prototype',
      { orderBy: Object.create(null) },
      'OPTION_INVALID',
      'orderBy is an object',
    ],
    ['null', null, 'OPTION_INVALID', 'options are null, expected an object of filter, orderBy'],
    ['a filter that is null', { filter: null }, 'FILTER_INVALID', 'filter is null'],
    ['a cursor that is a number', { cursor: 3 }, 'CURSOR_INVALID', 'the cursor is the number 3'],
    ['a cursor that is null', { cursor: null }, 'CURSOR_INVALID', 'start without a cursor'],
    ['a cursor that nobody gave', { cursor: SECRET }, 'CURSOR_INVALID', 'that no page of `list` gave'],
    [
      'a cursor of JSON, but nobody gave it',
      { cursor: cursorOf(null) },
      'CURSOR_INVALID',
      'is a string that no page',
    ],
    [
      'a cursor of something else',
      { cursor: cursorOf({ query: 1 }) },
      'CURSOR_INVALID',
      'is a string that no page',
    ],
  ] as const
).map(([what, given, code, problem]) => ({ what, given, code, says: [problem] }));

function cursorOf(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

describe('in a stocked database', () => {
  const database = sharedDatabase();

  it.each(SEARCHES)('search refuses $what', async ({ given, says, ...refusal }) => {
    const shelf = await shelfOf(database());
    const told = { ...refusal, says: ['collection "books"', ...says] };
    await expectRefusal(database(), () => shelf.search(given), told);
  });

  it.each(LISTS)('list refuses $what', async ({ given, says, ...refusal }) => {
    const shelf = await shelfOf(database());
    const told = { ...refusal, says: ['list collection "books": ', ...says] };
    await expectRefusal(database(), () => shelf.list(given), told);
  });

  it.each(FILTERS)(
    'a filter is refused wherever it is given: $says.0',
    async ({ filter, says, ...refusal }) => {
      const shelf = await shelfOf(database());
      const told = (thing: string) => ({ ...refusal, says: [`${thing} collection "books": `, ...says] });
      const search = () => shelf.search({ vector: VECTOR, filter });
      await expectRefusal(database(), search, told('search in'));
      await expectRefusal(database(), () => shelf.count(filter), told('count'));
      await expectRefusal(database(), () => shelf.list({ filter }), told('list'));
      await expectRefusal(database(), () => shelf.remove({ filter }), told('remove from'));
    },
  );

  it.each([
    [
      'nothing',
      undefined,
      'OPTION_INVALID',
      'the target is undefined, expected an id, an array of ids or { filter }',
    ],
    ['null', null, 'OPTION_INVALID', 'the target is null, expected an id'],
    ['a number', 5, 'OPTION_INVALID', 'the target is the number 5, expected an id'],
    ['no filter', {}, 'OPTION_INVALID', 'an object without a filter'],
    ['an undefined filter', { filter: undefined }, 'OPTION_INVALID', 'the filter {} stands for all records'],
    [
      'a misspelt filter',
      { fliter: {} },
      'OPTION_UNKNOWN',
      'unknown option "fliter"; did you mean "filter"?',
    ],
    [
      'a filter and ids',
      { filter: {}, ids: ['a'] },
      'OPTION_UNKNOWN',
      'unknown option "ids" (known: filter)',
    ],
    ['a bare filter', { year: 1997 }, 'OPTION_UNKNOWN', 'unknown option "year" (known: filter)'],
    ['a record', { id: 'a', vector: VECTOR }, 'OPTION_UNKNOWN', 'unknown option "id"'],
    ['an empty id', '', 'ID_INVALID', 'id is an empty string'],
    ['an id that is a number', ['a', 5], 'ID_INVALID', 'id is the number 5'],
    ['a hole', new Array(1), 'ID_INVALID', 'id is undefined'],
    ['half of a surrogate pair', '\ude00', 'ID_INVALID', 'half of a surrogate pair'],
    ['too long an id', 'x'.repeat(513), 'ID_TOO_LARGE', 'has 513 bytes, expected at most 512'],
  ] as const)('remove refuses %s', async (_, target, code, problem) => {
    const shelf = await shelfOf(database());
    const told = { code, says: ['remove from collection "books": ', problem] };
    await expectRefusal(database(), () => shelf.remove(target), told);
  });

  it.each([
    ['nothing', [], 'ID_INVALID', 'id is undefined, expected a non-empty string'],
    ['null', [null], 'ID_INVALID', 'id is null'],
    ['a number', [7], 'ID_INVALID', 'id is the number 7'],
    ['a set', [new Set(['a'])], 'ID_INVALID', 'id is an object (Set)'],
    ['an array with null', [['a', null]], 'ID_INVALID', 'id is null'],
    ['a hole', [new Array(1)], 'ID_INVALID', 'id is undefined'],
    ['a part as text', ['a', 'vector'], 'OPTION_INVALID', 'include is a string, expected an array'],
    ['an unknown part', ['a', ['metdata']], 'OPTION_INVALID', 'did you mean "metadata"?'],
    ['null for the parts', ['a', null], 'OPTION_INVALID', 'include is null'],
  ] as const)('get refuses %s', async (_, args, code, problem) => {
    const shelf = await shelfOf(database());
    const told = { code, says: ['get from collection "books": ', problem] };
    await expectRefusal(database(), () => shelf.get(...args), told);
  });
});

describe('a cursor', () => {
  const database = sharedDatabase();

  async function cursorFrom(query: object): Promise<string> {
    const { cursor } = (await (await shelfOf(database())).list({ limit: 1, ...query })) as Awaited<
      ReturnType<Collection['list']>
    >;
    expect(cursor).toEqual(expect.any(String));
    return cursor ?? '';
  }

  it.each([
    { of: {}, to: { orderBy: 'id' } },
    { of: { orderBy: 'id' }, to: { orderBy: 'year' } },
    { of: { orderBy: 'year' }, to: { orderBy: 'year', order: 'desc' } },
    { of: { filter: { year: { $gt: 1 } } }, to: {} },
    { of: { filter: { year: { $gt: 1 } } }, to: { filter: { year: { $gt: 2 } } } },
  ])('of $of is refused by $to', async ({ of, to }) => {
    const shelf = await shelfOf(database());
    const cursor = await cursorFrom(of);
    await expectRefusal(database(), () => shelf.list({ ...to, cursor }), {
      code: 'CURSOR_INVALID',
      says: ['belongs to another query', 'keep filter, orderBy and order the same'],
      details: { received: 'a cursor of another query' },
    });
  });

  it('of another collection is refused', async () => {
    const cursor = await cursorFrom({});
    const notes = await shelfOf(database(), 'notes');
    await expectRefusal(database(), () => notes.list({ cursor }), {
      code: 'CURSOR_INVALID',
      says: ['list collection "notes"', 'belongs to another query'],
    });
  });

  it.each([
    ['a key of another type', { key: { year: 1 } }],
    ['a key that is no number', { key: 'x' }],
    ['no key', { key: undefined }],
  ])('that somebody changed to have %s is refused', async (_, change) => {
    const shelf = await shelfOf(database());
    const position = JSON.parse(Buffer.from(await cursorFrom({}), 'base64url').toString()) as object;
    await expectRefusal(database(), () => shelf.list({ cursor: cursorOf({ ...position, ...change }) }), {
      code: 'CURSOR_INVALID',
      says: ['that no page of `list` gave'],
    });
  });

  it('may be used with another length of page and other parts', async () => {
    const shelf = await shelfOf(database());
    const cursor = await cursorFrom({});
    expect(await shelf.list({ cursor, limit: 5, include: [] })).toMatchObject({
      records: [{ id: 'b' }, { id: 'c' }],
    });
  });
});
