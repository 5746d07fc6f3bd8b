import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { expectRefusal, type Refusal, type Shelf, SOUND, sharedDatabase, shelfOf } from './refusal.ts';

interface VectorCase extends Refusal {
  readonly what: string;
  readonly vector: unknown;
}

const NOT_FINITE = ['expected a finite number', 'check the model'];
const NO_VECTOR = ['expected an array of 3 numbers or a Float32Array'];

const VECTORS: readonly VectorCase[] = [
  {
    what: 'too few dimensions',
    vector: [1, 2],
    code: 'DIMENSION_MISMATCH',
    says: ['has 2 dimensions', 'expected 3', 'create another collection'],
    details: { expected: 3, received: 2 },
  },
  {
    what: 'too many dimensions',
    vector: new Float32Array(4).fill(1),
    code: 'DIMENSION_MISMATCH',
    says: ['has 4 dimensions', 'expected 3'],
    details: { expected: 3, received: 4 },
  },
  {
    what: 'no dimensions',
    vector: [],
    code: 'DIMENSION_MISMATCH',
    says: ['has 0 dimensions', 'expected 3'],
    details: { expected: 3, received: 0 },
  },
  {
    what: 'NaN',
    vector: [1, Number.NaN, 3],
    code: 'VECTOR_NOT_FINITE',
    says: ['NaN at position 1', ...NOT_FINITE],
    details: { position: 1, received: 'NaN' },
  },
  {
    what: 'NaN in 32-bit floats',
    vector: Float32Array.of(1, 2, Number.NaN),
    code: 'VECTOR_NOT_FINITE',
    says: ['NaN at position 2', ...NOT_FINITE],
    details: { position: 2 },
  },
  {
    what: 'infinity',
    vector: [Number.POSITIVE_INFINITY, 0, 0],
    code: 'VECTOR_NOT_FINITE',
    says: ['Infinity at position 0', ...NOT_FINITE],
    details: { position: 0, received: 'Infinity' },
  },
  {
    what: 'minus infinity',
    vector: [0, 0, Number.NEGATIVE_INFINITY],
    code: 'VECTOR_NOT_FINITE',
    says: ['-Infinity at position 2', ...NOT_FINITE],
    details: { position: 2, received: '-Infinity' },
  },
  {
    what: 'a number beyond 32-bit floats',
    vector: [0, 1e39, 0],
    code: 'VECTOR_NOT_FINITE',
    says: ['beyond the range of 32-bit floats at position 1', ...NOT_FINITE],
    details: { position: 1 },
  },
  {
    what: 'a length whose square is beyond 32-bit floats',
    vector: [3e38, 3e38, 0],
    code: 'VECTOR_INVALID',
    says: ['has length 4.2e+38', 'at most 4e+18', 'scale the data'],
    details: { expected: 4e18 },
  },
  {
    what: 'zeros under cosine',
    vector: [0, 0, 0],
    code: 'VECTOR_ZERO',
    says: ['is all zeros', 'l2 or dot'],
    details: { metric: 'cosine', dimension: 3 },
  },
  {
    what: 'numbers so small that 32-bit floats make them zero, under cosine',
    vector: [1e-60, 0, -1e-60],
    code: 'VECTOR_ZERO',
    says: ['is all zeros', '32-bit floats'],
  },
  {
    what: 'a string among the numbers',
    vector: [1, '2', 3],
    code: 'VECTOR_INVALID',
    says: ['a string at position 1', 'expected a number'],
    details: { position: 1, received: 'a string' },
  },
  {
    what: 'null among the numbers',
    vector: [1, 2, null],
    code: 'VECTOR_INVALID',
    says: ['null at position 2', 'expected a number'],
    details: { position: 2 },
  },
  {
    what: 'a bigint among the numbers',
    vector: [1n, 2, 3],
    code: 'VECTOR_INVALID',
    says: ['the bigint 1 at position 0', 'expected a number'],
  },
  {
    what: 'a hole among the numbers',
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    vector: [1, , 3],
    code: 'VECTOR_INVALID',
    says: ['undefined at position 1', 'expected a number'],
  },
  {
    what: 'a vector in a vector',
    vector: [[1, 2, 3]],
    code: 'DIMENSION_MISMATCH',
    says: ['has 1 dimension,', 'expected 3'],
  },
  { what: 'null', vector: null, code: 'VECTOR_INVALID', says: ['is null', ...NO_VECTOR] },
  { what: 'a string', vector: '1,2,3', code: 'VECTOR_INVALID', says: ['is a string', ...NO_VECTOR] },
  { what: 'a number', vector: 3, code: 'VECTOR_INVALID', says: ['is the number 3', ...NO_VECTOR] },
  {
    what: 'an object that looks like an array',
    vector: { length: 3, 0: 1, 1: 2, 2: 3 },
    code: 'VECTOR_INVALID',
    says: ['is an object', ...NO_VECTOR],
  },
  {
    what: 'bytes',
    vector: Buffer.from([1, 2, 3]),
    code: 'VECTOR_INVALID',
    says: ['is a Buffer', ...NO_VECTOR],
  },
  {
    what: 'floats whose memory was given to another thread',
    get vector() {
      const vector = Float32Array.of(1, 2, 3);
      structuredClone(vector, { transfer: [vector.buffer] });
      return vector;
    },
    code: 'DIMENSION_MISMATCH',
    says: ['has 0 dimensions', 'expected 3'],
  },
];

