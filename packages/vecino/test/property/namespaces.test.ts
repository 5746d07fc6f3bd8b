import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { Pair, PairStore } from './collection-pair.ts';
import { IDS, KINDS, question, type Step, step } from './collection-steps.ts';

const PLACES = ['folder', 'folder', ':memory:'] as const;

/** The records outside of all namespaces, and two namespaces. */
const NAMES = [undefined, 'acme', 'größe/2'] as const;

type Action = Step | { readonly do: 'drop' };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 15, arbitrary: step },
  { weight: 1, arbitrary: fc.constant({ do: 'drop' as const }) },
);

describe.each(KINDS)('each namespace behaves as a collection of its own: $family, $metric', (kind) => {
  it('whatever is done to it and to the others', { timeout: 120_000 }, async () => {
    const walks = { count: 0 };
    const which = fc.nat(NAMES.length - 1);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...PLACES),
        fc.array(fc.tuple(which, action, which, question), { minLength: 1, maxLength: 20, size: 'max' }),
        async (dimension, place, steps) => {
          const location = place === 'folder' ? temporaryFolder() : place;
          const store = await PairStore.open(kind, dimension, location);
          const pairs = NAMES.map((name) => new Pair(store, walks, name));
          const pairOf = (number: number) => pairs[number] ?? new Pair(store, walks);
          try {
            // The first namespace is made when there are records already.
            await pairOf(0).take({ do: 'upsert', range: { start: 0, count: IDS, stride: 1 }, seed: 1 });
            await pairOf(1).take({ do: 'upsert', range: { start: 0, count: IDS, stride: 1 }, seed: 2 });
            for (const [changed, one, asked, about] of steps) {
              if (one.do === 'drop') await pairOf(changed).drop();
              else await pairOf(changed).take(one);
              await pairOf(asked).compare(about);
            }
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: kind.family === 'hnsw' ? 12 : 6 },
    );
    if (kind.family === 'hnsw') expect(walks.count).toBeGreaterThan(0);
  });
});
