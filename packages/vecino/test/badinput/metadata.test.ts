import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/index.ts';
import { type BadInput, expectRefusal, HALF, SECRET, sharedDatabase, shelfOf, WRITES } from './refusal.ts';

class Book {
  readonly year = 1997;
}

const cycle: Record<string, unknown> = { year: 1 };
cycle['self'] = [cycle];

const twice = { deep: true };

/** `levels` objects, one in the other. */
function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level++) value = { inner: value };
  return value;
}

const METADATA: readonly BadInput[] = [
  ...(
    [
      ['null', null, 'null'],
      ['a string', SECRET, 'a string'],
      ['an array', [SECRET], 'an array of 1'],
      ['a map', new Map([['year', 1]]), 'an object (Map)'],
      ['a date', new Date(0), 'an object (Date)'],
      ['a class instance', new Book(), 'an object (Book)'],
      ['a number', 3, 'the number 3'],
      ['a function', () => 3, 'a function'],
    ] as const
  ).map(
    ([what, given, received]): BadInput => ({
      what,
      given,
      code: 'METADATA_INVALID',
      says: [`metadata are ${received}`, 'expected a plain object of JSON values'],
      details: { received },
    }),
  ),
  ...(
    [
      ['undefined deep inside', { a: { b: undefined } }, 'metadata.a.b is undefined', ['a', 'b']],
      ['undefined in an array', { a: [1, undefined] }, 'metadata.a[1] is undefined', ['a', 1]],
      ['a function', { a: () => SECRET }, 'metadata.a is a function', ['a']],
      ['toJSON', { a: { toJSON: () => SECRET } }, 'metadata.a.toJSON is a function', ['a', 'toJSON']],
      ['a symbol', { a: Symbol(SECRET) }, 'metadata.a is a symbol', ['a']],
      ['a symbol as a key', { a: { [Symbol('s')]: 1 } }, 'metadata.a has a symbol as a key', ['a']],
      ['a bigint', { a: 5n }, 'metadata.a is the bigint 5', ['a']],
      ['NaN', { a: { b: [Number.NaN] } }, 'metadata.a.b[0] is the number NaN', ['a', 'b', 0]],
      ['infinity', { a: Number.POSITIVE_INFINITY }, 'metadata.a is the number Infinity', ['a']],
      ['a date', { a: new Date(0) }, 'metadata.a is an object (Date)', ['a']],
      ['a map', { a: new Map() }, 'metadata.a is an object (Map)', ['a']],
      ['a set', { a: new Set() }, 'metadata.a is an object (Set)', ['a']],
      ['a regular expression', { a: /x/ }, 'metadata.a is an object (RegExp)', ['a']],
      ['a class instance', { a: new Book() }, 'metadata.a is an object (Book)', ['a']],
      ['a wrapped string', { a: new String('x') }, 'metadata.a is an object (String)', ['a']],
      ['floats', { a: Float32Array.of(1) }, 'metadata.a is a Float32Array', ['a']],
      ['a hole', { a: new Array(1) }, 'metadata.a[0] is undefined', ['a', 0]],
      ['a cycle', { a: cycle }, 'metadata.a.self[0] contains itself', ['a', 'self', 0]],
      ['half of a surrogate pair', { a: HALF }, 'metadata.a holds half of a surrogate pair', ['a']],
      ['half a pair in a key', { a: { [HALF]: 1 } }, 'metadata.a has a key that holds half', ['a']],
    ] as const
  ).map(
    ([what, given, place, path]): BadInput => ({
      what: `${what} inside`,
      given: { year: 1999, ...given },
      code: 'METADATA_INVALID',
      says: [place, ';'],
      details: { path },
    }),
  ),
  {
    what: 'too many levels',
    given: nested(LIMITS.metadataDepthMax + 1),
    code: 'METADATA_INVALID',
    says: ['nested deeper than 32 levels', 'flatten it'],
  },
  {
    what: 'more bytes than metadata may have',
    given: { a: 'x'.repeat((64 << 10) - 7) },
    code: 'METADATA_TOO_LARGE',
    says: ['65537 bytes', '65536', 'into the document'],
    details: { expected: 65_536, received: 65_537 },
  },
  {
    what: 'few characters, but more bytes than metadata may have',
    given: { a: '\u4e00'.repeat(21_900) },
    code: 'METADATA_TOO_LARGE',
    says: ['65708 bytes', '65536'],
  },
];

describe.each(WRITES)('$operation refuses metadata that are or have', ({ thing, one }) => {
  const database = sharedDatabase();

  it.each(METADATA)('$what', async ({ given, says, ...refusal }) => {
    const shelf = await shelfOf(database());
    const call = () => one(shelf, { metadata: given });
    await expectRefusal(database(), call, { ...refusal, says: [thing, ...says] });
  });
});

describe('an update', () => {
  const database = sharedDatabase();

  it('does not make metadata too large, though each part is small enough', async () => {
    const shelf = await shelfOf(database());
    await shelf.upsert([{ id: 'large', vector: [1, 2, 3], metadata: { a: 'x'.repeat(40_000) } }]);
    const change = [{ id: 'large', metadata: { b: 'x'.repeat(40_000) } }];
    await expectRefusal(database(), () => shelf.update(change), {
      code: 'METADATA_TOO_LARGE',
      says: ['record "large"', '80015 bytes', '65536'],
    });
    await shelf.remove('large');
  });
});

describe('what just fits', () => {
  const database = sharedDatabase();

  it.each([
    ['the most bytes', { a: 'x'.repeat((64 << 10) - 8) }],
    ['the most levels', nested(LIMITS.metadataDepthMax)],
    ['the same object twice, which is no cycle', { a: [twice, twice], b: { twice } }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ])('is stored: %s', async (_, metadata) => {
    const shelf = await shelfOf(database());
    await shelf.add([{ id: 'fits', vector: [1, 2, 3], metadata }]);
    expect(await shelf.get('fits')).toMatchObject({ metadata });
    await shelf.remove('fits');
  });
});