/** Each operation gets sound input beside the bad, which must not be written either. */
const OPERATIONS: readonly {
  readonly operation: string;
  readonly call: (shelf: Shelf, vector: unknown) => Promise<unknown>;
  readonly thing: string;
}[] = [
  {
    operation: 'add',
    call: (shelf, vector) => shelf.add([SOUND, { id: 'bad', vector }]),
    thing: 'add to collection "books": record "bad"',
  },
  {
    operation: 'upsert',
    call: (shelf, vector) =>
      shelf.upsert([
        { ...SOUND, id: 'b' },
        { id: 'a', vector },
      ]),
    thing: 'upsert into collection "books": record "a"',
  },
  {
    operation: 'update',
    call: (shelf, vector) =>
      shelf.update([
        { id: 'b', metadata: { year: 1 } },
        { id: 'a', vector },
      ]),
    thing: 'update collection "books": record "a"',
  },
  {
    operation: 'search',
    call: (shelf, vector) => shelf.search({ vector }),
    thing: 'search in collection "books"',
  },
];

describe.each(OPERATIONS)('$operation', ({ call, thing }) => {
  describe.each([':memory:', 'a folder'] as const)('in %s', (place) => {
    const database = sharedDatabase(place);

    it.each(VECTORS)('refuses $what', async ({ vector, says, ...refusal }) => {
      const shelf = await shelfOf(database());
      await expectRefusal(database(), () => call(shelf, vector), { ...refusal, says: [thing, ...says] });
    });
  });
});

describe.each(['dot', 'l2'] as const)('under the metric %s', (metric) => {
  it('zeros are a vector like any other', async () => {
    await using database = await open(':memory:');
    const collection = await database.collection('zeros', { dimension: 3, metric });
    await collection.add([
      { id: 'zero', vector: [0, 0, 0] },
      { id: 'one', vector: [1, 0, 0] },
    ]);
    expect(await collection.search({ vector: [0, 0, 0], k: 2 })).toHaveLength(2);
    expect((await collection.check()).problems).toEqual([]);
  });
});

describe('a vector', () => {
  const database = sharedDatabase();

  it.each([
    { what: 'doubles', vector: Float64Array.of(0.5, 2, 3) },
    { what: 'a part of a larger array', vector: Float32Array.of(9, 0.5, 2, 3, 9).subarray(1, 4) },
    { what: 'memory that threads share', vector: sharedFloats(0.5, 2, 3) },
    { what: 'the smallest 32-bit floats, which still have a direction', vector: [1e-45, 0, 1e-45] },
    { what: 'long, but not too long', vector: [2e18, 2e18, -2e18] },
  ])('may be $what', async ({ vector }) => {
    const shelf = await shelfOf(database());
    await shelf.upsert([{ id: 'odd', vector }]);
    expect(await shelf.search({ vector, k: 1, include: ['vector'] })).toEqual([
      { id: 'odd', score: expect.closeTo(1), vector: Float32Array.from(vector) },
    ]);
  });
});

function sharedFloats(...numbers: number[]): Float32Array {
  const floats = new Float32Array(new SharedArrayBuffer(numbers.length * 4));
  floats.set(numbers);
  return floats;
}
