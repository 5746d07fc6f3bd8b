import { beforeAll, describe, expect, it } from 'vitest';
import type { Advice } from '../../src/api/advice.ts';
import type { Metric } from '../../src/api/search.ts';
import { seededRandom } from '../../src/base/random.ts';
import { type Database, open, verifyAdvice } from '../../src/index.ts';
import { HashedTexts } from './hashed-texts.ts';

const RECORDS = 1_500;
const DIMENSION = 16;
const QUERIES = 40;

/** Vectors around a few centres, and real queries among them. */
function vectorsOf(count: number, seed: number): number[][] {
  const random = seededRandom(seed);
  const centres = Array.from({ length: 12 }, () => Array.from({ length: DIMENSION }, () => random() * 2));
  return Array.from({ length: count }, (_, i) =>
    (centres[i % centres.length] ?? []).map((value) => value + random()),
  );
}

async function stocked(metric: Metric): Promise<Database> {
  const db = await open(':memory:');
  const books = await db.createCollection('books', { dimension: DIMENSION, metric });
  const vectors = vectorsOf(RECORDS, 1);
  await books.add(vectors.map((vector, i) => ({ id: String(i), vector, metadata: { even: i % 2 === 0 } })));
  return db;
}

describe('advice on a collection', () => {
  let advice: Advice;
  const stages = new Set<string>();

  beforeAll(async () => {
    await using db = await stocked('l2');
    const books = await db.openCollection('books');
    const before = await books.describe();
    advice = await books.advise({
      recall: 0.9,
      queries: vectorsOf(QUERIES, 1),
      records: 50_000,
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(await books.describe()).toEqual(before);
    await books.reindex(advice.recommendation.index);
    expect((await books.describe()).index.family).toBe(familyOf(advice));
  }, 60_000);

  it('has tried each family, at two sizes where it may be chosen', () => {
    const families = new Set(advice.configurations.map(({ family }) => family));
    expect([...families].sort()).toEqual(['flat', 'hnsw', 'ivf', 'lsh', 'pq']);
    for (const { samples, dropped } of advice.configurations) {
      if (samples.length === 0) expect(dropped).toBeDefined();
      for (const sample of samples) expect(sample.points.length).toBeGreaterThan(0);
    }
    const best = advice.configurations.find(({ name }) => name === advice.recommendation.name);
    expect(best?.samples.map(({ records }) => records)).toEqual(
      best?.samples.map(({ records }) => records).toSorted((a, b) => a - b),
    );
    expect(best?.samples.length).toBe(2);
  });

  it('has figures that make sense', () => {
    for (const { samples, forecast } of advice.configurations) {
      for (const { points, atTarget, memoryBytes, diskBytes, buildSeconds } of samples) {
        for (const { recall, low, high, qps, p50Ms, p99Ms } of points) {
          expect(low).toBeLessThanOrEqual(recall + 1e-9);
          expect(high).toBeGreaterThanOrEqual(recall - 1e-9);
          expect(qps).toBeGreaterThan(0);
          expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
        }
        if (atTarget) expect(Math.max(...points.map(({ recall }) => recall))).toBeGreaterThanOrEqual(0.9);
        expect(memoryBytes).toBeGreaterThan(0);
        expect(diskBytes).toBeGreaterThan(0);
        expect(buildSeconds).toBeGreaterThan(0);
      }
      if (!forecast) continue;
      for (const estimate of [forecast.qps, forecast.p50Ms, forecast.buildSeconds, forecast.memoryBytes]) {
        expect(estimate.low).toBeLessThanOrEqual(estimate.value);
        expect(estimate.high).toBeGreaterThanOrEqual(estimate.value);
      }
    }
  });

  it('says what it has looked at, and what it means', () => {
    expect(advice).toMatchObject({
      subject: 'books',
      records: RECORDS,
      fullRecords: 50_000,
      dimension: DIMENSION,
      metric: 'l2',
      wanted: { recall: 0.9, k: 10, isFiltered: false, selectivity: 1 },
      queries: { source: 'given', count: QUERIES },
    });
    expect(advice.recommendation.reason).toContain(advice.recommendation.name);
    expect(advice.runnerUp?.name).not.toBe(advice.recommendation.name);
    expect(advice.data.intrinsicDimension).toBeGreaterThan(5);
    expect(advice.data.duplicates).toBe(0);
    expect(advice.warnings.map(({ code }) => code)).toEqual(['FEW_QUERIES']);
    expect([...stages]).toEqual(expect.arrayContaining(['reading', 'looking', 'building', 'measuring']));
    expect(JSON.parse(JSON.stringify(advice))).toEqual(advice);
  });
});

describe('advice on some of the records, by another metric', () => {
  it('is measured under the filter, with recorded queries', async () => {
    await using db = await stocked('dot');
    const books = await db.openCollection('books');
    await books.watchRecall();
    for (const vector of vectorsOf(25, 3)) await books.search({ vector });
    const advice = await books.advise({ filter: { even: true }, k: 3, recall: 0.8 });
    expect(advice.wanted.isFiltered).toBe(true);
    expect(advice.wanted.selectivity).toBeGreaterThan(0.4);
    expect(advice.wanted.selectivity).toBeLessThan(0.6);
    expect(advice.queries).toEqual({ source: 'recorded', count: 25 });
    expect(advice.warnings.map(({ code }) => code)).toContain('NOT_NORMALIZED');
  }, 60_000);
});

describe('advice on one of several named vectors', () => {
  it('asks with what its embedding makes of texts, and is verified on the records that have it', async () => {
    await using db = await open(':memory:');
    const embedding = new HashedTexts('a model', DIMENSION);
    const vectors = { title: { embedding, text: 'title' }, image: { dimension: 2 } };
    const texts = await db.createCollection('texts', { vectors });
    await texts.add(
      Array.from({ length: 150 }, (_, i) => ({
        id: String(i),
        vectors: { image: [1, i] },
        metadata: i % 3 === 0 ? {} : { title: `title ${i}` },
      })),
    );
    const before = embedding.asked;
    const queries = ['what is it?', embedding.vectorOf('what was it?'), 'what will it be?'];
    const advice = await texts.advise({ field: 'title', queries, k: 3 });
    expect(advice).toMatchObject({ records: 100, queries: { source: 'given', count: 3 } });
    expect(embedding.asked - before).toBe(2);
    for (const more of [{ queries }, {}]) {
      const { records, recall, p99Ms } = await verifyAdvice(texts, advice, { field: 'title', ...more });
      expect(records).toBe(100);
      expect(recall.measured).toBe(1);
      expect(p99Ms.measured).toBeGreaterThan(0);
    }
  }, 60_000);
});

function familyOf({ recommendation, configurations }: Advice): string | undefined {
  return configurations.find(({ name }) => name === recommendation.name)?.family;
}
