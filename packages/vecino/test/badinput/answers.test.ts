import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Hit, SearchResult } from '../../src/api/search.ts';
import {
  type BadInput,
  expectRefusal,
  refusalOf,
  SECRET,
  type Shelf,
  sharedDatabase,
  shelfOf,
} from './refusal.ts';

/* Bad input of what comes after the k nearest: difference, groups, counts, second scores, pages, loops. */

const VECTOR = [1, 2, 3];

const OPTIONS: readonly BadInput[] = [
  ...(
    [
      [
        'diversify as text',
        { diversify: 'much' },
        'diversify: options are a string, expected an object of lambda',
      ],
      ['diversify that is null', { diversify: null }, 'diversify: options are null'],
      [
        'lambda as text',
        { diversify: { lambda: '1' } },
        'diversify: option "lambda" is a string, expected a number',
      ],
      ['no path to group by', { groupBy: { hits: 2 } }, 'groupBy: path is undefined, expected the path of a'],
      ['an empty path', { groupBy: '' }, 'groupBy: path is an empty string'],
      [
        'an empty step',
        { groupBy: 'a..b' },
        'groupBy: path is "a..b", expected the path of a metadata field',
      ],
      ['an operator', { groupBy: '$gt' }, 'groupBy: path is "$gt"'],
      [
        'several paths',
        { groupBy: ['a', 'b'] },
        'groupBy: options are an array of 2, expected an object of path',
      ],
      ['facets as text', { facets: 'year' }, 'facets is a string, expected an array of metadata paths'],
      ['a facet without a path', { facets: [{ limit: 2 }] }, 'facets: path is undefined'],
      ['a facet that is null', { facets: [null] }, 'facets: options are null'],
      [
        'a path counted twice',
        { facets: ['year', { path: 'year' }] },
        'facets: the path "year" is named twice',
      ],
      [
        'rerank without a function',
        { rerank: { candidates: 5 } },
        'rerank: by is undefined, expected a function',
      ],
      ['rerank as text', { rerank: 'cohere' }, 'rerank: options are a string, expected an object of by'],
      ['a signal that is none', { rerank: { by: fair, signal: {} } }, 'rerank: signal is an object (Object)'],
    ] as const
  ).map(([what, options, problem]) => ({
    what,
    given: { vector: VECTOR, ...options },
    code: 'OPTION_INVALID' as const,
    says: [problem],
  })),
  ...(
    [
      [
        'lambda above 1',
        { diversify: { lambda: 1.1 } },
        'diversify: option "lambda" is 1.1, expected a number from 0',
      ],
      ['lambda that is NaN', { diversify: { lambda: Number.NaN } }, '"lambda" is NaN'],
      [
        'no candidates',
        { diversify: { candidates: 0 } },
        '"candidates" is 0, expected an integer from 1 to 10000',
      ],
      ['groups of none', { groupBy: { path: 'year', hits: 0 } }, 'groupBy: option "hits" is 0'],
      [
        'too many hits in groups',
        { k: 1_000, groupBy: { path: 'year', hits: 11 } },
        '1000 groups of 11 hits are 11000',
      ],
      ['a limit of 0', { facets: [{ path: 'year', limit: 0 }] }, 'facets: option "limit" is 0'],
      ['no time', { rerank: { by: fair, timeoutMs: 0 } }, 'rerank: option "timeoutMs" is 0'],
    ] as const
  ).map(([what, options, problem]) => ({
    what,
    given: { vector: VECTOR, ...options },
    code: 'OPTION_OUT_OF_RANGE' as const,
    says: [problem],
  })),
  ...(
    [
      ['lamda', { diversify: { lamda: 1 } }, 'diversify: unknown option "lamda"; did you mean "lambda"?'],
      ['size', { groupBy: { path: 'year', size: 3 } }, 'groupBy: unknown option "size" (known: path, hits)'],
      ['a facet of a field', { facets: [{ field: 'year' }] }, 'facets: unknown option "field"'],
      [
        'timeout',
        { rerank: { by: fair, timeout: 5 } },
        'rerank: unknown option "timeout"; did you mean "timeoutMs"?',
      ],
    ] as const
  ).map(([what, options, problem]) => ({
    what,
    given: { vector: VECTOR, ...options },
    code: 'OPTION_UNKNOWN' as const,
    says: [problem],
  })),
  {
    what: 'pages of groups',
    given: { vector: VECTOR, groupBy: 'year', page: true },
    code: 'QUERY_INVALID',
    says: ['received page and groupBy', 'ask for a larger k'],
  },
  ...(
    [
      ['the number of a page', 2, 'page is the number 2 that no search gave'],
      ['no page', false, 'page is the boolean false'],
      ['null', null, 'page is null'],
      ['a text', SECRET, 'page is a string that no search gave, expected true for the first page'],
      ['an empty text', '', 'page is an empty string'],
    ] as const
  ).map(([what, page, problem]) => ({
    what: `as page ${what}`,
    given: { vector: VECTOR, page },
    code: 'PAGE_INVALID' as const,
    says: [problem],
  })),
];

