import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/index.ts';
import {
  type BadInput,
  expectRefusal,
  HALF,
  type Refusal,
  SECRET,
  type Shelf,
  SOUND,
  sharedDatabase,
  shelfOf,
  WRITES,
} from './refusal.ts';

const BATCHES: readonly BadInput[] = [
  {
    what: 'an empty batch',
    given: [],
    code: 'BATCH_EMPTY',
    says: ['the batch is empty', 'expected 1 to 100000', 'leave the call out'],
    details: { expected: 1, received: 0 },
  },
  {
    what: 'more records than a batch may have',
    given: Array.from({ length: LIMITS.batchMax + 1 }, () => SOUND),
    code: 'BATCH_TOO_LARGE',
    says: ['has 100001 records', 'at most 100000', 'in several calls'],
    details: { expected: 100_000, received: 100_001 },
  },
  ...(
    [
      ['undefined', undefined, 'undefined'],
      ['null', null, 'null'],
      ['one record', SOUND, 'an object (Object)'],
      ['a string', SECRET, 'a string'],
      ['a set', new Set([SOUND]), 'an object (Set)'],
      ['floats', Float32Array.of(1, 2, 3), 'a Float32Array'],
    ] as const
  ).map(
    ([what, given, received]): BadInput => ({
      what,
      given,
      code: 'OPTION_INVALID',
      says: [`the batch is ${received}`, 'expected an array'],
      details: { expected: 'an array', received },
    }),
  ),
  ...(
    [
      ['null', null, 'null'],
      ['undefined', undefined, 'undefined'],
      ['an id', SECRET, 'a string'],
      ['a vector', [1, 2, 3], 'an array of 3'],
      ['floats', Float32Array.of(1, 2, 3), 'a Float32Array'],
      ['a function', () => SOUND, 'a function'],
    ] as const
  ).map(
    ([what, element, received]): BadInput => ({
      what: `${what} instead of a record`,
      given: [SOUND, element],
      code: 'OPTION_INVALID',
      says: [' 1 is ', received, 'expected an object of id, vector, vectors, document, metadata'],
      details: { expected: 'an object', received },
    }),
  ),
  {
    what: 'holes instead of records',
    given: new Array(2),
    code: 'OPTION_INVALID',
    says: [' 0 is undefined'],
  },
];

const IDS: readonly BadInput[] = [
  ...(
    [
      ['a number', 7, 'the number 7'],
      ['null', null, 'null'],
      ['nothing', '', 'an empty string'],
      ['an object', { [SECRET]: SECRET }, 'an object (Object)'],
      ['an array', ['a'], 'an array of 1'],
      ['a bigint', 7n, 'the bigint 7'],
    ] as const
  ).map(
    ([what, given, received]): BadInput => ({
      what,
      given,
      code: 'ID_INVALID',
      says: [' 1: id is ', received, 'expected a non-empty string', 'as strings'],
      details: { received },
    }),
  ),
  {
    what: 'half of a surrogate pair',
    given: `a${HALF}`,
    code: 'ID_INVALID',
    says: ['half of a surrogate pair', 'toWellFormed()'],
  },
  {
    what: 'more bytes than an id may have',
    given: 'x'.repeat(513),
    code: 'ID_TOO_LARGE',
    says: ['has 513 bytes', 'at most 512', 'in metadata'],
    details: { expected: 512, received: 513 },
  },
  {
    what: 'few characters, but more bytes than an id may have',
    given: 'ä'.repeat(257),
    code: 'ID_TOO_LARGE',
    says: ['has 514 bytes', 'at most 512'],
    details: { expected: 512, received: 514 },
  },
];

const DOCUMENTS: readonly BadInput[] = [
  {
    what: 'a number',
    given: 5,
    code: 'DOCUMENT_INVALID',
    says: ['document is the number 5', 'expected well-formed text', 'metadata'],
    details: { received: 'the number 5' },
  },
  {
    what: 'an object',
    given: { text: SECRET },
    code: 'DOCUMENT_INVALID',
    says: ['document is an object (Object)', 'expected well-formed text'],
  },
  {
    what: 'bytes',
    given: Buffer.from(SECRET),
    code: 'DOCUMENT_INVALID',
    says: ['document is a Buffer'],
  },
  {
    what: 'half of a surrogate pair',
    given: `${SECRET}${HALF}`,
    code: 'DOCUMENT_INVALID',
    says: ['half of a surrogate pair', 'toWellFormed()'],
  },
  {
    what: 'more bytes than a document may have',
    given: 'x'.repeat((1 << 20) + 1),
    code: 'DOCUMENT_TOO_LARGE',
    says: ['has 1048577 bytes', 'at most 1048576', 'into passages'],
    details: { expected: 1 << 20, received: (1 << 20) + 1 },
  },
  {
    what: 'few characters, but more bytes than a document may have',
    given: '\u4e00'.repeat(349_526),
    code: 'DOCUMENT_TOO_LARGE',
    says: ['has 1048578 bytes', 'at most 1048576'],
  },
];

const FIELDS: readonly BadInput[] = (
  [
    ['a misspelt field', { vectr: [1, 2, 3] }, 'unknown option "vectr"; did you mean "vector"?'],
    ['a field in capitals', { Document: 'x' }, 'unknown option "Document"; did you mean "document"?'],
    ['a field of other databases', { payload: {} }, 'unknown option "payload" (known: id,'],
    ['metadata beside the record', { year: 1997 }, 'unknown option "year" (known: id,'],
    ['a prototype', JSON.parse('{"__proto__": {"vector": [1, 2, 3]}}'), 'unknown option "__proto__"'],
    ['a constructor', { constructor: SECRET }, 'unknown option "constructor"'],
  ] as const
).map(([what, fields, message]) => ({
  what,
  given: fields,
  code: 'OPTION_UNKNOWN',
  says: [message, 'id, vector, vectors, document, metadata'],
  details: { known: ['id', 'vector', 'vectors', 'document', 'metadata', 'expiresAt', 'ttl', 'image'] },
}));

