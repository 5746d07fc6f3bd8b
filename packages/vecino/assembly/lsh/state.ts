// What is known of the tables as a whole; the scalars at the start of the model:
//
//   0    u32  seed of the learning       4    u32  default probes
//   8    f32  length that queries are brought to under the inner product
//   12   u32  records when it was learnt, 0 where nothing is
//   16   u32  nodes that came after the tables were laid
//   20   f32  slope of the bounds of a search that looks at few buckets, and 24 at all; see `sketch.ts`
//   64…  the measured efforts, see `src/index/lsh/model.ts`

import { model } from './layout';

@inline export function queryLength(): f32 {
  return load<f32>(model, 8);
}

@inline export function laterCount(): u32 {
  return load<u32>(model, 16);
}

export function addLater(): void {
  atomic.add<u32>(model, 1, 16);
}

export function forgetLater(): void {
  store<u32>(model, 0, 16);
}

/** The slope for a search of a share of all buckets. */
export function boundSlope(share: f32): f32 {
  const least = load<f32>(model, 20);
  return least + (load<f32>(model, 24) - least) * sqrt(min<f32>(share, 1));
}
