import { describe, expect, it } from 'vitest';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { open, VecinoError } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  expectRefusal,
  letters,
  type Refusal,
  SECRET,
  type Shelf,
  sharedDatabase,
  shelfOf,
  stock,
} from './refusal.ts';

/** What a faulty embedding does, and what is said about it. */
interface Fault extends Refusal {
  readonly what: string;
  readonly embed: (texts: readonly string[]) => unknown;
}

const sound = (texts: readonly string[]): (readonly number[])[] => texts.map(() => [1, 2, 3]);

const ANSWERS: readonly Fault[] = (
  [
    ['nothing', () => undefined, 'answered undefined'],
    ['null', () => null, 'answered null'],
    ['a number', () => 3, 'answered the number 3'],
    ['the vector alone', () => Float32Array.of(1, 2, 3), 'answered a Float32Array'],
    ['an answer still wrapped', (texts) => ({ data: sound(texts) }), 'answered an object (Object)'],
    ['no vectors', () => [], 'answered 0 vectors'],
    ['one vector more', (texts) => [...sound(texts), [1, 2, 3]], ' vectors, expected '],
    ['null for a text', (texts) => [...sound(texts).slice(1), null], 'answered null for text'],
    ['text for a text', (texts) => texts.map(() => 'abc'), 'answered a string for text 0'],
    ['a shorter vector', (texts) => [...sound(texts).slice(1), [1, 2]], 'a vector of 2 dimensions for text'],
    [
      'a longer vector',
      (texts) => texts.map(() => new Float32Array(4)),
      'a vector of 4 dimensions for text 0',
    ],
    ['holes', (texts) => new Array(texts.length), 'answered undefined for text 0'],
  ] satisfies (readonly [string, Fault['embed'], string])[]
).map(([what, embed, problem]) => ({
  what,
  embed,
  code: 'EMBEDDING_FAILED',
  says: ['embedding "letters"', problem, 'of 3 numbers', 'check its implementation'],
  details: { embedding: 'letters', expected: expect.stringContaining('vectors of 3 numbers') },
}));

const NUMBERS: readonly Fault[] = (
  [
    ['NaN', [1, Number.NaN, 3], 'VECTOR_NOT_FINITE', 'NaN at position 1, expected a finite number'],
    ['infinity', [1, 2, Number.POSITIVE_INFINITY], 'VECTOR_NOT_FINITE', 'Infinity at position 2'],
    ['numbers as text', ['1', '2', '3'], 'VECTOR_INVALID', 'a string at position 0, expected a number'],
    ['holes', new Array(3), 'VECTOR_INVALID', 'undefined at position 0, expected a number'],
    ['another vector', [[1], [2], [3]], 'VECTOR_INVALID', 'an array of 1 at position 0'],
    ['too long a vector', [3e38, 3e38, 3e38], 'VECTOR_INVALID', 'expected at most 4e+18'],
  ] as const
).map(([what, vector, code, problem]) => ({
  what: `a vector of or with ${what}`,
  embed: (texts) => texts.map(() => vector),
  code,
  says: ['embedded by "letters"', problem],
}));

const FAILURES: readonly Fault[] = (
  [
    ['an error', new Error('no connection'), 'failed for', 'no connection'],
    ['a text', SECRET, 'failed for', 'a string'],
    ['nothing', undefined, 'failed for', 'undefined'],
  ] as const
).map(([what, thrown, ...says]) => ({
  what: `throws ${what}`,
  embed: () => {
    throw thrown;
  },
  code: 'EMBEDDING_FAILED',
  says: ['embedding "letters"', ...says],
  details: { embedding: 'letters' },
}));

const CALLS: readonly { readonly call: string; readonly run: (notes: Shelf) => Promise<unknown> }[] = [
  {
    call: 'add',
    run: (notes) => notes.add([{ vector: [1, 2, 3] }, { document: SECRET }, { document: 'other' }]),
  },
  { call: 'upsert', run: (notes) => notes.upsert([{ id: 'a', document: SECRET }]) },
  {
    call: 'update',
    run: (notes) =>
      notes.update([
        { id: 'b', metadata: { year: 1 } },
        { id: 'a', document: SECRET },
      ]),
  },
  { call: 'search', run: (notes) => notes.search({ text: SECRET }) },
];