describe.each(WRITES)('$operation refuses', ({ thing, batch, one }) => {
  const database = sharedDatabase();

  async function expectRefused(
    call: (shelf: Shelf) => Promise<unknown>,
    { code, says, details }: Refusal,
  ): Promise<void> {
    const shelf = await shelfOf(database());
    const refusal = { code, says: [thing, ...says], ...(details && { details }) };
    await expectRefusal(database(), () => call(shelf), refusal);
  }

  it.each(BATCHES)('$what', ({ given, ...refusal }) =>
    expectRefused((shelf) => batch(shelf, given), refusal),
  );

  it.each(IDS)('an id that is or has $what', ({ given, ...refusal }) =>
    expectRefused((shelf) => one(shelf, { id: given }), refusal),
  );

  it.each(DOCUMENTS)('a document that is or has $what', ({ given, ...refusal }) =>
    expectRefused((shelf) => one(shelf, { document: given }), refusal),
  );

  it.each(FIELDS)('$what', ({ given, ...refusal }) =>
    expectRefused((shelf) => one(shelf, given as object), refusal),
  );

  it('an id that is in the batch twice', () =>
    expectRefused(
      (shelf) =>
        batch(shelf, [
          { id: 'a', vector: [1, 2, 3] },
          { id: 'b', vector: [1, 2, 3] },
          { id: 'a', vector: [1, 2, 3] },
        ]),
      {
        code: 'ID_DUPLICATE',
        says: ['id "a" is in the batch twice', 'position 2', 'keep one'],
        details: { id: 'a', position: 2 },
      },
    ));
});

describe('a batch of which only the last record is bad', () => {
  const database = sharedDatabase('a folder');

  it.each(WRITES)('is not written at all: $operation', async ({ batch }) => {
    const shelf = await shelfOf(database());
    const records = Array.from({ length: 2_000 }, (_, i) => ({ id: `many ${i}`, vector: [i + 1, 2, 3] }));
    await expectRefusal(database(), () => batch(shelf, [...records, { id: 'last', vector: [1, 2] }]), {
      code: 'DIMENSION_MISMATCH',
      says: ['record "last"'],
    });
  });
});

describe('ids that are there, or not', () => {
  const database = sharedDatabase();

  it('add names the ids that exist', async () => {
    const shelf = await shelfOf(database());
    const records = ['new', 'a', 'b'].map((id) => ({ id, vector: [1, 2, 3] }));
    await expectRefusal(database(), () => shelf.add(records), {
      code: 'ID_EXISTS',
      says: ['add to collection "books"', '2 of 3 ids exist already: "a", "b"', 'use upsert'],
      details: { ids: ['a', 'b'], count: 2 },
    });
  });

  it('update names the first few ids that do not', async () => {
    const shelf = await shelfOf(database());
    const changes = ['a', ...Array.from({ length: 9 }, (_, i) => `x${i}`)].map((id) => ({
      id,
      document: '',
    }));
    await expectRefusal(database(), () => shelf.update(changes), {
      code: 'RECORD_NOT_FOUND',
      says: ['update collection "books"', '9 of 10 ids', '"x0", "x1"', 'and 4 more', 'use upsert'],
      details: { ids: ['x0', 'x1', 'x2', 'x3', 'x4'], count: 9 },
    });
  });
});

describe('a record without a vector', () => {
  const database = sharedDatabase();

  it.each([
    { what: 'nor a document', record: { id: 'x' }, says: ['neither vector nor document', '3 numbers'] },
    { what: 'and null for a document', record: { id: 'x', document: null }, says: ['neither vector nor'] },
  ])('$what is refused', async ({ record, says }) => {
    const shelf = await shelfOf(database());
    await expectRefusal(database(), () => shelf.add([record]), {
      code: 'VECTOR_INVALID',
      says: ['add to collection "books": record "x"', ...says],
      details: { expected: 3 },
    });
  });

  it('but with a document is refused where nothing can embed it', async () => {
    const shelf = await shelfOf(database());
    await expectRefusal(database(), () => shelf.add([{ document: SECRET }]), {
      code: 'EMBEDDING_MISSING',
      says: ['collection "books"', 'needs an embedding', 'give vectors instead'],
      details: { recorded: null },
    });
  });

  it('is given the document, where the collection has an embedding', async () => {
    const shelf = await shelfOf(database(), 'notes');
    await expectRefusal(database(), () => shelf.upsert([{ id: 'x' }]), {
      code: 'VECTOR_INVALID',
      says: ['upsert into collection "notes": record "x"', 'neither vector nor document', 'give a document'],
    });
  });
});

describe('what just fits', () => {
  const database = sharedDatabase();

  it.each([
    ['the longest id', { id: 'x'.repeat(512) }],
    ['the longest id in other alphabets', { id: '\u{1F600}'.repeat(128) }],
    ['the longest document', { document: '\u4e00'.repeat(349_525) }],
  ])('is stored: %s', async (_, parts) => {
    const shelf = await shelfOf(database());
    const record = { id: 'fits', vector: [1, 2, 3], ...parts };
    await shelf.add([record]);
    expect(await shelf.get(record.id)).toMatchObject(parts);
    await shelf.remove(record.id);
  });
});
