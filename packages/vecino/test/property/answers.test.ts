import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { JsonObject, JsonValue } from '../../src/api/metadata.ts';
import type { Hit, Metric, SearchQuery } from '../../src/api/search.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { score } from '../../src/kernel/oracle.ts';
import { type Filter, filter, KINDS, metadataOf } from './collection-steps.ts';
import { NaiveCollection } from './naive-collection.ts';

/*
 * What comes after the k nearest (difference, groups, counts, second scores, pages), each against the plainest
 * thing that does the same. Searches are exact and vectors random, so that there is one right answer.
 */

const RECORDS = 300;
const DIMENSION = 4;
const PATHS = ['n', 's', 'mixed', 'nested.x', 'tags', 'nowhere'] as const;
const RUNS = 40;

const asked = fc.record({
  vector: fc.nat(0x7fffffff).map(vectorOf),
  k: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(RECORDS)),
  filter: fc.option(filter, { nil: undefined }),
  path: fc.constantFrom(...PATHS),
  hits: fc.integer({ min: 1, max: 5 }),
  lambda: fc.constantFrom(0, 0.3, 0.5, 1),
  candidates: fc.constantFrom(1, 7, 30, RECORDS),
});

interface Scored {
  readonly id: string;
  readonly score: number;
}

describe.each(KINDS)('answers are those of the naive form: $family, $metric', ({ family, metric }) => {
  let database: Database;
  let collection: Collection;
  const naive = new NaiveCollection(DIMENSION, metric);

  beforeAll(async () => {
    database = await open(':memory:');
    collection = await database.createCollection('c', { dimension: DIMENSION, metric, index: family });
    const input = Array.from({ length: RECORDS }, (_, i) => recordOf(`r${i}`, i));
    await collection.add(input);
    for (const { id, ...record } of input) naive.records.set(id, { ...record, document: undefined });
    await collection.flush();
  });

  afterAll(() => database.close());

  /** All that match, best first. */
  function ranked(vector: Float32Array, wanted: Filter | undefined): Scored[] {
    return naive
      .matching(wanted)
      .map((id) => ({ id, score: naive.scoreOf(vector, id) }))
      .sort((a, b) => b.score - a.score);
  }

  function valueAt(id: string, path: string): JsonValue | undefined {
    const metadata = naive.records.get(id)?.metadata ?? {};
    if (path !== 'nested.x') return metadata[path];
    const { nested } = metadata;
    return typeof nested === 'object' && nested !== null ? (nested as JsonObject)['x'] : undefined;
  }

  it('groups', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ vector, k, filter: wanted, path, hits: size }) => {
        const query = {
          vector,
          k,
          exact: true,
          groupBy: { path, hits: size },
          ...(wanted && { filter: wanted }),
        };
        const hits = await collection.search(query as SearchQuery);
        const all = ranked(vector, wanted).filter(({ id }) => valueAt(id, path) !== undefined);
        const groups = Map.groupBy(all, ({ id }) => canonical(valueAt(id, path)));
        const best = [...groups.values()].slice(0, k).map((group) => group.slice(0, size));
        expectScores(
          (hits.groups ?? []).flatMap((group) => group.hits),
          best.flat(),
        );
        expect((hits.groups ?? []).map((group) => group.hits.length)).toEqual(
          best.map(({ length }) => length),
        );
        for (const group of hits.groups ?? []) {
          for (const { id } of group.hits) expect(valueAt(id, path)).toEqual(group.value);
        }
        const values = (hits.groups ?? []).map(({ value }) => canonical(value));
        expect(new Set(values).size).toBe(values.length);
        expectInOrder(hits);
        expect(new Set(hits)).toEqual(new Set((hits.groups ?? []).flatMap((group) => group.hits)));
      }),
      { numRuns: RUNS },
    );
  });

  it('differ from each other', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ vector, k, filter: wanted, lambda, candidates }) => {
        const query = {
          vector,
          k,
          exact: true,
          diversify: { lambda, candidates },
          ...(wanted && { filter: wanted }),
        };
        const hits = await collection.search(query as SearchQuery);
        const pool = ranked(vector, wanted).slice(0, Math.max(k, candidates));
        expect(hits).toHaveLength(Math.min(k, pool.length));
        const left = new Map(pool.map((one) => [one.id, { ...one, similar: Number.NEGATIVE_INFINITY }]));
        for (const [i, hit] of hits.entries()) {
          const worth = ({ score: own, similar }: Scored & { similar: number }) =>
            i === 0 ? own : lambda * own - (1 - lambda) * similar;
          const chosen = left.get(hit.id) ?? expect.fail(`${hit.id} is no candidate, or comes twice`);
          const best = Math.max(...[...left.values()].map(worth));
          expect(isNear(worth(chosen), best), `choice ${i}`).toBe(true);
          left.delete(hit.id);
          for (const one of left.values())
            one.similar = Math.max(one.similar, between(metric, naive, one.id, hit.id));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('count by value', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ vector, filter: wanted, k: limit }) => {
        const facets = PATHS.map((path) => ({ path, limit }));
        const query = { vector, k: 1, facets, ...(wanted && { filter: wanted }) };
        const counted = (await collection.search(query as SearchQuery)).facets ?? {};
        for (const path of PATHS) {
          const counts = new Map<unknown, number>();
          for (const id of naive.matching(wanted)) {
            const value = valueAt(id, path);
            for (const one of new Set(Array.isArray(value) ? value : [value])) {
              if (one === undefined || (typeof one === 'object' && one !== null)) continue;
              counts.set(one, (counts.get(one) ?? 0) + 1);
            }
          }
          const values = counted[path]?.values ?? [];
          expect(counted[path]?.different).toBe(counts.size);
          expect(values.map(({ value, count }) => [value, count])).toEqual(
            values.map(({ value }) => [value, counts.get(value)]),
          );
          expect(values.map(({ count }) => count)).toEqual(
            [...counts.values()].sort((a, b) => b - a).slice(0, limit),
          );
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are scored anew, and then cut, chosen and grouped', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ vector, k, filter: wanted, candidates, path, hits: size }) => {
        const pool = ranked(vector, wanted);
        const least = pool[Math.max(k, candidates) - 1]?.score ?? Number.NEGATIVE_INFINITY;
        const rerank = { by: (hits: readonly Hit[]) => hits.map(({ id }) => anew(id)), candidates };
        const query = { vector, k, exact: true, rerank, include: [], ...(wanted && { filter: wanted }) };
        const hits = await collection.search(query as SearchQuery);
        expectInOrder(hits);
        expect(hits).toHaveLength(Math.min(k, pool.length));
        for (const hit of hits) {
          expect(hit).toEqual({ id: hit.id, score: anew(hit.id) });
          expect(naive.scoreOf(vector, hit.id)).toBeGreaterThanOrEqual(least - 1e-5);
        }
        const minScore = hits[Math.floor(hits.length / 2)]?.score ?? 0;
        const good = await collection.search({ ...query, minScore } as SearchQuery);
        expect(good).toEqual(hits.filter((hit) => hit.score >= minScore));
        const all = { ...query, rerank: { ...rerank, candidates: RECORDS } };
        const grouped = await collection.search({ ...all, groupBy: { path, hits: size } } as SearchQuery);
        const inGroups = pool
          .map(({ id }) => ({ id, score: anew(id) }))
          .filter(({ id }) => valueAt(id, path) !== undefined)
          .sort((a, b) => b.score - a.score);
        const groups = Map.groupBy(inGroups, ({ id }) => canonical(valueAt(id, path)));
        const best = [...groups.values()].slice(0, k).flatMap((group) => group.slice(0, size));
        expectScores(
          (grouped.groups ?? []).flatMap((group) => group.hits),
          best,
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('come page by page, each once, whatever is written meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        asked,
        fc.array(
          fc.record({ at: fc.nat(RECORDS - 1), do: fc.constantFrom('remove', 'move', 'patch', 'add') }),
          {
            maxLength: 12,
          },
        ),
        async ({ vector, filter: wanted, k: length }, writes) => {
          const query = { vector, exact: true, k: Math.max(length, 20), ...(wanted && { filter: wanted }) };
          const touched = new Set<string>();
          const expected = ranked(vector, wanted);
          const given: Hit[] = [];
          let page: true | string | undefined = true;
          for (const pending = [...writes]; page !== undefined; ) {
            const hits: Awaited<ReturnType<Collection['search']>> = await collection.search({
              ...query,
              page,
            } as SearchQuery);
            given.push(...hits);
            expectInOrder(hits);
            page = hits.next;
            const write = pending.shift();
            if (!write) continue;
            const id = `r${write.at}`;
            const record = recordOf(id, write.at);
            touched.add(id);
            if (write.do === 'remove') await collection.remove(id);
            if (write.do === 'move') await collection.upsert([{ ...record, vector: [...vector] }]);
            if (write.do === 'patch') await collection.upsert([record]);
            if (write.do === 'add') await collection.upsert([{ ...recordOf('new', write.at), vector }]);
          }
          const restored = [...touched].map((id) => recordOf(id, Number(id.slice(1))));
          if (restored.length > 0) await collection.upsert(restored);
          await collection.remove('new');
          const ids = given.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids).not.toContain('new');
          const stayed = expected.filter(({ id }) => !touched.has(id));
          const seen = new Set(ids);
          expect(stayed.filter(({ id }) => !seen.has(id))).toEqual([]);
          // In the order of one long answer.
          expectScores(
            given.filter(({ id }) => !touched.has(id)),
            stayed,
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('come one by one, nearest first', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ vector, filter: wanted, k }) => {
        const query = { vector, exact: true, include: [], ...(wanted && { filter: wanted }) };
        const all: Hit[] = [];
        for await (const hit of collection.nearest(query as SearchQuery)) all.push(hit);
        expectScores(all, ranked(vector, wanted));
        const few: Hit[] = [];
        for await (const hit of collection.nearest(query as SearchQuery)) {
          few.push(hit);
          if (few.length === k) break;
        }
        expect(few).toEqual(all.slice(0, k));
      }),
      { numRuns: RUNS },
    );
  });
});

