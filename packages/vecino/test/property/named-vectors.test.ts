import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { score } from '../../src/kernel/oracle.ts';
import { openDatabase } from '../contract/collection-fixture.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Vectors of few whole numbers, so that many are equal and distances are exact. */
const FIELDS = {
  one: { dimension: 2, metric: 'l2', index: { family: 'hnsw', M: 4, efConstruction: 20 } },
  two: { dimension: 3, metric: 'l2', index: 'flat' },
} as const;
type Name = keyof typeof FIELDS;
const NAMES = ['one', 'two'] as const satisfies readonly Name[];

type Vectors = { [N in Name]?: readonly number[] | null };
type Step =
  | { readonly do: 'upsert' | 'update'; readonly id: string; readonly vectors: Vectors; readonly n: number }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'reopen' }
  | { readonly do: 'compact' };

const id = fc.integer({ min: 0, max: 11 }).map((n) => `r${n}`);
const vectorOf = (name: Name) =>
  fc.array(fc.integer({ min: -2, max: 2 }), {
    minLength: FIELDS[name].dimension,
    maxLength: FIELDS[name].dimension,
  });
const vectors = fc.record(
  { one: fc.option(vectorOf('one'), { freq: 3 }), two: fc.option(vectorOf('two'), { freq: 3 }) },
  { requiredKeys: [] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('upsert', 'update'),
      id,
      vectors,
      n: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), id }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'reopen' } as const, { do: 'compact' } as const) },
);

interface NaiveRecord {
  readonly vectors: Vectors;
  readonly n: number;
}

/** The vectors that are there. */
function given(own: Vectors): Vectors {
  return Object.fromEntries(Object.entries(own).filter(([, vector]) => vector));
}

/** Applies a step as plainly as it can be done; false where it must be refused. */
function apply(records: Map<string, NaiveRecord>, one: Extract<Step, { id: string }>): boolean {
  if (one.do === 'remove') {
    records.delete(one.id);
    return true;
  }
  const old = records.get(one.id);
  if (one.do === 'update' && !old) return false;
  const after = given(one.do === 'update' ? { ...old?.vectors, ...one.vectors } : one.vectors);
  if (Object.keys(after).length === 0) return false;
  records.set(one.id, { vectors: after, n: one.n });
  return true;
}

async function write(shelf: Collection<{ n: number }>, one: Extract<Step, { id: string }>): Promise<void> {
  if (one.do === 'remove') await shelf.remove(one.id);
  else await shelf[one.do]([{ id: one.id, vectors: one.vectors, metadata: { n: one.n } }]);
}

async function compare(
  shelf: Collection<{ n: number }>,
  records: ReadonlyMap<string, NaiveRecord>,
): Promise<void> {
  expect(await shelf.count()).toBe(records.size);
  for (const name of NAMES) {
    const query = Float32Array.from({ length: FIELDS[name].dimension }, (_, i) => i - 1);
    for (const filter of [undefined, { n: { $gt: 1 } }]) {
      const matching = [...records].filter(([, { n }]) => !filter || n > 1);
      const wanted = matching.flatMap(([key, { vectors: own }]): [string, number][] => {
        const vector = own[name];
        return vector ? [[key, score('l2', query, Float32Array.from(vector))]] : [];
      });
      const hits = await shelf.search({
        vector: query,
        field: name,
        k: 100,
        include: ['vectors'],
        ...(filter && { filter }),
      });
      // Of the two zeros one is as good as the other.
      const scores = wanted.map(([, own]) => own + 0).sort((a, b) => b - a);
      expect(hits.map((hit) => hit.score + 0)).toEqual(scores);
      expect(new Set(hits.map((hit) => hit.id))).toEqual(new Set(wanted.map(([key]) => key)));
      for (const hit of hits) {
        const stored = Object.entries(hit.vectors ?? {}).map(([key, vector]) => [key, Array.from(vector)]);
        expect(Object.fromEntries(stored)).toEqual(records.get(hit.id)?.vectors);
      }
    }
  }
  expect((await shelf.check()).problems).toEqual([]);
}

it('named vectors behave as a map of maps would, whatever is written', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
      const location = temporaryFolder();
      const opened = async () => {
        const database = await openDatabase({ place: 'folder' }, location);
        const shelf = await database.collection<{ n: number }>('shelf', { vectors: FIELDS });
        return { database, shelf };
      };
      let { database, shelf } = await opened();
      const records = new Map<string, NaiveRecord>();
      for (const one of steps) {
        if (one.do === 'reopen') {
          await database.close();
          ({ database, shelf } = await opened());
        } else if (one.do === 'compact') await shelf.compact();
        else if (apply(records, one)) await write(shelf, one);
        else await expect(write(shelf, one)).rejects.toThrow();
      }
      await compare(shelf, records);
      await database.close();
    }),
    { numRuns: 5 },
  );
});
