import { describe, expect, it } from 'vitest';
import {
  EFFORTS,
  GRAPH_RECORDS,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  VARIANTS,
} from './collection-fixture.ts';

const families = VARIANTS.filter(({ metric, place }) => metric === 'l2' && place === ':memory:');

describe.each(families)('the recall of queries: $family', (variant) => {
  it('is measured in the background, and of one answer on request', async () => {
    const database = await openDatabase(variant);
    const shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
    await shelf.add(recordsOf(randomVectors(GRAPH_RECORDS, 1)));
    await shelf.flush();
    expect((await shelf.stats()).recall).toBeUndefined();
    await shelf.watchRecall({ share: 1, costMax: 1 });
    expect((await shelf.stats()).recall).toMatchObject({ estimates: [], cost: { queries: 0 } });

    const recalls: number[] = [];
    for (const vector of randomVectors(30, 2)) {
      const query = { vector, k: 10, ...EFFORTS[variant.family].least };
      const { explain } = await shelf.search({ ...query, measureRecall: true });
      const { recall, distanceComputations } = explain?.measuredRecall ?? {};
      expect(distanceComputations).toBeGreaterThan(0);
      recalls.push(recall ?? Number.NaN);
      // Shown to be the share of true neighbours, by two ordinary searches.
      const found = (await shelf.search(query)).map(({ id }) => id);
      const truth = (await shelf.search({ ...query, exact: true })).map(({ id }) => id);
      expect(recall).toBeCloseTo(truth.filter((id) => found.includes(id)).length / 10, 6);
    }
    const measured = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
    const { estimates = [] } = (await shelf.stats()).recall ?? {};
    expect(estimates).toHaveLength(1);
    const [estimate] = estimates;
    expect(estimate?.k).toBe(10);
    // Queries that come while one is measured are passed over.
    expect(estimate?.queries).toBeGreaterThan(0);
    expect(estimate?.low).toBeLessThanOrEqual(measured);
    expect(estimate?.high).toBeGreaterThanOrEqual(measured);
    await shelf.watchRecall(false);
    expect((await shelf.stats()).recall).toBeUndefined();
  });
});

describe('measuring recall', () => {
  it.each([
    [{ share: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ share: 2 }, 'OPTION_OUT_OF_RANGE'],
    [{ rate: 0.1 }, 'OPTION_UNKNOWN'],
    [true, 'OPTION_INVALID'],
  ])('refuses %o', async (options, code) => {
    const database = await openDatabase({ place: ':memory:' });
    const shelf = await database.collection('shelf', { dimension: 2 });
    await expect(shelf.watchRecall(options as never)).rejects.toMatchObject({ code });
  });
});
