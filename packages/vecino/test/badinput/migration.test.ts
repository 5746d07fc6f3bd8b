import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import * as migration from '../../src/migrate.ts';
import { type BadInput, refusalOf, SECRET } from './refusal.ts';

type Call = (from: unknown, to: unknown, options?: unknown) => Promise<unknown>;

const { migrate, planMigration, verifyMigration } = migration as unknown as Record<string, Call>;

const ENDS: readonly BadInput[] = [
  {
    what: 'undefined',
    given: undefined,
    code: 'OPTION_INVALID',
    says: ['the source is undefined', 'expected a text'],
  },
  { what: 'null', given: null, code: 'OPTION_INVALID', says: ['the source is null'] },
  { what: 'a number', given: 7, code: 'OPTION_INVALID', says: ['the source is the number 7'] },
  { what: 'an empty text', given: '', code: 'OPTION_INVALID', says: ['a folder, an address or a file'] },
  { what: 'no name behind the #', given: './x#', code: 'OPTION_INVALID', says: ['a name behind the #'] },
  { what: 'a collection of a file', given: 'books.jsonl#books', code: 'OPTION_INVALID', says: ['is a file'] },
  {
    what: 'an unknown part',
    given: { locaton: './x' },
    code: 'OPTION_UNKNOWN',
    says: ['"locaton"', 'location'],
  },
  {
    what: 'no location',
    given: { collection: 'books' },
    code: 'OPTION_INVALID',
    says: ['"location" is undefined'],
  },
  {
    what: 'what the migration decides',
    given: { location: './x', options: { readOnly: true } },
    code: 'OPTION_INVALID',
    says: ['readOnly', 'leave it out'],
  },
  {
    what: 'no database',
    given: { database: {}, collection: 'x' },
    code: 'OPTION_INVALID',
    says: ['an open Database'],
  },
  {
    what: 'no file',
    given: './nowhere.jsonl',
    code: 'INPUT_UNREADABLE',
    says: ['./nowhere.jsonl', 'ENOENT'],
  },
  { what: 'no folder', given: './nowhere', code: 'STORE_NOT_FOUND', says: ['nowhere'] },
  {
    what: 'an engine without a driver',
    given: `oracle://user:${SECRET}@host/x#books`,
    code: 'ADDRESS_UNSUPPORTED',
    says: [],
  },
];