function fair(hits: readonly Hit[]): number[] {
  return hits.map(() => 1);
}

describe('in a stocked database', () => {
  const database = sharedDatabase();

  it.each(OPTIONS)('search refuses $what', async ({ given, says, ...refusal }) => {
    const shelf = await shelfOf(database());
    const told = { ...refusal, says: ['search in collection "books": ', ...says] };
    await expectRefusal(database(), () => shelf.search(given), told);
  });

  it('nothing is embedded or reranked before the query is read', async () => {
    const shelf = await shelfOf(database());
    const rerank = () => expect.fail('asked for scores');
    const query = { vector: VECTOR, rerank, facets: 5 };
    await expectRefusal(database(), () => shelf.search(query), { code: 'OPTION_INVALID', says: ['facets'] });
  });

  describe('a rerank function', () => {
    it.each([
      ['nothing', undefined, 'answered undefined, expected 3 scores'],
      ['too few scores', [1, 2], 'answered 2, expected 3 scores, one a hit'],
      ['NaN', [1, Number.NaN, 2], 'answered the number NaN for hit 1, expected finite numbers'],
      ['texts', ['1', '2', '3'], 'answered a string for hit 0'],
      ['hits', { 0: 1, length: 1 }, 'answered an object (Object), expected 3 scores'],
    ])('that answers %s is named', async (_, scores, problem) => {
      const shelf = await shelfOf(database());
      await expectRefusal(database(), () => shelf.search({ vector: VECTOR, rerank: () => scores }), {
        code: 'RERANK_FAILED',
        says: ['search in collection "books": the rerank function', problem, 'check the function'],
      });
    });

    it('that throws is named, with what it threw as the cause', async () => {
      const shelf = await shelfOf(database());
      const cause = new Error('no such model');
      for (const by of [() => Promise.reject(cause), thrower(cause)]) {
        const error = await expectRefusal(
          database(),
          () => shelf.search({ vector: VECTOR, rerank: { by } }),
          {
            code: 'RERANK_FAILED',
            says: ['the rerank function failed for 3 hits: no such model'],
            details: { hits: 3 },
          },
        );
        expect(error.cause).toBe(cause);
      }
    });

    it('that takes too long is not waited for, and is told', async () => {
      const shelf = await shelfOf(database());
      const told: AbortSignal[] = [];
      const never = (_: unknown, { signal }: { signal: AbortSignal }) => {
        told.push(signal);
        return new Promise(() => {});
      };
      const refusal = { code: 'RERANK_TIMED_OUT', says: ['within 5 ms', 'allow more by timeoutMs'] } as const;
      const rerank = { by: never, timeoutMs: 5 };
      await refusalOf(() => shelf.search({ vector: VECTOR, rerank }), refusal);
      expect(told.map(({ aborted }) => aborted)).toEqual([true]);
    });

    it('ends by the signal, before and meanwhile', async () => {
      const shelf = await shelfOf(database());
      const controller = new AbortController();
      const by = () => {
        controller.abort();
        return new Promise(() => {});
      };
      const search = () => shelf.search({ vector: VECTOR, rerank: { by, signal: controller.signal } });
      const refusal = { code: 'CANCELLED', says: ['reranking was cancelled by its signal'] } as const;
      await refusalOf(search, refusal);
      await refusalOf(search, refusal);
    });
  });

  describe('nearest', () => {
    it.each([
      ['nothing', undefined, 'QUERY_INVALID', 'received none of them'],
      ['k', { vector: VECTOR, k: 3 }, 'OPTION_UNKNOWN', 'unknown option "k"'],
      ['groups', { vector: VECTOR, groupBy: 'year' }, 'OPTION_UNKNOWN', 'unknown option "groupBy"'],
      ['too short a vector', { vector: [1] }, 'DIMENSION_MISMATCH', 'vector has 1 dimension, expected 3'],
      ['an id that is not there', { id: 'nobody' }, 'RECORD_NOT_FOUND', 'no record has the id "nobody"'],
    ] as const)('refuses %s', async (_, query, code, problem) => {
      const shelf = await shelfOf(database());
      const told = { code, says: ['nearest in collection "books": ', problem] };
      await expectRefusal(database(), () => loopOf(shelf, query).next(), told);
    });
  });

  describe('a page', () => {
    const first = { vector: VECTOR, k: 1, page: true };

    async function tokenOf(query: object, name = 'books'): Promise<string> {
      const { next } = (await (await shelfOf(database(), name)).search(query)) as SearchResult;
      expect(next).toEqual(expect.any(String));
      return next ?? '';
    }

    it.each([
      ['vector', { vector: [1, 2, 4] }],
      ['filter', { filter: { year: { $gt: 1 } } }],
      ['least score', { minScore: -1 }],
      ['way to differ', { diversify: true }],
      ['scores', { rerank: fair }],
    ])('is refused by a query with another %s', async (_, change) => {
      const shelf = await shelfOf(database());
      const page = await tokenOf(first);
      await expectRefusal(database(), () => shelf.search({ ...first, ...change, page }), {
        code: 'PAGE_INVALID',
        says: ['belongs to another query or collection', 'keep the query the same from page to page'],
        details: { received: 'a page of another query' },
      });
    });

    it('is refused by another collection', async () => {
      const notes = await shelfOf(database(), 'notes');
      const page = await tokenOf(first);
      await expectRefusal(database(), () => notes.search({ ...first, page }), {
        code: 'PAGE_INVALID',
        says: ['search in collection "notes"', 'another query or collection'],
      });
    });

    it('is refused when a character of it is lost or another, and when it is cut or longer', async () => {
      const shelf = await shelfOf(database());
      const page = await tokenOf(first);
      const other = (i: number) => `${page.slice(0, i)}${page[i] === 'A' ? 'B' : 'A'}${page.slice(i + 1)}`;
      const damaged = [
        ...Array.from(page, (_, i) => other(i)),
        page.slice(1),
        page.slice(0, -1),
        page.slice(0, 8),
        `${page}A`,
        `${page} `,
      ];
      for (const one of damaged) {
        const refusal = { code: 'PAGE_INVALID', says: ['that no search gave'] } as const;
        await refusalOf(() => shelf.search({ ...first, page: one }), refusal);
      }
    });

    it('may be used with another k, other parts and counts, and however the vector is given', async () => {
      const shelf = await shelfOf(database());
      // Numbers that a float cannot have as they are.
      const numbers = VECTOR.map((value) => value + 0.1);
      const page = await tokenOf({ ...first, vector: numbers, filter: undefined });
      const vector = Float32Array.from(numbers);
      const rest = await shelf.search({ page, k: 9, include: [], exact: true, facets: ['year'], vector });
      expect(rest).toHaveLength(2);
      expect(rest).not.toHaveProperty('next');
    });
  });
});

function thrower(error: Error): () => never {
  return () => {
    throw error;
  };
}

function loopOf(shelf: Shelf, query: unknown): ReturnType<Collection['nearest']> {
  return (shelf as unknown as Collection).nearest(query as never);
}
