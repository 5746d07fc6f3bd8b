import { createHash } from 'node:crypto';
import type { DataCharacter } from '../api/advice.ts';
import type { Database } from '../api/database.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { hubness } from '../measure/hubness.ts';
import { intrinsicDimension } from '../measure/intrinsic-dimension.ts';
import { median } from '../measure/statistics.ts';
import type { Course } from './course.ts';
import type { SourceRecord, VectorSource } from './source.ts';

/** Records among which all neighbours are looked for: the square of it are compared. */
export const LOOKED_AT_MAX = 2_000;
/** Neighbours of each, itself left out: of so many hubs are counted, of all of them directions. */
const HUB_NEIGHBOURS = 10;
const NEIGHBOURS = 20;
const COLLECTION = 'character';

/**
 * What vectors are like, seen on the first of a sample. Neighbours are those under the metric; under `dot`, which has
 * no distances, those by Euclidean distance.
 */
export async function characterOf(
  db: Database,
  { dimension, metric }: VectorSource,
  records: readonly SourceRecord[],
  course: Course,
): Promise<DataCharacter> {
  course.step('looking', records.length);
  const looked = records.slice(0, LOOKED_AT_MAX);
  const collection = await db.createCollection(COLLECTION, {
    dimension,
    metric: metric === 'dot' ? 'l2' : metric,
    index: 'flat',
  });
  const ids = looked.map((_, i) => String(i));
  for (let from = 0; from < looked.length; from += 256) {
    const part = looked.slice(from, from + 256);
    await collection.add(part.map(({ vector }, i) => ({ id: String(from + i), vector })));
  }
  course.mayGoOn();
  const found = await collection.searchMany(
    looked.map(({ vector }) => ({
      vector,
      k: Math.min(NEIGHBOURS + 1, looked.length),
      exact: true,
      include: [],
    })),
  );
  const occurrences = new Map<string, number>(ids.map((id) => [id, 0]));
  const distances = found.map((hits, i) => {
    // Among equals the record itself may come late, or not at all.
    const others = hits.filter(({ id }) => id !== ids[i]).slice(0, NEIGHBOURS);
    for (const { id } of others.slice(0, HUB_NEIGHBOURS)) occurrences.set(id, (occurrences.get(id) ?? 0) + 1);
    return others.map(({ score }) => (metric === 'cosine' ? Math.sqrt(Math.max(0, 2 - 2 * score)) : -score));
  });
  await db.dropCollection(COLLECTION);
  const directions = intrinsicDimension(distances);
  return {
    records: records.length,
    ...(directions !== undefined && { intrinsicDimension: directions }),
    hubness: hubness([...occurrences.values()]),
    contrast: contrastOf(looked, distances, metric === 'cosine'),
    ...(await plainFigures(records, dimension, course)),
  };
}

/** What each vector says by itself, and whether it is there twice. */
async function plainFigures(
  records: readonly SourceRecord[],
  dimension: number,
  course: Course,
): Promise<Pick<DataCharacter, 'duplicates' | 'constantDimensions' | 'norms'>> {
  const norms = new Float64Array(records.length);
  const [lowest, highest] = [
    new Float32Array(dimension).fill(Number.POSITIVE_INFINITY),
    new Float32Array(dimension).fill(Number.NEGATIVE_INFINITY),
  ];
  const seen = new Map<string, number>();
  const slice = new TimeSlice();
  for (const [at, { vector }] of records.entries()) {
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      const value = vector[i] ?? 0;
      sum += value * value;
      if (value < (lowest[i] ?? 0)) lowest[i] = value;
      if (value > (highest[i] ?? 0)) highest[i] = value;
    }
    norms[at] = Math.sqrt(sum);
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    const content = createHash('sha1').update(bytes).digest('base64');
    seen.set(content, (seen.get(content) ?? 0) + 1);
    await slice.pause();
    if (at % 1_024 === 0) course.mayGoOn();
  }
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  const variance = norms.reduce((sum, norm) => sum + (norm - mean) ** 2, 0) / norms.length;
  const repeated = [...seen.values()].reduce((sum, times) => sum + (times > 1 ? times : 0), 0);
  return {
    duplicates: repeated / records.length,
    constantDimensions: lowest.reduce((sum, low, i) => sum + (low === highest[i] ? 1 : 0), 0),
    norms: {
      min: norms.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      median: median(norms),
      max: norms.reduce((a, b) => Math.max(a, b), 0),
      spread: mean === 0 ? 0 : Math.sqrt(variance) / mean,
    },
  };
}

/** The median distance of the nearest neighbour over that between two records of chance. */
function contrastOf(
  looked: readonly SourceRecord[],
  distances: readonly (readonly number[])[],
  isCosine: boolean,
): number {
  const half = looked.length >> 1;
  const far = Array.from({ length: half }, (_, i) =>
    distanceBetween(looked[i]?.vector, looked[i + half]?.vector, isCosine),
  );
  const near = distances.map(([nearest = 0]) => nearest);
  const typical = median(far);
  return typical === 0 ? 1 : median(near) / typical;
}

function distanceBetween(
  a: Float32Array | undefined,
  b: Float32Array | undefined,
  isCosine: boolean,
): number {
  if (!a || !b) return 0;
  let [difference, product, ofA, ofB] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    difference += (x - y) ** 2;
    product += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return Math.sqrt(isCosine ? Math.max(0, 2 - (2 * product) / Math.sqrt(ofA * ofB)) : difference);
}
