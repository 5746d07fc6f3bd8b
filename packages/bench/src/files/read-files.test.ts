import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type FilesTask, readFiles } from './read-files.ts';

/** Five vectors of three dimensions and two queries, as h5py wrote them. */
const HDF5 = fileURLToPath(new URL('../../../vector-files/test/fixtures/angular.hdf5', import.meta.url));
const TASK: FilesTask = { files: [HDF5], metric: undefined, size: 100, queries: 10, seed: 1 };

it('reads queries, neighbours and metric of one HDF5', async () => {
  expect(await readFiles(TASK)).toMatchObject({
    metric: 'cosine',
    dimension: 3,
    queries: Float32Array.of(-2, -1.5, -1, -0.5, 0, 0.5),
    neighbors: { columns: 2, values: Int32Array.of(0, 1, 1, 0) },
  });
});

it('takes the metric that the user says, and no neighbours of rows that are left out', async () => {
  const read = await readFiles({ ...TASK, metric: 'l2', size: 3 });
  expect(read).toMatchObject({ metric: 'l2', neighbors: undefined });
  expect(read.base).toHaveLength(9);
});
