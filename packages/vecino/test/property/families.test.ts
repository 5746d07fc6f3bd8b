import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { Pair, PairStore } from './collection-pair.ts';
import { IDS, LEARNING_KINDS, question, SUCCESSORS, step } from './collection-steps.ts';

const PLACES = ['folder', 'folder', ':memory:'] as const;

const steps = (maxLength: number) =>
  fc.array(fc.tuple(step, question), { minLength: 1, maxLength, size: 'max' });

/** With one dimension the planner compares so few records with all, whatever the family. */
const dimension = fc.integer({ min: 2, max: 9 });

const CASES = LEARNING_KINDS.map((kind) => [kind.metric, kind.index, kind] as const);

describe.each(CASES)('an index that learns answers as a map would: %s, %j', (_metric, _index, kind) => {
  it('before and after another takes over', { timeout: 120_000 }, async () => {
    const walks = { count: 0 };
    await fc.assert(
      fc.asyncProperty(
        dimension,
        fc.constantFrom(...PLACES),
        steps(7),
        fc.constantFrom(...SUCCESSORS),
        steps(4),
        question,
        async (dimensions, place, before, index, after, last) => {
          const location = place === 'folder' ? temporaryFolder() : place;
          const store = await PairStore.open(kind, dimensions, location);
          const pair = new Pair(store, walks);
          try {
            await pair.fill();
            await pair.take({
              do: 'upsert',
              range: { start: 0, count: IDS, stride: 1 },
              seed: before.length,
            });
            await pair.compare({ ...last, linked: true, k: 1, efSearch: 1, filter: undefined });
            for (const [one, asked] of before) {
              await pair.take(one);
              await pair.compare(asked);
            }
            await pair.take({ do: 'reindex', index });
            for (const [one, asked] of after) {
              await pair.compare(asked);
              await pair.take(one);
            }
            await pair.take({ do: 'reopen' });
            await pair.compare(last);
            await pair.take({ do: 'check' });
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: 1 },
    );
    // Each course has one question at least that the index answers.
    expect(walks.count).toBeGreaterThan(0);
  });
});
