import type { DatasetMaker, DatasetName } from './dataset.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { glosses } from './glosses.ts';
import { glove } from './glove.ts';
import { synthetic } from './synthetic.ts';

/** Every data set by its name. */
export const DATASETS: Readonly<Record<DatasetName, DatasetMaker>> = {
  'fashion-mnist': fashionMnist,
  glove,
  glosses,
  synthetic,
};
