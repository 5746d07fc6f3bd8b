import { beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisProgress } from '../../src/api/analysis.ts';
import type { Collection } from '../../src/api/collection.ts';
import { score } from '../../src/kernel/oracle.ts';
import { add, scale, subtract } from '../../src/vector.ts';
import {
  expectExact,
  openDatabase,
  randomVectors,
  recordsOf,
  type Shelf,
  sharedDatabase,
  VARIANTS,
  vectorsById,
} from './collection-fixture.ts';

const RECORDS = 400;
const VECTORS = randomVectors(RECORDS, 21).map((vector, i, all) => {
  // Every fortieth is a copy of its neighbour, and the last is far from all.
  if (i % 40 === 1) return all[i - 1] ?? vector;
  return i === RECORDS - 1 ? vector.map((value) => value - 5) : vector;
});

describe.each(VARIANTS)('examples and questions about the whole: $family, $metric, $place', (variant) => {
  const { metric } = variant;
  const openShelf = sharedDatabase(variant);
  let shelf: Collection<Shelf>;

  beforeAll(async () => {
    shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS));
    await shelf.flush();
  });

  it('finds what examples add up to', async () => {
    const [a, b, c] = [5, 6, 7].map((i) => {
      const vector = Array.from(VECTORS[i] ?? []);
      return metric === 'cosine' ? scale(vector, 1 / Math.hypot(...vector)) : vector;
    });
    const target = subtract(add(a ?? [], b ?? []), scale(c ?? [], 0.5));
    const hits = await shelf.search({
      like: [{ id: 'r5' }, { vector: VECTORS[6] ?? [] }],
      unlike: [{ id: 'r7', weight: 0.5 }],
      exact: true,
    });
    const others = vectorsById(VECTORS, (i) => i !== 5 && i !== 7);
    expectExact(hits, metric, Float32Array.from(target), others, 10);
    const many = await shelf.searchMany([
      { like: [{ id: 'r5' }], exact: true },
      { like: [{ id: 'r8' }, { id: 'r9' }], strategy: 'bestScore', exact: true, explain: true },
    ]);
    expect(many[0]?.map(({ id }) => id)).not.toContain('r5');
    expect(many[1]).toHaveLength(10);
    expect(many[1]?.explain?.distanceComputations).toBeGreaterThan(0);
  });

  it('finds copies, says how far it is, and can be ended', async () => {
    const minScore = metric === 'cosine' ? 0.999999 : -1e-6;
    if (metric !== 'dot') {
      const { pairs, clusters } = await shelf.duplicates({ minScore });
      expect(pairs.map(({ ids }) => ids.join()).sort()).toEqual(
        Array.from({ length: 10 }, (_, i) => `r${i * 40},r${i * 40 + 1}`).sort(),
      );
      expect(clusters).toHaveLength(10);
    }
    const heard: AnalysisProgress[] = [];
    await shelf.duplicates({ minScore: 1e9, onProgress: (progress) => heard.push(progress) });
    expect(heard[0]).toEqual({ stage: 'searching', done: 0, total: RECORDS });
    expect(heard.at(-1)).toEqual({ stage: 'searching', done: RECORDS, total: RECORDS });
    const controller = new AbortController();
    const ended = shelf.duplicates({
      minScore: 1e9,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('divides all records into clusters', async () => {
    const clusters = await shelf.clusters({ k: 4, members: true, include: [] });
    expect(clusters.flatMap(({ ids }) => ids ?? []).sort()).toEqual([...vectorsById(VECTORS).keys()].sort());
    for (const { centroid, representatives } of clusters) {
      for (const { id, score: near } of representatives) {
        const vector = VECTORS[Number(id.slice(1))] ?? [];
        expect(near).toBeCloseTo(score(metric, centroid, vector), 4);
      }
    }
    expect(await shelf.clusters({ k: 4, members: true, include: [] })).toEqual(clusters);
  });

  it.skipIf(metric === 'dot')(
    'judges records and new vectors, and sees what is written (inner products are no distances)',
    async () => {
      const own = await openShelf();
      await own.add(recordsOf(VECTORS));
      const query = { neighbours: 10, exact: true } as const;
      const [odd] = await own.anomalies({ ...query, method: 'distance', limit: 1 });
      expect(odd?.score).toBeGreaterThan(0.99);
      if (metric === 'l2')
        expect(odd).toMatchObject({ id: `r${RECORDS - 1}`, document: `text ${RECORDS - 1}` });

      // A place where nothing is, until twenty records are there.
      const vector = Float32Array.of(-9, 9, -9, 9, -9, 9, -9, 9);
      const before = await own.anomaly({ ...query, vector, method: 'distance' });
      const near = randomVectors(20, 5).map((small) =>
        vector.map((value, i) => value + (small[i] ?? 0) / 100),
      );
      await own.add(near.map((one, i) => ({ id: `new${i}`, vector: one })));
      const after = await own.anomaly({ ...query, vector, method: 'distance' });
      expect(after.distance).toBeLessThan(before.distance);
      expect(after.score).toBe(0);
      expect(after.outlierFactor).toBeLessThan(2);
      await own.remove(near.map((_, i) => `new${i}`));
      expect((await own.anomaly({ ...query, vector, method: 'distance' })).distance).toBe(before.distance);
    },
  );
});

it('examples may come from another collection', async () => {
  const database = await openDatabase({ place: ':memory:' });
  const shelf = await database.collection('shelf', { dimension: 2, index: 'flat' });
  const people = await database.collection('people', { dimension: 2, metric: 'l2' });
  await shelf.add([
    { id: 'east', vector: [1, 0] },
    { id: 'north', vector: [0, 1] },
  ]);
  await people.add([{ id: 'north', vector: [0.1, 7] }]);
  const [hit] = await shelf.search({ like: [{ id: 'north', collection: 'people' }], k: 1 });
  expect(hit?.id).toBe('north');
  const alone = await database.collection('one', { dimension: 3 });
  await alone.add([{ id: 'a', vector: [1, 2, 3] }]);
  await expect(shelf.search({ like: [{ id: 'a', collection: 'one' }] })).rejects.toMatchObject({
    code: 'DIMENSION_MISMATCH',
  });
});
