// What is known of the tables as a whole; the scalars at the start of the model:
//
//   0    u32  seed of the learning
//   4    u32  default probes             8    f32  length that queries are brought to; 0: none, as they are
//   12   u32  records when it was learnt, 0 where nothing is
//   64…  the measured efforts, see `src/index/lsh/model.ts`

import { model } from './layout';

@inline export function queryLength(): f32 {
  return load<f32>(model, 8);
}
