import { seededRandom } from '../../src/base/random.ts';
import type { CollectionOptions } from '../../src/index.ts';

export const FROZEN_OPTIONS = {
  dimension: 4,
  metric: 'l2',
  index: { family: 'hnsw', M: 4, efConstruction: 16 },
} as const satisfies CollectionOptions;

/** What the collection of `blocks-3` holds. */
export function frozenRecords() {
  const random = seededRandom(3);
  return Array.from({ length: 80 }, (_, i) => ({
    id: `r${i}`,
    vector: Float32Array.from({ length: FROZEN_OPTIONS.dimension }, () => random()),
    metadata: { tenth: i % 10 },
  }));
}
