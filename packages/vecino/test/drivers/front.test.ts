import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { open } from '../../src/index.ts';
import { randomVectors } from '../contract/collection-fixture.ts';
import type { Running } from './engine.ts';
import { postgres } from './postgres-engine.ts';

/*
 * What the front makes of an engine's nearest records (groups, differing hits, pages, loops, the best of several
 * examples) and what drivers count, against a folder that is asked the same. Both compare with all, so that they must
 * agree to the hit.
 */

const METRICS = ['cosine', 'dot', 'l2'] as const;
const DIMENSION = 4;
const RECORDS = 1_500;
const VECTORS = randomVectors(RECORDS, 21, DIMENSION);
const QUERIES = randomVectors(40, 22, DIMENSION);

/** Nine in ten are of one genre, so that groups lie deep; some have none. */
const metadataOf = (i: number) => ({
  ...(i % 10 === 0
    ? { genre: ['a', 7, null, true, { of: 'b' }, ['x', 'y']][(i / 10) % 6] }
    : { genre: 'many' }),
  ...(i % 3 === 0 && { tags: [`t${i % 5}`, `t${i % 7}`, 1, ['deep']] }),
  'year.of': i % 4,
  sparse: i,
});

let running: Running;
let folder: Awaited<ReturnType<typeof open>>;
const pairs = new Map<string, readonly [theirs: Collection, ours: Collection]>();

beforeAll(async () => {
  running = await postgres.start();
  folder = await open(':memory:');
  const remote = await running.open('front');
  for (const metric of METRICS) {
    const make = (database: typeof folder) =>
      database.collection(metric, { dimension: DIMENSION, metric, index: 'flat' });
    const both = [await make(folder), await make(remote)] as const;
    const records = VECTORS.map((vector, i) => ({
      id: `r${i}`,
      vector,
      document: i % 50 === 0 ? 'a rare word' : 'some words',
      metadata: metadataOf(i) as never,
    }));
    for (const one of both) await one.add(records);
    pairs.set(metric, both);
  }
}, 60_000);
afterAll(async () => {
  await folder?.close();
  await running?.stop();
});

const ids = (hits: Iterable<{ readonly id: string }>) => Array.from(hits, ({ id }) => id);

async function bothOf<T>(metric: string, ask: (one: Collection) => Promise<T>): Promise<readonly [T, T]> {
  const [theirs, ours] = pairs.get(metric) ?? [];
  if (!theirs || !ours) throw new Error(`no collections of ${metric}`);
  return [await ask(theirs), await ask(ours)];
}

const asked = fc.record({
  metric: fc.constantFrom(...METRICS),
  vector: fc.constantFrom(...QUERIES),
  k: fc.integer({ min: 1, max: 12 }),
  filter: fc.constantFrom({}, { sparse: { $lt: 300 } }, { genre: { $exists: false } }, { 'year.of': 2 }),
});

describe('like a folder', () => {
  it('groups', async () => {
    const groups = fc.record({
      path: fc.constantFrom('genre', 'year.of', 'sparse', 'tags', 'nothing'),
      hits: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(asked, groups, async ({ metric, vector, k, filter }, groupBy) => {
        const query = { vector, k, filter, groupBy, exact: true } as const;
        const [expected, found] = await bothOf(metric, async (one) => {
          const hits = await one.search(query);
          return { hits: ids(hits), groups: hits.groups?.map((group) => [group.value, ids(group.hits)]) };
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('chooses hits that differ', async () => {
    const options = fc.record({
      lambda: fc.constantFrom(0, 0.3, 0.7, 1),
      candidates: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(
        asked,
        options,
        fc.boolean(),
        async ({ metric, vector, k, filter }, diversify, isGrouped) => {
          const query = { vector, k, filter, diversify, exact: true, ...(isGrouped && { groupBy: 'genre' }) };
          const [expected, found] = await bothOf(metric, async (one) => {
            const hits = await one.search(query as never);
            return { hits: ids(hits), groups: hits.groups?.map((group) => ids(group.hits)) };
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts by value', async () => {
    const paths = fc.uniqueArray(fc.constantFrom('genre', 'tags', 'year.of', 'sparse', 'nothing', "it's"), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(
        asked,
        paths,
        fc.integer({ min: 1, max: 9 }),
        async ({ metric, vector, filter }, all, limit) => {
          const facets = all.map((path) => ({ path, limit }));
          const [expected, found] = await bothOf(
            metric,
            async (one) => (await one.search({ vector, k: 1, filter, facets } as never)).facets,
          );
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ranks by the best of several examples', async () => {
    const examples = fc.record({
      like: fc.array(fc.constantFrom(...QUERIES), { minLength: 1, maxLength: 3 }),
      unlike: fc.array(fc.constantFrom(...QUERIES), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(asked, examples, async ({ metric, k, filter }, { like, unlike }) => {
        const query = {
          like: [...like.map((vector) => ({ vector })), { id: 'r7' }],
          unlike: unlike.map((vector) => ({ vector })),
          strategy: 'bestScore',
          exact: true,
        } as const;
        const [expected, found] = await bothOf(metric, async (one) => one.search({ ...query, k, filter }));
        expect(ids(found)).toEqual(ids(expected));
        for (const [i, { score }] of found.entries())
          expect(score).toBeCloseTo(expected[i]?.score ?? Number.NaN, 3);
      }),
      { numRuns: 40 },
    );
  });

  it('gives page after page, and one by one, without what is written meanwhile', async () => {
    for (const metric of METRICS) {
      const [vector] = QUERIES as [Float32Array];
      const filter = { sparse: { $lt: 200 } };
      const [expected, found] = await bothOf(metric, async (one) => {
        const pages: string[][] = [];
        for (let page: true | string | undefined = true; page !== undefined; ) {
          const hits: Awaited<ReturnType<Collection['search']>> = await one.search({
            vector,
            k: 30,
            filter,
            page,
            exact: true,
          });
          pages.push(ids(hits));
          page = hits.next;
          // Would be the next best hit, and is newer than the first page.
          await one.upsert([
            {
              id: 'new',
              vector: VECTORS[Number(pages[0]?.at(-1)?.slice(1))] as Float32Array,
              metadata: { sparse: 1 },
            },
          ]);
        }
        const all: string[] = [];
        await one.remove('new');
        for await (const { id } of one.nearest({ vector, filter, exact: true })) all.push(id);
        return { pages, all };
      });
      expect(found).toEqual(expected);
      expect(found.pages.flat()).toEqual(found.all);
    }
  });

  it('says what is wrong with a page', async () => {
    const [vector, other] = QUERIES as [Float32Array, Float32Array];
    const [expected, found] = await bothOf('l2', async (one) => {
      const { next = '' } = await one.search({ vector, k: 3, page: true });
      const damaged = `${next.slice(0, -3)}AAA`;
      const queries = [
        { vector: other, page: next },
        { vector, page: damaged },
        { vector, page: 7 },
        { vector, page: '' },
      ];
      return Promise.all(
        queries.map((query) =>
          one
            .search(query as never)
            .catch(({ code, message }) => `${code} ${message}`.replace(/"[\w-]{20,}"/, '"…"')),
        ),
      );
    });
    expect(found).toEqual(expected);
  });
});
