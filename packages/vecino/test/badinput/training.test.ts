import { describe, expect, it } from 'vitest';
import type { IndexChoice } from '../../src/api/index-options.ts';
import type { Metric } from '../../src/api/search.ts';
import { FAMILY_NAMES } from '../../src/index/registry.ts';
import { open } from '../../src/index.ts';
import { expectRefusal, type Refusal, sharedDatabase } from './refusal.ts';

const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2'];

/** Options of a family that no number of records makes fit. */
const NEVER: readonly (Refusal & { readonly index: unknown })[] = [
  {
    index: { family: 'pq', width: 4 },
    code: 'OPTION_INVALID',
    says: ['index "pq": option "width" is 4, expected at most 3, the dimension of the vectors; use fewer'],
    details: { option: 'width', received: 4 },
  },
  {
    index: { family: 'pq', width: 65 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['index "pq": option "width" is 65, expected an integer from 1 to 64'],
  },
  {
    index: { family: 'pq', bits: 6 },
    code: 'OPTION_INVALID',
    says: ['index "pq": option "bits" is 6, expected 4 or 8'],
    details: { option: 'bits', received: 6 },
  },
  {
    index: { family: 'pq', bits: 16 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['index "pq": option "bits" is 16, expected an integer from 4 to 8'],
  },
  {
    index: { family: 'ivf', nlist: 0 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['index "ivf": option "nlist" is 0, expected an integer from 1 to 8192'],
  },
  {
    index: { family: 'ivf', nlist: 8_193 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['index "ivf": option "nlist" is 8193, expected an integer from 1 to 8192'],
  },
  {
    index: { family: 'ivf', nlist: 16, nprobe: 17 },
    code: 'OPTION_INVALID',
    says: ['option "nprobe" is 17 of 16 lists, expected at most that many; probe fewer lists'],
  },
  {
    index: { family: 'ivf', quantizer: 'pq8' },
    code: 'OPTION_INVALID',
    says: ['option "quantizer" is "pq8", expected one of pq, binary, sq8, none'],
  },
  {
    index: { family: 'lsh', quantizer: 'pq' },
    code: 'OPTION_INVALID',
    says: ['index "lsh": option "quantizer" is "pq", expected one of none, sq8'],
  },
  {
    index: { family: 'ivf', bits: 4 },
    code: 'OPTION_UNKNOWN',
    says: ['index "ivf": unknown option "bits"'],
  },
  {
    index: { family: 'ivf', quantizer: 'none', originals: 'disk' },
    code: 'OPTION_INVALID',
    says: ['option "originals" is disk beside the quantizer "none"', 'use the quantizer "pq"'],
  },
  {
    index: { family: 'pq', rotation: true, originals: 'f16' },
    code: 'OPTION_INVALID',
    says: ['option "rotation" is true beside originals "f16", expected originals "f32"', 'leave it out'],
  },
];

describe('what can never be learnt is refused', () => {
  const database = sharedDatabase();

  it.each(NEVER)('$index, by createCollection', async ({ index, ...refusal }) => {
    const create = () => database().createCollection('more', { dimension: 3, index: index as IndexChoice });
    const says = ['collection "more"', ...refusal.says];
    await expectRefusal(database(), create, { ...refusal, says });
  });

  it.each(NEVER)('$index, by reindex', async ({ index, ...refusal }) => {
    const books = await database().openCollection('books');
    const says = ['reindex collection "books"', ...refusal.says];
    await expectRefusal(database(), () => books.reindex(index as IndexChoice), { ...refusal, says });
  });

  it.each(FAMILY_NAMES)('no metric of %s: every family has all of them', async (family) => {
    for (const metric of METRICS) {
      const made = await database().createCollection(metric, { dimension: 3, metric, index: family });
      await made.add([{ id: 'a', vector: [1, 2, 3] }]);
      expect(await made.search({ vector: [1, 2, 3] })).toMatchObject([{ id: 'a' }]);
      await database().dropCollection(metric);
    }
  });
});

describe('an index of too few records', () => {
  const WAITING = [
    [
      { family: 'ivf', nlist: 1_200 },
      'ivf waits for 1200 records, has 1100; until then searches compare with all',
    ],
    [
      { family: 'ivf', nlist: 8_192 },
      'ivf waits for 8192 records, has 1100; until then searches compare with all',
    ],
  ] as const;

  it.each(WAITING)('%j says what it waits for, and answers exactly', async (index, says) => {
    const warnings: string[] = [];
    const database = await open(':memory:', {
      onWarning: ({ code, message }) => warnings.push(`${code} ${message}`),
    });
    const books = await database.createCollection('books', { dimension: 4, metric: 'l2', index: 'flat' });
    await books.add(Array.from({ length: 1_100 }, (_, i) => ({ vector: [i, i % 7, i % 11, 1] })));
    expect(await books.reindex(index)).toBe(true);
    expect(warnings).toEqual([`INDEX_WAITING collection "books": ${says}`]);
    expect((await books.describe()).serving.reason).toBe(`the family ivf was asked for: ${says}`);
    await books.flush();
    const answer = await books.search({ vector: [500, 3, 5, 1], k: 3, explain: true });
    expect(answer.explain?.way).toBe('exact');

    // With as many as it waits for, it is built by itself and has as many lists as were asked for.
    if (index.nlist === 1_200) {
      await books.add(Array.from({ length: 100 }, (_, i) => ({ vector: [i, 9, 9, 2] })));
      expect((await books.describe()).serving.reason).toBe('the family ivf was asked for');
      await books.flush();
      expect((await books.check()).problems).toEqual([]);
      expect((await books.stats()).index).toMatchObject({ family: 'ivf' });
    }
    await database.close();
  });

  it.each(['ivf', 'pq', 'lsh'] as const)('%s is made from 1,000 on', async (family) => {
    const database = await open(':memory:');
    const books = await database.createCollection('books', { dimension: 4, index: family });
    const waits = `${family} waits for 1000 records, has 0; until then searches compare with all`;
    expect((await books.describe()).serving.reason).toBe(`the family ${family} was asked for: ${waits}`);
    await database.close();
  });
});
