import { describe, expect, it } from 'vitest';
import { COLLECTION_OPTIONS } from '../../src/api/collection.ts';
import { LIMITS, open } from '../../src/index.ts';
import { type BadInput, expectRefusal, letters, refusalOf, sharedDatabase, type Untyped } from './refusal.ts';

const NAMES: readonly BadInput[] = (
  [
    ['nothing', undefined, 'received undefined'],
    ['null', null, 'received null'],
    ['a number', 5, 'received the number 5'],
    ['a bigint', 5n, 'received the bigint 5'],
    ['an object that is a cycle', cyclic(), 'received an object (Object)'],
    ['an empty name', '', 'received ""'],
    ['a space', ' ', 'received " "'],
    ['a path', '../books', 'received "../books"'],
    ['a NUL character', 'a\0', 'received "a\\u0000"'],
    ['a leading dash', '-books', 'received "-books"'],
    ['an emoji', '\u{1F600}', 'received "\u{1F600}"'],
    ['half of a surrogate pair', 'a\ud83d', 'received "a\\ud83d"'],
    ['too many characters', 'x'.repeat(129), 'of 129 characters'],
  ] as const
).map(([what, given, problem]) => ({
  what,
  given,
  code: 'NAME_INVALID',
  says: ['collection name', problem, 'expected 1 to 128 letters, digits,'],
  details: { lengthMax: LIMITS.nameLengthMax },
}));

/** Names that no namespace can have. */
const NAMESPACES: readonly BadInput[] = (
  [
    ['nothing', undefined, 'the name is undefined'],
    ['a number', 5, 'the name is the number 5'],
    ['an empty name', '', 'the name is an empty string'],
    ['a NUL character', 'a\0', 'the name is a string with control characters'],
    ['half of a surrogate pair', 'a\ud83d', 'the name is a string with control characters or malformed'],
    ['too many characters', 'x'.repeat(129), 'of 129 characters'],
  ] as const
).map(([what, given, problem]) => ({
  what,
  given,
  code: 'NAME_INVALID',
  says: ['namespace of collection "books"', problem, 'expected 1 to 128 characters of text'],
  details: { lengthMax: LIMITS.namespaceLengthMax },
}));

function cyclic(): object {
  const object: Record<string, unknown> = {};
  object['self'] = object;
  return object;
}

