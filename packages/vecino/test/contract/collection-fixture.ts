import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { Collection, CollectionOptions } from '../../src/api/collection.ts';
import type { Database, OpenOptions, Warning } from '../../src/api/database.ts';
import type { Hit, Metric } from '../../src/api/search.ts';
import { seededRandom } from '../../src/base/random.ts';
import { openInSegments } from '../../src/engine/open.ts';
import { nearest, score } from '../../src/kernel/oracle.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Little effort, so that some thousand records are enough for the planner to prefer the index to a scan. */
export const INDEXES = {
  flat: 'flat',
  hnsw: { family: 'hnsw', M: 8, efConstruction: 60, efSearch: 20 },
  ivf: { family: 'ivf', nlist: 32, nprobe: 4 },
  pq: { family: 'pq' },
  lsh: { family: 'lsh' },
  // Changes over in the midst of the suite; see AUTO_BORDER.
  auto: { family: 'auto', recall: 0.95 },
} as const satisfies Readonly<Record<string, CollectionOptions['index']>>;

/** Records from which a collection that chooses its index for itself changes over. */
const AUTO_BORDER = 200;

/** The ways in which the families may answer when a collection has `GRAPH_RECORDS` records and all are linked. */
export const WAYS = {
  flat: ['exact'],
  hnsw: ['graph'],
  ivf: ['lists'],
  // So few codes of so few dimensions may be as dear as the vectors themselves.
  pq: ['codes', 'exact'],
  // The same holds for buckets.
  lsh: ['buckets', 'exact'],
  // Before and after it has changed over.
  auto: ['exact', 'lists', 'graph'],
} as const satisfies Readonly<Record<Variant['family'], readonly string[]>>;

/** What a query says to get the most and the least effort of each. */
export const EFFORTS = {
  flat: { most: {}, least: {} },
  hnsw: { most: { efSearch: 200 }, least: { efSearch: 1 } },
  // Codes of two sub-quantizers say little, so that many vectors must be compared.
  ivf: { most: { nprobe: 32, oversample: 20 }, least: { nprobe: 1 } },
  pq: { most: { oversample: 40 }, least: { oversample: 1 } },
  lsh: { most: { probes: 10_000 }, least: { probes: 1 } },
  // Which family serves at the moment is not known; this all understand.
  auto: { most: { exact: true }, least: { recall: 0.5 } },
} as const satisfies Readonly<Record<Variant['family'], unknown>>;

/** One way to run the suite. */
export interface Variant {
  readonly family: keyof typeof INDEXES;
  readonly metric: Metric;
  readonly place: 'folder' | ':memory:';
}

export const VARIANTS: readonly Variant[] = (Object.keys(INDEXES) as Variant['family'][]).flatMap((family) =>
  (['cosine', 'dot', 'l2'] as const).flatMap((metric) =>
    (['folder', ':memory:'] as const).map((place) => ({ family, metric, place })),
  ),
);

/** The variants that survive closing. */
export const DURABLE_VARIANTS = VARIANTS.filter(({ place }) => place === 'folder');

export const DIMENSION = 8;

export const GRAPH_RECORDS = 2_000;

export interface Shelf {
  readonly ordinal: number;
  readonly tenth: number;
  readonly half: boolean;
}

export function optionsOf({ family, metric }: Variant): CollectionOptions {
  return { dimension: DIMENSION, metric, index: INDEXES[family] };
}

/** A database of the running test's own. A warning nobody expects fails the test. */
export async function openDatabase(
  { place }: Pick<Variant, 'place'>,
  location = place === 'folder' ? temporaryFolder() : place,
  options: OpenOptions = {},
): Promise<Database> {
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning) => warnings.push(warning);
  const database = await openInSegments(location, { onWarning, ...options }, undefined, AUTO_BORDER);
  onTestFinished(async () => {
    await database.close();
    expect(warnings).toEqual([]);
  });
  return database;
}

/** Collections of their own for the tests of a suite, in a database that they share, which saves most of the time. */
export function sharedDatabase(variant: Variant): () => Promise<Collection<Shelf>> {
  const folder = variant.place === 'folder' ? mkdtempSync(join(tmpdir(), 'vecino-test-')) : undefined;
  const warnings: Warning[] = [];
  let database: Database;
  let opened = 0;
  beforeAll(async () => {
    const onWarning = (warning: Warning) => warnings.push(warning);
    database = await openInSegments(folder ?? variant.place, { onWarning }, undefined, AUTO_BORDER);
  });
  afterAll(async () => {
    await database.close();
    if (folder) rmSync(folder, { recursive: true });
    expect(warnings).toEqual([]);
  });
  return () => database.collection<Shelf>(`shelf${opened++}`, optionsOf(variant));
}

/** Vectors between -1 and 1, the same for the same seed. */
export function randomVectors(count: number, seed: number, dimension = DIMENSION): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dimension }, () => random() * 2 - 1),
  );
}

export function shelfOf(ordinal: number): Shelf {
  return { ordinal, tenth: ordinal % 10, half: ordinal % 2 === 0 };
}

/** Record `r<i>` for each vector, with metadata and a document that tell its ordinal. */
export function recordsOf(vectors: readonly Float32Array[], from = 0) {
  return vectors.map((vector, i) => ({
    id: `r${from + i}`,
    vector,
    document: `text ${from + i}`,
    metadata: shelfOf(from + i),
  }));
}

/** Scores are computed in 32-bit floats; the oracle sums doubles. */
function isNear(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 2e-6 * Math.max(1, Math.abs(expected)) + 1e-6;
}

export function expectScore(received: number | undefined, expected: number): void {
  expect(isNear(received ?? Number.NaN, expected), `score ${received}, expected ${expected}`).toBe(true);
}

type Scored = Pick<Hit, 'id' | 'score'>;

/**
 * Expects hits as an exact search must give them: as many as there can be, each with its own right score, and
 * the best scores that there are. Which of several equal ones are answered is not fixed.
 */
export function expectExact(
  hits: readonly Scored[],
  metric: Metric,
  query: ArrayLike<number>,
  candidates: ReadonlyMap<string, ArrayLike<number>>,
  k: number,
): void {
  expectSound(hits, metric, query, candidates, k);
  const best = nearest(metric, query, [...candidates.values()], k);
  const wrong = hits.filter((hit, i) => !isNear(hit.score, best[i]?.score ?? Number.NaN));
  expect(wrong, 'hits where there are better ones').toEqual([]);
}

/** Expects min(k, matches) different hits among the candidates, nearest first, each with its right score. */
export function expectSound(
  hits: readonly Scored[],
  metric: Metric,
  query: ArrayLike<number>,
  candidates: ReadonlyMap<string, ArrayLike<number>>,
  k: number,
): void {
  expect(hits).toHaveLength(Math.min(k, candidates.size));
  expect(new Set(hits.map(({ id }) => id)).size, 'different hits').toBe(hits.length);
  const wrong = hits.filter(({ id, score: received }, i) => {
    const vector = candidates.get(id);
    const inOrder = received <= (hits[i - 1]?.score ?? Number.POSITIVE_INFINITY);
    return !vector || !inOrder || !isNear(received, score(metric, query, vector));
  });
  expect(wrong, 'hits that are no candidates, out of order or scored wrongly').toEqual([]);
}

/** The vectors of records by id, those only whose ordinal passes. */
export function vectorsById(
  vectors: readonly Float32Array[],
  passes: (ordinal: number) => boolean = () => true,
): Map<string, Float32Array> {
  return new Map(
    vectors.flatMap((vector, ordinal) => (passes(ordinal) ? [[`r${ordinal}`, vector] as const] : [])),
  );
}
