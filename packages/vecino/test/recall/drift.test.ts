/**
 * Data that move away from what an index has learnt, through the public API: the second half of the records is of
 * other clusters than the first, and then the first half is removed. Recall is what was asked for, for queries of either
 * kind as long as there are records of it, and after reopening.
 */
import { expect, it, onTestFinished } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Warning } from '../../src/api/database.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const DIMENSION = 64;
/** Of more than codewords are learnt from: these must not be of the first half alone. */
const HALF = 8_400;
const QUERIES = 150;
const K = 10;
const ASKED = 0.95;
/** What the calibration promises, and twice the standard error of so few queries. */
const FLOOR = ASKED - 0.02 - 0.01;

/** Codewords and their units are learnt from parts of a sample, and one list has to serve old and new. */
const INDEX = { family: 'pq', recall: ASKED } as const;

it('data that drift are found, old and new', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const warnings: Warning[] = [];
  const settings = { onWarning: (warning: Warning) => warnings.push(warning) };
  let db = await open(folder, settings);
  onTestFinished(() => db.close());
  let collection: Collection = await db.createCollection('c', {
    dimension: DIMENSION,
    metric: 'l2',
    index: INDEX,
  });
  const random = seededRandom(3);
  const [former, latter] = [cloud(random, 0), cloud(random, 1.5)];
  const queries = { old: vectorsOf(former, QUERIES), fresh: vectorsOf(latter, QUERIES) };
  const expectFound = async (kinds: readonly (keyof typeof queries)[], when: string) => {
    await settled(collection);
    for (const kind of kinds) {
      const recall = await measure(collection, queries[kind]);
      expect(recall, `${kind}, ${when}`).toBeGreaterThanOrEqual(FLOOR);
    }
  };

  await add(collection, 'old', vectorsOf(former, HALF));
  await expectFound(['old'], 'before');
  const fresh = vectorsOf(latter, HALF);
  await add(collection, 'few', fresh.slice(0, HALF / 4));
  await expectFound(['old', 'fresh'], 'when few have come');
  await add(collection, 'most', fresh.slice(HALF / 4));
  await expectFound(['old', 'fresh'], 'when all have come');
  await collection.remove(Array.from({ length: HALF }, (_, i) => `old${i}`));
  await expectFound(['fresh'], 'when the old are gone');
  await db.close();
  db = await open(folder, settings);
  collection = await db.openCollection('c');
  await expectFound(['fresh'], 'after reopening');
  expect((await collection.check()).problems).toEqual([]);
  expect(warnings).toEqual([]);
});

/** Makes vectors of 40 clusters, which fill 14 directions and a little of all others, so far from the origin. */
function cloud(random: Random, away: number): () => Float32Array {
  const directions = 14;
  const normals = (count: number, deviation: number) =>
    Float64Array.from({ length: count }, () => normal(random) * deviation);
  const axes = Array.from({ length: directions }, () => normals(DIMENSION, directions ** -0.5));
  const middle = normals(DIMENSION, away);
  const centres = Array.from({ length: 40 }, () => normals(directions, 2));
  return () => {
    const centre = centres[Math.floor(random() * centres.length)] ?? new Float64Array(directions);
    const along = centre.map((value) => value + normal(random));
    const vector = Float32Array.from(middle, (value) => value + normal(random) / 10);
    for (const [j, axis] of axes.entries()) {
      for (let i = 0; i < DIMENSION; i++) vector[i] = (vector[i] ?? 0) + (along[j] ?? 0) * (axis[i] ?? 0);
    }
    return vector;
  };
}

/** Nearly normal: the sum of six, of variance 1. */
function normal(random: Random): number {
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += random() - 0.5;
  return sum * Math.SQRT2;
}

function vectorsOf(make: () => Float32Array, count: number): Float32Array[] {
  return Array.from({ length: count }, make);
}

async function add(collection: Collection, prefix: string, vectors: readonly Float32Array[]): Promise<void> {
  const records = vectors.map((vector, i) => ({ id: `${prefix}${i}`, vector }));
  for (let from = 0; from < records.length; from += 1_000)
    await collection.add(records.slice(from, from + 1_000));
}

/** Resolves when everything is linked and there is a calibration; the test's time limit ends it. */
async function settled(collection: Collection): Promise<void> {
  await collection.flush();
  while (!(await collection.stats()).index.calibration) {
    await collection.search({ vector: new Float32Array(DIMENSION).fill(1), k: 1 });
  }
}

/** Mean recall, ties counted by score. */
async function measure(collection: Collection, queries: readonly Float32Array[]): Promise<number> {
  const ask = (query: object) =>
    collection.searchMany(queries.map((vector) => ({ vector, k: K, include: [], explain: true, ...query })));
  const truth = await ask({ exact: true });
  let found = 0;
  for (const [i, hits] of (await ask({})).entries()) {
    expect(hits.explain?.way).not.toBe('exact');
    const last = truth[i]?.at(-1)?.score ?? Number.NaN;
    found += hits.filter(({ score }) => score >= last - Math.abs(last) * 1e-6).length;
  }
  return found / (queries.length * K);
}