/** Options that no collection can have. */
const OPTIONS: readonly BadInput[] = [
  ...(
    [
      ['dimension 0', { dimension: 0 }, '"dimension" is 0, expected an integer from 1 to 8192'],
      [
        'more recall than can be promised',
        { dimension: 3, recall: 1 },
        '"recall" is 1, expected a number from 0.5',
      ],
      ['a negative dimension', { dimension: -1 }, '"dimension" is -1, expected an integer from 1'],
      ['a fractional dimension', { dimension: 3.5 }, '"dimension" is 3.5, expected an integer'],
      [
        'too high a dimension',
        { dimension: 8_193 },
        '"dimension" is 8193, expected an integer from 1 to 8192',
      ],
      [
        'M of 1',
        { index: { family: 'hnsw', M: 1 } },
        'index "hnsw": option "M" is 1, expected an integer from 4 to 64',
      ],
      [
        'no effort',
        { index: { family: 'hnsw', efConstruction: 0 } },
        '"efConstruction" is 0, expected an integer',
      ],
    ] as const
  ).map(
    ([what, given, problem]): BadInput => ({
      what,
      given,
      code: 'OPTION_OUT_OF_RANGE',
      says: [problem],
      details: { min: expect.any(Number), max: expect.any(Number), received: expect.any(Number) },
    }),
  ),
  ...(
    [
      [
        'a dimension as text',
        { dimension: '3' },
        '"dimension" is a string, expected an integer from 1 to 8192',
      ],
      ['a dimension that is null', { dimension: null }, '"dimension" is null, expected an integer'],
      [
        'a misspelt metric',
        { metric: 'cosin' },
        '"metric" is "cosin", expected one of cosine, dot, l2; did you mean "cosine"?',
      ],
      ['an unknown metric', { metric: 'hamming' }, '"metric" is "hamming", expected one of cosine, dot, l2'],
      ['a metric that is none', { metric: 2 }, '"metric" is the number 2, expected cosine, dot, l2'],
      [
        'a misspelt family',
        { index: 'hsnw' },
        '"family" is "hsnw", expected one of auto, flat, hnsw, ivf, pq, lsh; did you mean "hnsw"?',
      ],
      [
        'a family of others',
        { index: { family: 'vamana' } },
        '"family" is "vamana", expected one of auto, flat, hnsw',
      ],
      [
        'an index without a family',
        { index: { M: 8 } },
        '"family" is undefined, expected auto or flat or hnsw',
      ],
      ['an index that is a number', { index: 5 }, '"index" is the number 5, expected auto or flat or hnsw'],
      ['an index that is null', { index: null }, '"index" is null, expected auto or flat or hnsw'],
      [
        'an index that is an array',
        { index: ['hnsw'] },
        '"index" is an array of 1, expected auto or flat or hnsw',
      ],
      [
        'an unknown quantizer',
        { index: { family: 'hnsw', quantizer: 'sq4' } },
        'expected one of none, sq8; did you mean "sq8"?',
      ],
      [
        'an embedding that is null',
        { embedding: null },
        "embedding's name is undefined, expected a non-empty string",
      ],
      ['an embedding that is a name', { embedding: 'minilm' }, "embedding's name is undefined"],
      [
        'an embedding without a function',
        { embedding: { name: 'x', dimension: 3 } },
        "embedding's embed is undefined, expected a function",
      ],
      [
        'an embedding without a name',
        { embedding: { ...letters, name: '' } },
        "embedding's name is an empty string",
      ],
      [
        'an embedding with a variant that is no text',
        { embedding: { ...letters, variant: 7 } },
        "embedding's variant is the number 7, expected a string",
      ],
      [
        'an embedding of no dimension',
        { embedding: { ...letters, dimension: 0 } },
        "embedding's dimension is the number 0, expected an integer from 1 to 8192",
      ],
      ['null', null, 'options are null, expected an object of dimension, metric, embedding, index'],
      ['a dimension alone', 384, 'options are the number 384, expected an object of dimension'],
    ] as const
  ).map(
    ([what, given, problem]): BadInput => ({
      what,
      given,
      code: 'OPTION_INVALID',
      says: [problem],
      details: { received: expect.anything() },
    }),
  ),
  ...(
    [
      ['dimensions', { dimensions: 3 }, 'unknown option "dimensions"; did you mean "dimension"?'],
      ['a misspelt embedding', { embeding: letters }, 'unknown option "embeding"; did you mean "embedding"?'],
      [
        'the option of another database',
        { embeddingFunction: letters },
        'unknown option "embeddingFunction"',
      ],
      [
        'a small m',
        { index: { family: 'hnsw', m: 8 } },
        'index "hnsw": unknown option "m"; did you mean "M"?',
      ],
      [
        'a misspelt effort',
        { index: { family: 'hnsw', efConstuction: 8 } },
        'did you mean "efConstruction"?',
      ],
      ['options of another family', { index: { family: 'flat', M: 8 } }, 'index "flat": unknown option "M"'],
    ] as const
  ).map(([what, given, problem]): BadInput => ({ what, given, code: 'OPTION_UNKNOWN', says: [problem] })),
  {
    what: 'a dimension that is not that of the embedding',
    given: { dimension: 4, embedding: letters },
    code: 'COLLECTION_MISMATCH',
    says: ['dimension is 4', '"letters" makes vectors of 3', 'leave the dimension out'],
    details: { expected: 3, received: 4 },
  },
];

