/**
 * Records that are much longer than all that an index has learnt from, through the public API: codes say nothing of
 * them, and they must neither be lost nor take the places of others.
 */
import { expect, it, onTestFinished } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';

const DIMENSION = 64;
const RECORDS = 6_000;
/** Fewer than the share of far ones at which everything is learnt anew. */
const OUTLIERS = 60;
const TIMES_AS_LONG = 4;
const QUERIES = 100;
const K = 10;
const FLOOR = 0.97;

const CASES = [
  { metric: 'l2', index: { family: 'pq' } },
  { metric: 'dot', index: { family: 'pq' } },
  { metric: 'l2', index: { family: 'ivf', nprobe: 24 } },
  { metric: 'l2', index: { family: 'ivf', quantizer: 'binary', nprobe: 24 } },
] as const;

it.each(CASES)(
  '$index of $metric finds as much beside outliers, and these too',
  async ({ metric, index }) => {
    const db = await open(':memory:');
    onTestFinished(() => db.close());
    const collection: Collection = await db.createCollection('c', { dimension: DIMENSION, metric, index });
    const vectorOf = vectorsOf();
    const add = async (name: string, vectors: readonly Float32Array[]) => {
      await collection.add(vectors.map((vector, i) => ({ id: `${name}${i}`, vector })));
      await collection.flush();
    };
    const queries = Array.from({ length: QUERIES }, () => vectorOf(1));
    await add(
      'a',
      Array.from({ length: RECORDS }, () => vectorOf(1)),
    );
    const outliers = Array.from({ length: OUTLIERS }, () => vectorOf(TIMES_AS_LONG));

    expect(await recallOf(collection, queries)).toBeGreaterThanOrEqual(FLOOR);
    await add('far', outliers);
    expect(await recallOf(collection, queries)).toBeGreaterThanOrEqual(FLOOR);
    const found = await Promise.all(outliers.map((vector) => collection.search({ vector, k: 1 })));
    expect(found.filter(([hit], i) => metric === 'dot' || hit?.id === `far${i}`)).toHaveLength(OUTLIERS);
  },
);

async function recallOf(collection: Collection, queries: readonly Float32Array[]): Promise<number> {
  const ask = (exact: boolean) =>
    collection.searchMany(queries.map((vector) => ({ vector, k: K, include: [], exact })));
  const [truth, found] = [await ask(true), await ask(false)];
  const hits = found.flatMap((ofQuery, i) => {
    const last = truth[i]?.at(-1)?.score ?? 0;
    return ofQuery.filter(({ score }) => score >= last - 1e-6 * Math.abs(last));
  });
  return hits.length / (QUERIES * K);
}

/** Vectors that fill fourteen directions and a little of all others. */
function vectorsOf(): (length: number) => Float32Array {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const normals = (count: number) => Float64Array.from({ length: count }, normal);
  const axes = Array.from({ length: 14 }, () => normals(DIMENSION));
  return (length) => {
    const along = normals(axes.length);
    const beside = normals(DIMENSION);
    return Float32Array.from(beside, (value, j) => {
      const sum = axes.reduce((total, axis, i) => total + (along[i] ?? 0) * (axis[j] ?? 0), 0);
      return length * (sum + 0.1 * value);
    });
  };
}
