import { CLUSTERS_OPTIONS, type Cluster, type ClustersQuery } from '../../api/cluster.ts';
import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { Hit, Metric } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import { readOptions } from '../../base/options.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { similarity } from '../../vector/comparison.ts';
import { prepared } from '../../vector/prepare.ts';
import { chooseField } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { partsOf, readParts } from '../record-view.ts';
import { Course } from './course.ts';
import { kMeans, type Rows, squaredDistanceTo } from './k-means.ts';
import { ClusterWords } from './keywords.ts';
import { NearestCentres } from './nearest-centres.ts';
import { Subjects } from './subjects.ts';

/**
 * Centres are learnt from a sample: of so many records, or of so many a cluster where that is more. More change the
 * centres little and cost time in proportion.
 */
const SAMPLE = 10_000;
const SAMPLE_A_CLUSTER = 20;
/** Rows read in one go. */
const ROWS = 250;

/** A record and how far it is from its centre. */
interface Member {
  readonly ordinal: number;
  readonly squaredDistance: number;
}

/** Divides a collection: centres from a sample, then each record to its nearest centre, then what stands for them. */
export async function findClusters(
  collection: CollectionState,
  input: unknown,
): Promise<Cluster<AnyMetadata>[]> {
  const thing = `clusters in ${collection.thing}`;
  const query = readOptions<ClustersQuery>(thing, CLUSTERS_OPTIONS, input as ClustersQuery);
  const state = collection.of(chooseField(collection, thing, query.field));
  if (query.k === undefined) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "k" is undefined, expected how many clusters there are to be, 1 to ${CLUSTERS_OPTIONS.k.max}`,
      {
        details: { option: 'k', expected: 'an integer', received: 'undefined' },
      },
    );
  }
  const parts = readParts(state, thing, query.include);
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  const course = new Course(state, thing, query);
  const subjects = await Subjects.gather(state, predicate);
  subjects.require(thing, query.k, 'give a smaller k');

  const random = seededRandom((query.seed ?? CLUSTERS_OPTIONS.seed.default) + 1);
  const sample = sampleOf(subjects, Math.max(SAMPLE, SAMPLE_A_CLUSTER * query.k), random);
  const nearest = new NearestCentres(state.index.pool, state.dimension, query.k);
  const divided = divide(state, subjects, sample, { ...query, k: query.k }, { nearest, random, course });
  const { centres, clusterOf, members } = await divided.finally(() => nearest.release());
  const words = await readWords(subjects, sample, clusterOf, centres.count, query);
  const clusters: Cluster<AnyMetadata>[] = [];
  for (const [cluster, own] of members.entries()) {
    if (own.size === 0) continue;
    const centroid = centres.values.slice(cluster * centres.dimension, (cluster + 1) * centres.dimension);
    const nearest = (await own.nearest.elementsInSlices()).map(({ ordinal }) => ordinal);
    const { representatives = CLUSTERS_OPTIONS.representatives.default } = query;
    clusters.push({
      size: own.size,
      centroid,
      representatives: await hitsOf(state, subjects, nearest.slice(0, representatives), centroid, parts),
      keywords: await words.keywordsOf(cluster, query.keywords ?? CLUSTERS_OPTIONS.keywords.default),
      ...(query.members && { ids: await idsOf(subjects, nearest) }),
    });
  }
  return clusters.sort((a, b) => b.size - a.size);
}

/** Finds the centres, and to which of them each record is nearest. */
async function divide(
  state: CollectionState,
  subjects: Subjects,
  sample: Uint32Array,
  query: ClustersQuery,
  by: { readonly nearest: NearestCentres; readonly random: Random; readonly course: Course },
): Promise<{ readonly centres: Rows } & Divided> {
  const { nearest, random, course } = by;
  const rows = await readSample(state, subjects, sample, course);
  await nearest.hold(rows);
  const centres = await kMeans(rows, {
    k: query.k,
    isSpherical: state.metric === 'cosine',
    random,
    onRound: (round, roundsMax) => course.passed('clustering', round, roundsMax),
    assign: (some) => {
      nearest.use(some);
      return nearest.assign(rows.count);
    },
  });
  nearest.use(centres);
  return { centres, ...(await assignAll(state, subjects, centres, nearest, query, course)) };
}

/** Ordinals of a random part of the subjects, ascending: all of them where they are few (Floyd's algorithm). */
function sampleOf(subjects: Subjects, most: number, random: Random): Uint32Array {
  const { count } = subjects;
  if (count <= most) return subjects.all();
  const chosen = new Set<number>();
  for (let end = count - most; end < count; end++) {
    const one = Math.floor(random() * (end + 1));
    chosen.add(chosen.has(one) ? end : one);
  }
  return Uint32Array.from(chosen).sort();
}

async function readSample(
  state: CollectionState,
  subjects: Subjects,
  sample: Uint32Array,
  course: Course,
): Promise<Rows> {
  const { dimension } = state;
  const values = new Float32Array(sample.length * dimension);
  let count = 0;
  const slice = new TimeSlice();
  for (let from = 0; from < sample.length; from += ROWS) {
    course.passed('reading', from, sample.length);
    const { rows } = readRows(state, subjects, sample.subarray(from, from + ROWS));
    values.set(rows.values, count * dimension);
    count += rows.count;
    await slice.pause();
  }
  return { values: values.subarray(0, count * dimension), count, dimension };
}

/** Vectors of subjects as k-means compares them, without those that have been written to since. */
function readRows(
  { dimension, metric }: CollectionState,
  subjects: Subjects,
  ordinals: Uint32Array,
): { readonly rows: Rows; readonly ordinals: readonly number[] } {
  const values = new Float32Array(ordinals.length * dimension);
  const there: number[] = [];
  for (const [i, vector] of subjects.vectors(ordinals).entries()) {
    if (!vector) continue;
    values.set(comparable(metric, vector), there.length * dimension);
    there.push(ordinals[i] ?? 0);
  }
  const rows = { values: values.subarray(0, there.length * dimension), count: there.length, dimension };
  return { rows, ordinals: there };
}

/** What k-means compares: directions under `cosine`, vectors as they are otherwise. */
function comparable(metric: Metric, vector: Float32Array): Float32Array {
  return metric === 'cosine' ? prepared(metric, vector, 0) : vector;
}

interface Members {
  size: number;
  readonly nearest: FirstInOrder<Member>;
}

/** What belongs to which centre. */
interface Divided {
  /** By ordinal; -1 for who was written to meanwhile. */
  readonly clusterOf: Int32Array;
  readonly members: readonly Members[];
}

async function assignAll(
  state: CollectionState,
  subjects: Subjects,
  centres: Rows,
  nearest: NearestCentres,
  { representatives, members: wantsMembers }: ClustersQuery,
  course: Course,
): Promise<Divided> {
  const most = wantsMembers ? subjects.count : (representatives ?? CLUSTERS_OPTIONS.representatives.default);
  const members = Array.from(
    { length: centres.count },
    (): Members => ({
      size: 0,
      nearest: new FirstInOrder<Member>(
        most,
        (a, b) => a.squaredDistance - b.squaredDistance || a.ordinal - b.ordinal,
      ),
    }),
  );
  const clusterOf = new Int32Array(subjects.count).fill(-1);
  const all = subjects.all();
  const { dimension } = centres;
  const slice = new TimeSlice();
  for (let from = 0; from < all.length; from += ROWS) {
    course.passed('reading', from, all.length);
    const { rows, ordinals } = readRows(state, subjects, all.subarray(from, from + ROWS));
    await nearest.hold(rows);
    const clusters = await nearest.assign(rows.count);
    for (const [i, ordinal] of ordinals.entries()) {
      const cluster = clusters[i] ?? 0;
      const vector = rows.values.subarray(i * dimension, (i + 1) * dimension);
      const own = present(members[cluster], 'a cluster');
      own.size += 1;
      own.nearest.add({ ordinal, squaredDistance: squaredDistanceTo(centres, cluster, vector) });
      clusterOf[ordinal] = cluster;
    }
    await slice.pause();
  }
  return { clusterOf, members };
}

async function readWords(
  subjects: Subjects,
  sample: Uint32Array,
  clusterOf: Int32Array,
  clusters: number,
  { keywords }: ClustersQuery,
): Promise<ClusterWords> {
  const words = new ClusterWords(clusters);
  if (keywords === 0) return words;
  const slice = new TimeSlice();
  for (let from = 0; from < sample.length; from += ROWS) {
    const group = sample.subarray(from, from + ROWS);
    for (const [i, row] of subjects.rows(group, ['document']).entries()) {
      const cluster = clusterOf[group[i] ?? 0] ?? -1;
      if (cluster >= 0 && row?.document) words.add(cluster, row.document);
      await slice.pause();
    }
  }
  return words;
}

async function hitsOf(
  state: CollectionState,
  subjects: Subjects,
  ordinals: readonly number[],
  centroid: Float32Array,
  parts: readonly Part[],
): Promise<Hit<AnyMetadata>[]> {
  const { field } = state;
  const rows = await subjects.rowsInSlices(ordinals, [...new Set([...parts, field.part])]);
  return rows.flatMap((row) => {
    const vector = field.of(row);
    if (!row || !vector) return [];
    const { vector: one, vectors, ...others } = partsOf(state, row);
    const score = similarity(field.metric, centroid, vector);
    const shown = parts.includes(field.part)
      ? { ...(one && { vector: one }), ...(vectors && { vectors }) }
      : {};
    return { id: row.id, score, ...shown, ...others };
  });
}

async function idsOf(subjects: Subjects, ordinals: readonly number[]): Promise<string[]> {
  const rows = await subjects.rowsInSlices(ordinals, []);
  return rows.flatMap((row) => row?.id ?? []);
}
