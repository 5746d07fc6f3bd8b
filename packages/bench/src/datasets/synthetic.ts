/**
 * Made-up vectors that search like real ones, as many as are wanted.
 *
 * Real embeddings fill a few dozen directions of their space and fall into clusters that run into each
 * other. So a point is drawn around one of 1,000 centres in a latent space of 24 dimensions, with a spread as
 * wide as that of the centres themselves, and is then mapped linearly into the full dimension with a little
 * noise on top. Plain Gaussian noise of the full dimension would be needlessly hard (all distances are nearly
 * the same there), and tight clusters needlessly easy: any index finds the right cluster. Here the clusters of
 * a k-means do not help much: of the first 100,000 points in 316 inverted lists, the nearest list has .26 of the
 * ten nearest points and the nearest two have .38. The intrinsic dimension is about 17 (`intrinsicDimension`).
 *
 * Centres, base and queries have streams of random numbers of their own, so a larger base begins with the
 * smaller ones of the same seed and dimension, and all of them are asked the same queries. That makes the
 * sizes of a growing collection comparable.
 */
import { gaussian, type Random, seededRandom } from '../random.ts';
import type { Dataset, DatasetMaker, DatasetRequest, RecordText } from './dataset.ts';

const CLUSTERS = 1_000;
const LATENT_DIMENSION = 24;
/** The spread of a cluster, in units of the spread of the centres. */
const CLUSTER_SPREAD = 1;
const NOISE = 0.05;

export const synthetic: DatasetMaker = {
  name: 'synthetic',
  defaultSize: 1_000_000,
  version: 2,
  async make({ size, queries, dimension, seed }: DatasetRequest): Promise<Dataset> {
    const source = new SyntheticSource(dimension, seed);
    const base = source.base()(size);
    return {
      name: 'synthetic',
      metric: 'l2',
      dimension,
      base: base.vectors,
      queries: source.queries()(queries).vectors,
      records: Array.from(base.clusters, describePoint),
      source: `${CLUSTERS} overlapping clusters of ${source.latent} latent dimensions, drawn with seed ${seed}`,
    };
  },
};

export interface Points {
  readonly vectors: Float32Array;
  /** The cluster that each was drawn around. */
  readonly clusters: Uint16Array;
}

/** Draws the next so many points: calls of any sizes draw the same ones in the same order. */
export type Draw = (count: number) => Points;

/** The points of a seed, a few at a time: for more of them than fit into memory at once. */
export class SyntheticSource {
  readonly latent: number;
  readonly #model: Model;
  readonly #seed: number;

  constructor(dimension: number, seed: number) {
    this.latent = Math.min(LATENT_DIMENSION, dimension);
    this.#model = drawModel(this.latent, dimension, gaussian(seededRandom(seed)));
    this.#seed = seed;
  }

  /** The rows of the base, from the first. */
  base(): Draw {
    return drawing(this.#model, seededRandom(this.#seed + 1));
  }

  queries(): Draw {
    return drawing(this.#model, seededRandom(this.#seed + 2));
  }
}

interface Model {
  readonly latent: number;
  readonly dimension: number;
  readonly centres: Float64Array;
  /** One row of `dimension` numbers for each latent direction. */
  readonly projection: Float64Array;
}

function drawModel(latent: number, dimension: number, normal: Random): Model {
  return {
    latent,
    dimension,
    centres: drawNormal(CLUSTERS * latent, normal),
    projection: drawNormal(latent * dimension, normal),
  };
}

function drawing(model: Model, random: Random): Draw {
  const normal = gaussian(random);
  return (count) => drawPoints(count, model, random, normal);
}

function drawPoints(
  count: number,
  { latent, dimension, centres, projection }: Model,
  random: Random,
  normal: Random,
): Points {
  const vectors = new Float32Array(count * dimension);
  const clusters = new Uint16Array(count);
  const sum = new Float64Array(dimension);
  for (let i = 0; i < count; i++) {
    const cluster = Math.floor(random() * CLUSTERS);
    clusters[i] = cluster;
    for (let d = 0; d < dimension; d++) sum[d] = NOISE * normal();
    for (let l = 0; l < latent; l++) {
      const value = (centres[cluster * latent + l] as number) + CLUSTER_SPREAD * normal();
      const from = l * dimension;
      for (let d = 0; d < dimension; d++) {
        sum[d] = (sum[d] as number) + value * (projection[from + d] as number);
      }
    }
    vectors.set(sum, i * dimension);
  }
  return { vectors, clusters };
}

function describePoint(cluster: number, i: number): RecordText {
  return { document: `point ${i} of cluster ${cluster}`, metadata: { cluster } };
}

function drawNormal(count: number, normal: Random): Float64Array {
  return Float64Array.from({ length: count }, normal);
}
