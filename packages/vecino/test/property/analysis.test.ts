import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { Metric } from '../../src/api/search.ts';
import { open } from '../../src/index.ts';
import { score } from '../../src/kernel/oracle.ts';

/** Few places for many records, so that there are copies, groups and loners. */
const coordinate = fc.integer({ min: 1, max: 4 });
const record = fc.record({
  vector: fc.tuple(coordinate, coordinate, coordinate).map((vector) => [...vector]),
  metadata: fc.record({ kind: fc.constantFrom('a', 'b') }),
});
const records = fc.array(record, { minLength: 2, maxLength: 40, size: 'max' });
const filter = fc.constantFrom(undefined, { kind: 'a' });

interface Given {
  readonly vector: number[];
  readonly metadata: { readonly kind: string };
}

let database: Database;
let opened = 0;
beforeAll(async () => {
  database = await open(':memory:');
});
afterAll(() => database.close());

/** A collection of these records in a database that all share: its thread is started once. */
async function withCollection<T>(
  metric: Metric,
  given: readonly Given[],
  task: (collection: Collection<Given['metadata']>) => Promise<T>,
): Promise<T> {
  const name = `all${opened++}`;
  const collection = await database.createCollection<Given['metadata']>(name, { dimension: 3, metric });
  await collection.add(given.map((one, i) => ({ id: idOf(i), ...one })));
  const answer = await task(collection);
  await database.dropCollection(name);
  return answer;
}

/** In the order of the ordinals. */
function idOf(ordinal: number): string {
  return `r${String(ordinal).padStart(3, '0')}`;
}

/** The records that a filter lets pass, with their ids. */
function matching(given: readonly Given[], asked: { readonly kind: string } | undefined) {
  return given
    .map(({ vector, metadata }, i) => ({ id: idOf(i), vector, kind: metadata.kind }))
    .filter(({ kind }) => !asked || kind === asked.kind);
}

describe.each(['cosine', 'l2', 'dot'] as const)('questions about a whole collection, %s', (metric) => {
  it('finds the near-duplicates that comparing all with all finds', { timeout: 120_000 }, async () => {
    const minScores = { cosine: 0.95, l2: -1.2, dot: 25 };
    let found = 0;
    await fc.assert(
      fc.asyncProperty(records, filter, async (given, asked) => {
        // Between the scores that there can be: 32-bit floats would tell equal ones apart.
        const minScore = minScores[metric] - 0.0123;
        const all = matching(given, asked);
        const expected = all.flatMap((a, i) =>
          all.slice(i + 1).flatMap((b) => {
            const near = score(metric, a.vector, b.vector);
            return near >= minScore ? [{ ids: [a.id, b.id], score: near }] : [];
          }),
        );
        const { pairs, clusters } = await withCollection(metric, given, (collection) =>
          collection.duplicates({ minScore, exact: true, ...(asked && { filter: asked }) }),
        );
        found += pairs.length;
        const byIds = (pair: { readonly ids: readonly string[] }) => pair.ids.join();
        expect(new Set(pairs.map(byIds))).toEqual(new Set(expected.map(byIds)));
        expect(pairs).toHaveLength(expected.length);
        const scores = new Map(expected.map((pair) => [byIds(pair), pair.score]));
        for (const pair of pairs) expect(pair.score).toBeCloseTo(scores.get(byIds(pair)) ?? Number.NaN, 4);
        expect(pairs.map((pair) => pair.score)).toEqual(
          pairs.map((pair) => pair.score).toSorted((a, b) => b - a),
        );

        // Groups by spreading the least id of each neighbour until nothing changes.
        const group = new Map(expected.flatMap(({ ids }) => ids).map((id) => [id, id]));
        for (let changed = true; changed; ) {
          changed = false;
          for (const { ids } of expected) {
            const least = ids.map((id) => group.get(id) ?? id).sort()[0] ?? '';
            for (const id of ids) {
              changed ||= group.get(id) !== least;
              group.set(id, least);
            }
          }
        }
        const groups = [...Map.groupBy(group.keys(), (id) => group.get(id)).values()].map((ids) =>
          ids.sort().join(),
        );
        expect(clusters.map(({ ids }) => ids.join()).sort()).toEqual(groups.sort());
        const sizes = clusters.map(({ ids }) => ids.length);
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('divides the records into clusters, each nearest to its centre', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(records, filter, fc.integer({ min: 1, max: 5 }), async (given, asked, k) => {
        const all = matching(given, asked);
        fc.pre(all.length >= k);
        const clusters = await withCollection(metric, given, (collection) =>
          collection.clusters({ k, members: true, ...(asked && { filter: asked }) }),
        );
        expect(clusters.length).toBeLessThanOrEqual(k);
        expect(clusters.flatMap(({ ids }) => ids ?? []).sort()).toEqual(all.map(({ id }) => id));
        expect(clusters.map(({ size }) => size)).toEqual(clusters.map(({ ids }) => ids?.length));
        const near = metric === 'cosine' ? 'cosine' : 'l2';
        for (const { id, vector } of all) {
          const own = clusters.find(({ ids }) => ids?.includes(id));
          const best = Math.max(...clusters.map(({ centroid }) => score(near, vector, centroid)));
          expect(score(near, vector, own?.centroid ?? [])).toBeCloseTo(best, 4);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(['cosine', 'l2'] as const)('anomalies, %s', (metric) => {
  const distanceOf = (a: number[], b: number[]) =>
    metric === 'l2' ? -score('l2', a, b) : Math.sqrt(Math.max(0, 2 - 2 * score('cosine', a, b)));

  it('are ranked by the distance that comparing all with all gives', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(records, filter, fc.integer({ min: 1, max: 6 }), async (given, asked, neighbours) => {
        const all = matching(given, asked);
        fc.pre(all.length > neighbours);
        const [anomalies, judged] = await withCollection(metric, given, async (collection) => {
          const query = {
            neighbours,
            method: 'distance',
            exact: true,
            ...(asked && { filter: asked }),
          } as const;
          const [first] = all;
          const again = await collection.anomalies({ ...query, limit: 100 });
          return [again, await collection.anomaly({ ...query, id: first?.id ?? '' })] as const;
        });
        expect(anomalies).toHaveLength(all.length);
        const expected = new Map(
          all.map(({ id, vector }) => {
            const others = all.filter((other) => other.id !== id);
            const distances = others.map((other) => distanceOf(vector, other.vector)).sort((a, b) => a - b);
            return [id, distances[neighbours - 1] ?? Number.NaN];
          }),
        );
        // Directions that are the same differ by the rounding of floats, of which the distance is the root.
        for (const { id, distance } of anomalies)
          expect(distance).toBeCloseTo(expected.get(id) ?? Number.NaN, 2);
        const distances = anomalies.map(({ distance }) => distance);
        expect(distances).toEqual(distances.toSorted((a, b) => b - a));
        for (const { score: share, distance } of anomalies) {
          expect(share).toBe(distances.filter((other) => other < distance).length / all.length);
        }
        const same = anomalies.find(({ id }) => id === all[0]?.id);
        expect(judged.distance).toBe(same?.distance);
        expect(judged.outlierFactor).toBeCloseTo(same?.outlierFactor ?? Number.NaN, 9);
        expect(judged.score).toBe(same?.score);
      }),
      { numRuns: 40 },
    );
  });
});