const OPTIONS: readonly BadInput[] = [
  { what: 'a near miss', given: { writer: 2 }, code: 'OPTION_UNKNOWN', says: ['"writer"', 'writers'] },
  { what: 'no writers', given: { writers: 0 }, code: 'OPTION_OUT_OF_RANGE', says: ['writers', '1 to 64'] },
  {
    what: 'half a record',
    given: { batch: 0.5 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['batch', '1 to 10000'],
  },
  { what: 'fewer than no retries', given: { retries: -1 }, code: 'OPTION_OUT_OF_RANGE', says: ['retries'] },
  { what: 'a text for a number', given: { queries: '9' }, code: 'OPTION_INVALID', says: ['queries'] },
  {
    what: 'a negative number of differences',
    given: { differencesMax: -1 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['differencesMax'],
  },
  { what: 'a seed too large', given: { seed: 2 ** 32 }, code: 'OPTION_OUT_OF_RANGE', says: ['seed'] },
  {
    what: 'a word for a choice',
    given: { merge: 'yes' },
    code: 'OPTION_INVALID',
    says: ['merge', 'true or false'],
  },
  { what: 'an unknown metric', given: { metric: 'l1' }, code: 'OPTION_INVALID', says: ['metric', 'l2'] },
  {
    what: 'the metric of a collection',
    given: { metric: 'l2' },
    code: 'OPTION_INVALID',
    says: ['it is for files'],
  },
  { what: 'an empty journal', given: { journal: '' }, code: 'OPTION_INVALID', says: ['journal'] },
  { what: 'no signal', given: { signal: 1 }, code: 'OPTION_INVALID', says: ['signal', 'an AbortSignal'] },
  {
    what: 'no function',
    given: { onProgress: 1 },
    code: 'OPTION_INVALID',
    says: ['onProgress', 'a function'],
  },
  { what: 'no plan', given: { onPlan: 1 }, code: 'OPTION_INVALID', says: ['onPlan', 'a function'] },
  {
    what: 'open options that are none',
    given: { open: 1 },
    code: 'OPTION_INVALID',
    says: ['open', 'an object'],
  },
  {
    what: 'an option that open does not know',
    given: { open: { thread: 1 } },
    code: 'OPTION_UNKNOWN',
    says: ['thread'],
  },
  {
    what: 'a field where vectors have no names',
    given: { field: 'title' },
    code: 'FIELD_UNKNOWN',
    says: ['leave field out'],
  },
  { what: 'an empty field', given: { field: '' }, code: 'OPTION_INVALID', says: ['field'] },
  { what: 'an unknown index', given: { index: 'tree' }, code: 'OPTION_INVALID', says: ['index', 'hnsw'] },
];

describe('migrate', () => {
  let folder = '';
  let books = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-test-'));
    books = join(folder, 'library');
    await using library = await open(books);
    const made = await library.createCollection('books', { dimension: 2 });
    await made.add([{ id: 'a', vector: [1, 2], document: SECRET }]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(ENDS)('refuses a source that is $what', async ({ given, ...refusal }) => {
    await refusalOf(() => call(migrate, given, join(folder, 'to')), refusal);
    await refusalOf(() => call(verifyMigration, given, books), refusal);
    expect(readdirSync(folder)).toEqual(['library']);
  });

  it.each(OPTIONS)('refuses $what', async ({ given, ...refusal }) => {
    await refusalOf(() => call(migrate, books, join(folder, 'to'), given), refusal);
    await refusalOf(() => call(planMigration, books, join(folder, 'to'), given), refusal);
    expect(readdirSync(folder)).toEqual(['library']);
  });

  it('refuses options of copying where nothing is copied', async () => {
    const refusal = { code: 'OPTION_UNKNOWN', says: ['verify a migration', '"writers"'] } as const;
    await refusalOf(() => call(verifyMigration, books, books, { writers: 2 }), refusal);
  });

  it('refuses an end twice', async () => {
    const refusal = { code: 'OPTION_INVALID', says: ['both ends are the same'] } as const;
    await refusalOf(() => call(migrate, books, `${books}#books`), refusal);
  });

  it('refuses a source of several collections that names none', async () => {
    const several = join(folder, 'several');
    {
      await using library = await open(several);
      for (const name of ['one', 'two']) await library.createCollection(name, { dimension: 2 });
    }
    const refusal = { code: 'COLLECTION_NOT_FOUND', says: ['one, two', '#one'] } as const;
    await refusalOf(() => call(migrate, several, join(folder, 'to')), refusal);
    rmSync(several, { recursive: true });
  });

  it.each([
    ['dimension', { dimension: 3 }],
    ['metric', { dimension: 2, metric: 'l2' }],
    ['vectors', { vectors: { title: { dimension: 2 } } }],
  ] as const)('refuses a target of another %s', async (what, options) => {
    const other = join(folder, what);
    {
      await using library = await open(other);
      await library.createCollection('books', options);
    }
    const refusal = {
      code: 'COLLECTION_MISMATCH',
      says: [what, 'drop it'],
      details: { option: what },
    } as const;
    await refusalOf(() => call(migrate, books, other), refusal);
    await refusalOf(() => call(migrate, books, other, { merge: true }), refusal);
    rmSync(other, { recursive: true });
  });

  it('refuses to write what is only read', async () => {
    const refusal = { code: 'OPTION_INVALID', says: ['read and not written', 'jsonl'] } as const;
    await refusalOf(() => call(migrate, books, join(folder, 'books.hdf5')), refusal);
  });
});

function call(work: Call | undefined, ...args: Parameters<Call>): Promise<unknown> {
  if (!work) throw new Error('the entry lacks a function');
  return work(...args);
}
