import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { type DatasetRequest, rowCount } from './dataset.ts';
import { type PreparedDataset, readFacts, writeDataset } from './prepared.ts';
import { DATASETS } from './registry.ts';

/** Makes the data set that is asked for, or finds it made already. */
export async function prepareDataset(
  request: DatasetRequest,
  cacheFolder: string,
  progress: Progress,
): Promise<PreparedDataset> {
  const maker = DATASETS[request.name];
  const { name, size, queries, dimension, seed } = request;
  const key = `${name}-v${maker.version}-${size}-${queries}-d${dimension}-s${seed}`;
  const folder = join(cacheFolder, 'datasets', key);
  if (existsSync(folder)) return { folder, facts: readFacts(folder) };

  const dataset = await maker.make(request, cacheFolder, progress);
  progress(`${name}: keeping ${rowCount(dataset.base, dataset.dimension)} vectors in the cache`);
  return { folder, facts: writeDataset(folder, dataset) };
}