function recordOf(id: string, ordinal: number) {
  const tags = ['x', 'y', 'z', 'x'].slice(0, ordinal % 5);
  return {
    id,
    vector: vectorOf(ordinal),
    metadata: { ...metadataOf(id, 7), ...(ordinal % 3 > 0 && { tags }) },
  };
}

/** Different for each seed, so that there are no ties. */
function vectorOf(seed: number): Float32Array {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1));
  return Float32Array.from({ length: DIMENSION }, () => random() * 2 - 1);
}

/** Scores of a second stage; all different. */
function anew(id: string): number {
  return Math.sin(Number(id.slice(1)) + 1);
}

function canonical(value: JsonValue | undefined): string {
  return JSON.stringify(value);
}

function between(metric: Metric, naive: NaiveCollection, a: string, b: string): number {
  return score(metric, naive.records.get(a)?.vector ?? [], naive.records.get(b)?.vector ?? []);
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));
}

/** Which of several equal ones is answered is not fixed; their scores are. */
function expectScores(hits: readonly Scored[], expected: readonly Scored[]): void {
  expect(hits).toHaveLength(expected.length);
  const wrong = hits.filter((hit, i) => !isNear(hit.score, expected[i]?.score ?? Number.NaN));
  expect(wrong).toEqual([]);
}

function expectInOrder(hits: readonly Scored[]): void {
  expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).sort((a, b) => b - a));
}
