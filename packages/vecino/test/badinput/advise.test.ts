import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdviseProgress } from '../../src/api/advice.ts';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import { type Refusal, refusalOf } from './refusal.ts';

const RECORDS = 120;

/** Options that are refused before anything is built. */
const REFUSED: readonly (Refusal & { readonly what: string; readonly options: unknown })[] = [
  {
    what: 'no object',
    options: 'fast',
    code: 'OPTION_INVALID',
    says: ['options are a string, expected an object'],
  },
  {
    what: 'an unknown option',
    options: { budget: 5 },
    code: 'OPTION_UNKNOWN',
    says: ['unknown option "budget"', 'budgetSeconds'],
  },
  {
    what: 'more recall than can be promised',
    options: { recall: 1 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"recall" is 1, expected a number from 0.5 to 0.999'],
  },
  { what: 'no hits', options: { k: 0 }, code: 'OPTION_OUT_OF_RANGE', says: ['"k" is 0'] },
  {
    what: 'no memory',
    options: { memoryBytes: 0 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"memoryBytes" is 0, expected a number from 1'],
  },
  {
    what: 'memory in words',
    options: { memoryBytes: '2 GB' },
    code: 'OPTION_INVALID',
    says: ['"memoryBytes" is a string'],
  },
  {
    what: 'updates that undo themselves',
    options: { updatesPerSecond: -1 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"updatesPerSecond" is -1'],
  },
  { what: 'no records', options: { records: 0 }, code: 'OPTION_OUT_OF_RANGE', says: ['"records" is 0'] },
  {
    what: 'no time at all',
    options: { budgetSeconds: 0 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['"budgetSeconds" is 0, expected a number from 1 to 86400'],
  },
  { what: 'half a seed', options: { seed: 0.5 }, code: 'OPTION_OUT_OF_RANGE', says: ['"seed" is 0.5'] },
  {
    what: 'queries that are none',
    options: { queries: 'all' },
    code: 'OPTION_INVALID',
    says: ['"queries" is a string, expected an array of 1 to 10000 vectors'],
  },
  {
    what: 'an empty list of queries',
    options: { queries: [] },
    code: 'OPTION_INVALID',
    says: ['"queries" is an array of 0'],
  },
  {
    what: 'queries of another dimension',
    options: {
      queries: [
        [1, 2, 3, 4],
        [1, 2],
      ],
    },
    code: 'DIMENSION_MISMATCH',
    says: ['query 1: vector has 2 dimensions, expected 4'],
  },
  {
    what: 'queries that are no numbers',
    options: { queries: [[1, 2, 3, Number.NaN]] },
    code: 'VECTOR_NOT_FINITE',
    says: ['query 0', 'position 3'],
  },
  {
    what: 'a filter that is none',
    options: { filter: { year: { $near: 3 } } },
    code: 'FILTER_OPERATOR_UNKNOWN',
    says: ['$near'],
  },
  {
    what: 'a field that is not there',
    options: { field: 'title' },
    code: 'FIELD_UNKNOWN',
    says: ['there is no field "title"'],
  },
  {
    what: 'progress that is no function',
    options: { onProgress: true },
    code: 'OPTION_INVALID',
    says: ['"onProgress" is the boolean true, expected a function'],
  },
  {
    what: 'a signal that is none',
    options: { signal: {} },
    code: 'OPTION_INVALID',
    says: ['"signal" is an object (Object), expected an AbortSignal'],
  },
];

describe('advise', () => {
  let db: Database;
  let books: Collection;

  beforeAll(async () => {
    db = await open(':memory:');
    books = await db.createCollection('books', { dimension: 4, metric: 'l2' });
    await books.add(
      Array.from({ length: RECORDS }, (_, i) => ({
        id: String(i),
        vector: [i, i % 7, i % 11, 1],
        metadata: { year: i },
      })),
    );
  });

  afterAll(async () => {
    await db.close();
  });

  it.each(REFUSED)('refuses $what', async ({ options, code, says }) => {
    await refusalOf(() => books.advise(options as never), {
      code,
      says: ['advise collection "books"', ...says],
    });
  });

  it('says that few vectors need no advice', async () => {
    const few = await db.createCollection('few', { dimension: 4 });
    await few.add(Array.from({ length: 99 }, (_, i) => ({ id: String(i), vector: [1, i, 0, 0] })));
    await refusalOf(() => few.advise(), {
      code: 'RECORDS_TOO_FEW',
      says: ['there are 99 records, expected at least 100', 'keep the index "flat"'],
      details: { expected: 100, received: 99 },
    });
  });

  it('says that texts need a model', async () => {
    await refusalOf(() => books.advise({ queries: ['a wizard'] }), {
      code: 'EMBEDDING_MISSING',
      says: ['collection "books": advising with texts needs an embedding'],
    });
  });

  it('says that nothing matches the filter', async () => {
    await refusalOf(() => books.advise({ filter: { year: { $gt: 9_999 } } }), {
      code: 'RECORDS_TOO_FEW',
      says: ['the filter lets pass none', 'leave the filter out'],
    });
  });

  it('says that the time did not last for anything to choose from', async () => {
    // A machine so slow that looking at the vectors takes the whole budget.
    const onProgress = ({ stage }: AdviseProgress) => {
      for (const end = performance.now() + 1_100; stage === 'looking' && performance.now() < end; );
    };
    await refusalOf(() => books.advise({ budgetSeconds: 1, onProgress }), {
      code: 'BUDGET_TOO_SHORT',
      says: [
        'a budget of 1 s has not lasted for any index but exact search',
        'give budgetSeconds of 10 or more',
      ],
      details: { option: 'budgetSeconds', expected: 10, received: 1 },
    });
  });

  it('says that nothing keeps to what is wanted, and what each misses', async () => {
    await refusalOf(() => books.advise({ memoryBytes: 1, updatesPerSecond: 1e9, budgetSeconds: 5 }), {
      code: 'NOTHING_MEETS',
      says: ['no index meets all that is wanted', 'ask for less memory to be saved', 'more than 1 byte'],
    });
  });

  it('ends when it is told to, and leaves the collection as it was', async () => {
    const controller = new AbortController();
    const before = await books.describe();
    await refusalOf(() => books.advise({ signal: controller.signal, onProgress: () => controller.abort() }), {
      code: 'CANCELLED',
      says: ['ended by its signal', 'nothing has changed'],
    });
    expect(await books.describe()).toEqual(before);
  });
});
