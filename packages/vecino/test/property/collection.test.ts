import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { Pair, PairStore } from './collection-pair.ts';
import { IDS, KINDS, question, step } from './collection-steps.ts';

const PLACES = ['folder', 'folder', ':memory:'] as const;

describe.each(KINDS)('a collection behaves as a map would: $family, $metric', (kind) => {
  it('whatever is done to it, in whatever order', { timeout: 120_000 }, async () => {
    const walks = { count: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...PLACES),
        fc.array(fc.tuple(step, question), { minLength: 1, maxLength: 25, size: 'max' }),
        async (dimension, place, steps) => {
          const location = place === 'folder' ? temporaryFolder() : place;
          const store = await PairStore.open(kind, dimension, location);
          const pair = new Pair(store, walks);
          try {
            await pair.take({ do: 'upsert', range: { start: 0, count: IDS, stride: 1 }, seed: steps.length });
            for (const [one, asked] of steps) {
              await pair.take(one);
              await pair.compare(asked);
            }
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: kind.family === 'hnsw' ? 14 : 6 },
    );
    // Otherwise only the scan would have been compared.
    if (kind.family !== 'flat') expect(walks.count).toBeGreaterThan(0);
  });
});
