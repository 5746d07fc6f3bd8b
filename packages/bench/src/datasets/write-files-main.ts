/**
 * `npm run bench:files -- glosses ./data`: a data set of the workspace as files, `glosses.npy` and
 * `glosses-queries.npy`, which `vecino bench` and other people's tools read.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeVectorFile } from '@vecino/vector-files';
import { progressOnStderr } from '../progress.ts';
import type { DatasetName } from './dataset.ts';
import { prepareDataset } from './prepare.ts';
import { readBase, readQueries } from './prepared.ts';
import { DATASETS } from './registry.ts';

const CACHE_FOLDER = join(import.meta.dirname, '..', '..', '.cache');
const QUERIES = 1_000;
const SEED = 42;
/** Only made-up data heed it. */
const DIMENSION = 128;
const ROWS_AT_ONCE = 1_000;

const [name = '', folder = '.'] = process.argv.slice(2);
if (!(name in DATASETS)) {
  console.error(`give a data set, one of ${Object.keys(DATASETS).join(', ')}, and a folder`);
  process.exitCode = 2;
} else {
  const { defaultSize: size } = DATASETS[name as DatasetName];
  const request = { name: name as DatasetName, size, queries: QUERIES, dimension: DIMENSION, seed: SEED };
  const { facts, folder: prepared } = await prepareDataset(request, CACHE_FOLDER, progressOnStderr());
  mkdirSync(folder, { recursive: true });
  await write(join(folder, `${name}.npy`), readBase(prepared), facts.dimension);
  await write(join(folder, `${name}-queries.npy`), readQueries(prepared), facts.dimension);
}

async function write(path: string, vectors: Float32Array, dimension: number): Promise<void> {
  const rows = vectors.length / dimension;
  const batches = Array.from({ length: Math.ceil(rows / ROWS_AT_ONCE) }, (_, batch) => {
    const first = batch * ROWS_AT_ONCE;
    return Array.from({ length: Math.min(ROWS_AT_ONCE, rows - first) }, (_, row) => ({
      vector: vectors.subarray((first + row) * dimension, (first + row + 1) * dimension),
    }));
  });
  console.log(`${path}: ${await writeVectorFile(path, batches, { dimension })} vectors`);
}