describe.each(CALLS)('$call with an embedding that answers or', ({ run }) => {
  const database = sharedDatabase();

  it.each([...ANSWERS, ...NUMBERS, ...FAILURES])('$what is refused', async ({ embed, says, ...refusal }) => {
    const faulty = { ...letters, embed } as EmbeddingFunction;
    await database().openCollection('notes', { embedding: faulty });
    const notes = await shelfOf(database(), 'notes');
    await expectRefusal(database(), () => run(notes), { ...refusal, says: ['collection "notes"', ...says] });
    await database().openCollection('notes', { embedding: letters });
    expect(await notes.search({ text: 'abc', k: 1 })).toMatchObject([{ id: 'a' }]);
  });
});

describe('an embedding', () => {
  const database = sharedDatabase();

  it('whose error has a code of its own keeps it', async () => {
    const cause = new VecinoError('CANCELLED', 'the model was closed');
    const embed = () => Promise.reject(cause);
    await database().openCollection('notes', { embedding: { ...letters, embed } });
    const notes = await shelfOf(database(), 'notes');
    const call = () => notes.search({ text: 'x' });
    expect(await expectRefusal(database(), call, { code: 'CANCELLED', says: [] })).toBe(cause);
  });

  it('that fails is the cause of the error', async () => {
    const cause = new Error('no connection');
    const embed = () => Promise.reject(cause);
    await database().openCollection('notes', { embedding: { ...letters, embed } });
    const notes = await shelfOf(database(), 'notes');
    const refusal: Refusal = { code: 'EMBEDDING_FAILED', says: ['failed for 1 text:'] };
    const error = await expectRefusal(database(), () => notes.add([{ document: 'x' }]), refusal);
    expect(error).toMatchObject({ cause, retryable: true });
  });

  it('may answer any list of numbers, at once or later', async () => {
    await using own = await open(':memory:');
    const lists: ArrayLike<number>[] = [
      [1, 2, 3],
      Float64Array.of(1, 2, 3),
      Int8Array.of(1, 2, 3),
      { length: 3, 0: 1, 1: 2, 2: 3 },
    ];
    for (const [i, list] of lists.entries()) {
      const embed = ((texts: readonly string[]) =>
        texts.map(() => list)) as unknown as EmbeddingFunction['embed'];
      const collection = await own.collection(`c${i}`, { embedding: { name: 'x', dimension: 3, embed } });
      await collection.add([{ id: 'a', document: 'text' }]);
      expect(await collection.get('a', ['vector'])).toMatchObject({ vector: Float32Array.of(1, 2, 3) });
    }
  });

  it('is not asked before everything else is found sound', async () => {
    let asked = 0;
    const embed: EmbeddingFunction['embed'] = (texts) => {
      asked += texts.length;
      return letters.embed(texts);
    };
    await database().openCollection('notes', { embedding: { ...letters, embed } });
    const notes = await shelfOf(database(), 'notes');
    const bad: readonly object[] = [
      { metadata: { a: undefined, b: [undefined] } },
      { vector: [1] },
      { documnt: '' },
    ];
    for (const parts of bad) {
      await expect(notes.add([{ document: 'x' }, { id: 'y', ...parts }])).rejects.toBeInstanceOf(VecinoError);
      await expect(
        notes.update([
          { id: 'a', document: 'x' },
          { id: 'b', ...parts },
        ]),
      ).rejects.toBeInstanceOf(VecinoError);
    }
    await expect(notes.search({ text: 'x', k: 0 })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' });
    expect(asked).toBe(0);
    await notes.update([{ id: 'a', document: 'a text that has never come' }]);
    expect(asked).toBe(1);
  });
});

describe('a collection that is opened without its embedding', () => {
  it('takes and finds vectors, and says which embedding it needs for texts', async () => {
    const folder = temporaryFolder();
    await (await stock(await open(folder))).close();
    await using database = await open(folder);
    const notes = await shelfOf(database, 'notes');
    await notes.add([{ id: 'x', vector: [1, 2, 3], document: 'x' }]);
    await notes.update([{ id: 'a', metadata: { year: 2000 } }]);
    const needed: Refusal = {
      code: 'EMBEDDING_MISSING',
      says: ['collection "notes"', 'needs an embedding', 'was created with "letters"', '`{ embedding: … }`'],
      details: { recorded: 'letters' },
    };
    for (const { run } of CALLS) await expectRefusal(database, () => run(notes), needed);
    await database.openCollection('notes', { embedding: letters });
    for (const { run } of CALLS) await run(notes);
  });
});
