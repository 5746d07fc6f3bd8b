import type { DatasetMaker, DatasetName } from './dataset.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { glosses } from './glosses.ts';
import { synthetic } from './synthetic.ts';

/** Every data set by its name. */
export const DATASETS: Readonly<Record<DatasetName, DatasetMaker>> = {
  'fashion-mnist': fashionMnist,
  glosses,
  synthetic,
};