describe('a database', () => {
  const database = sharedDatabase('a folder');
  const untyped = () => database() as unknown as Untyped<ReturnType<typeof database>>;

  const OPENINGS = ['collection', 'createCollection', 'openCollection'] as const;

  it.each(NAMES)('refuses as a name: $what', async ({ given, ...refusal }) => {
    for (const opening of OPENINGS) {
      await expectRefusal(database(), () => untyped()[opening](given, { dimension: 3 }), refusal);
    }
    await expectRefusal(database(), () => untyped().dropCollection(given), refusal);
  });

  it.each(OPTIONS)('refuses as options: $what', async ({ given, says, ...refusal }) => {
    for (const opening of OPENINGS) {
      const told = { ...refusal, says: ['collection "books"', ...says] };
      await expectRefusal(database(), () => untyped()[opening]('books', given), told);
    }
    const told = { ...refusal, says: ['collection "other"', ...says] };
    await expectRefusal(database(), () => untyped().createCollection('other', given), told);
  });

  it('names all options that a collection has', async () => {
    await expectRefusal(database(), () => untyped().collection('books', { x: 1 }), {
      code: 'OPTION_UNKNOWN',
      says: [
        'collection "books": unknown option "x" (known: dimension, metric, embedding, index, recall, vectors, fullText)',
      ],
      details: { option: 'x', known: Object.keys(COLLECTION_OPTIONS) },
    });
  });

  it.each([undefined, {}, { metric: 'l2' }])(
    'refuses to create a collection of no dimension: %j',
    async (given) => {
      for (const opening of ['collection', 'createCollection'] as const) {
        await expectRefusal(database(), () => untyped()[opening]('new', given), {
          code: 'OPTION_INVALID',
          says: [
            'collection "new"',
            'have no dimension',
            'create it with `{ dimension: … }` or `{ embedding: … }`',
          ],
          details: { option: 'dimension' },
        });
      }
    },
  );

  it('refuses to create what exists, whatever the options', async () => {
    for (const dimension of [3, 4]) {
      await expectRefusal(database(), () => database().createCollection('books', { dimension }), {
        code: 'COLLECTION_EXISTS',
        says: ['collection "books" exists already', 'open it, or drop it first'],
        details: { name: 'books' },
      });
    }
  });

  it.each(['openCollection', 'dropCollection'] as const)('%s refuses what is not there', async (method) => {
    await expectRefusal(database(), () => untyped()[method]('boks'), {
      code: 'COLLECTION_NOT_FOUND',
      says: ['collection "boks" is not in', 'did you mean "books"?', 'there are: books, notes'],
      details: { name: 'boks', known: ['books', 'notes'] },
    });
    await expectRefusal(database(), () => untyped()[method]('__proto__'), {
      code: 'COLLECTION_NOT_FOUND',
      says: ['collection "__proto__" is not in', '(there are: books, notes)'],
    });
  });

  it.each([
    [
      'dimension',
      'books',
      { dimension: 4 },
      'COLLECTION_MISMATCH',
      'exists with dimension 3, received 4',
      3,
      4,
    ],
    [
      'metric',
      'books',
      { metric: 'l2' },
      'COLLECTION_MISMATCH',
      'exists with metric cosine, received l2',
      'cosine',
      'l2',
    ],
    [
      'family',
      'books',
      { index: 'flat' },
      'COLLECTION_MISMATCH',
      'exists with index family hnsw, received flat',
      'hnsw',
      'flat',
    ],
    [
      'option of the index',
      'books',
      { index: { family: 'hnsw', M: 8 } },
      'COLLECTION_MISMATCH',
      'exists with index M 16, received 8',
      16,
      8,
    ],
    [
      'embedding where there is none',
      'books',
      { embedding: letters },
      'EMBEDDING_MISMATCH',
      'was created without an embedding, its vectors come from elsewhere; received "letters"',
      null,
      { name: 'letters', dimension: 3 },
    ],
    [
      'name of the embedding',
      'notes',
      { embedding: { ...letters, name: 'letters-2' } },
      'EMBEDDING_MISMATCH',
      'was embedded with "letters" (3 dimensions), received "letters-2" (3)',
      { name: 'letters', dimension: 3 },
      { name: 'letters-2', dimension: 3 },
    ],
    [
      'dimension of the embedding',
      'notes',
      { embedding: { ...letters, dimension: 5 } },
      'EMBEDDING_MISMATCH',
      'received "letters" (5)',
      { name: 'letters', dimension: 3 },
      { name: 'letters', dimension: 5 },
    ],
  ] as const)(
    'refuses to open a collection with another %s',
    async (_, name, options, code, problem, expected, received) => {
      for (const opening of ['collection', 'openCollection'] as const) {
        await expectRefusal(database(), () => database()[opening](name, options), {
          code,
          says: [`collection "${name}"`, problem, 'create another collection'],
          details: { expected, received },
        });
      }
    },
  );

  it('does not compare what is not named', async () => {
    const index = { family: 'hnsw', M: undefined, quantizer: undefined } as const;
    expect((await untyped().openCollection('books', { index, metric: undefined })) as object).toMatchObject({
      name: 'books',
    });
  });
});

describe('a namespace', () => {
  it.each(NAMESPACES)('is refused where its name is $what', async ({ given, ...refusal }) => {
    const database = await open(':memory:');
    const books = await database.collection('books', { dimension: 3 });
    await refusalOf(async () => books.namespace(given as string), refusal);
    await refusalOf(() => books.dropNamespace(given as string), refusal);
    expect(await books.listNamespaces()).toEqual([]);
    await database.close();
  });
});

describe('an index whose options are given as undefined', () => {
  it.each(['cosine', 'dot'] as const)('has the defaults of the metric %s', async (metric) => {
    await using database = await open(':memory:');
    const untyped = database as unknown as Untyped<typeof database>;
    const index = { family: 'hnsw', M: undefined, quantizer: undefined };
    await untyped.createCollection('named', { dimension: 3, metric, index });
    await database.createCollection('bare', { dimension: 3, metric, index: 'hnsw' });
    const [bare, named] = await database.listCollections();
    expect(named).toEqual({ ...bare, name: 'named' });
  });
});
