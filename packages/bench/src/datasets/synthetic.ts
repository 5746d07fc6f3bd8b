/**
 * Made-up vectors that search like real ones.
 *
 * Real embeddings fill a few dozen directions of their space and fall into clusters that run into each
 * other. So a point is drawn around one of many centres in a latent space of at most 24 dimensions, with a
 * spread as wide as the distance between centres, and is then mapped linearly into the full dimension with
 * a little noise on top. Plain Gaussian noise of the full dimension would be needlessly hard (all distances
 * are nearly the same there), and tight clusters needlessly easy (any index finds the right cluster).
 */
import { gaussian, type Random, seededRandom } from '../random.ts';
import type { Dataset, DatasetMaker, DatasetRequest } from './dataset.ts';

const LATENT_DIMENSION = 24;
/** The spread of a cluster, in units of the spread of the centres. */
const CLUSTER_SPREAD = 1;
const NOISE = 0.05;

export const synthetic: DatasetMaker = {
  name: 'synthetic',
  defaultSize: 20_000,
  version: 1,
  async make(request: DatasetRequest): Promise<Dataset> {
    const { size, queries, dimension, seed } = request;
    const random = seededRandom(seed);
    const normal = gaussian(random);
    const latent = Math.min(LATENT_DIMENSION, dimension);
    const clusters = Math.max(4, Math.round(Math.sqrt(size)));
    const centres = drawNormal(clusters * latent, normal);
    const projection = drawNormal(latent * dimension, normal);

    const records: { document: string; metadata: { cluster: number } }[] = [];
    const point = new Float64Array(latent);
    const draw = (count: number, drawn: (cluster: number, i: number) => void): Float32Array => {
      const vectors = new Float32Array(count * dimension);
      for (let i = 0; i < count; i++) {
        const cluster = Math.floor(random() * clusters);
        for (let l = 0; l < latent; l++) {
          point[l] = (centres[cluster * latent + l] ?? 0) + CLUSTER_SPREAD * normal();
        }
        for (let d = 0; d < dimension; d++) {
          let value = NOISE * normal();
          for (let l = 0; l < latent; l++) value += (point[l] ?? 0) * (projection[l * dimension + d] ?? 0);
          vectors[i * dimension + d] = value;
        }
        drawn(cluster, i);
      }
      return vectors;
    };

    const base = draw(size, (cluster, i) => {
      records.push({ document: `point ${i} of cluster ${cluster}`, metadata: { cluster } });
    });
    const source = `${clusters} overlapping clusters of ${latent} latent dimensions, drawn with seed ${seed}`;
    return {
      name: 'synthetic',
      metric: 'l2',
      dimension,
      base,
      queries: draw(queries, () => {}),
      records,
      source,
    };
  },
};

function drawNormal(count: number, normal: Random): Float64Array {
  return Float64Array.from({ length: count }, normal);
}
