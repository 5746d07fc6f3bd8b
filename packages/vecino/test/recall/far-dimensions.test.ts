/** Dimensions that are the same for all records, and far from zero, cost no recall: codes of a byte leave them out. */
import { describe, expect, it } from 'vitest';
import type { IndexOptions } from '../../src/api/index-options.ts';
import type { Metric } from '../../src/api/search.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';

const DIMENSION = 24;
const RECORDS = 4_000;
const QUERIES = 20;
const K = 10;

const VARIANTS: readonly (readonly [Metric, IndexOptions])[] = [
  ['l2', { family: 'hnsw' }],
  ['dot', { family: 'hnsw' }],
  ['l2', { family: 'hnsw', originals: 'disk' }],
  ['l2', { family: 'ivf' }],
  ['dot', { family: 'ivf' }],
  ['l2', { family: 'ivf', quantizer: 'sq8' }],
  ['l2', { family: 'ivf', originals: 'disk' }],
  ['l2', { family: 'pq' }],
  ['dot', { family: 'pq' }],
  ['l2', { family: 'lsh' }],
  ['dot', { family: 'lsh' }],
];

describe('a dimension far from zero', () => {
  it.each(VARIANTS)('is left out of codes, and recall is as without it: %s %o', async (metric, index) => {
    const recall = async (far: number) => {
      await using db = await open(':memory:');
      const collection = await db.collection('far', { dimension: DIMENSION, metric, index });
      const random = seededRandom(1);
      const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const make = () => Array.from({ length: DIMENSION }, (_, i) => (i === 3 ? far : gauss()));
      await collection.add(Array.from({ length: RECORDS }, (_, i) => ({ id: `${i}`, vector: make() })));
      await collection.flush();
      let found = 0;
      for (let query = 0; query < QUERIES; query++) {
        // Under the inner product a large number in the query would outshine all others.
        const vector = make().map((value, i) => (metric === 'dot' && i === 3 ? 0 : value));
        const exact = await collection.search({ vector, k: K, exact: true });
        const ids = new Set(exact.map(({ id }) => id));
        for (const { id } of await collection.search({ vector, k: K })) if (ids.has(id)) found += 1;
      }
      return found / (QUERIES * K);
    };
    expect(await recall(1_000)).toBeGreaterThan((await recall(0)) - 0.1);
  });
});
