import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { Example, Strategy } from '../../src/api/example.ts';
import type { Metric } from '../../src/api/search.ts';
import { open, VecinoError } from '../../src/index.ts';
import { score } from '../../src/kernel/oracle.ts';
import { add, mean, norm, normalize, scale, subtract } from '../../src/vector.ts';

interface Kind {
  readonly kind: string;
}

interface Given {
  readonly vector: number[];
  readonly metadata: Kind;
}

/** As a test writes an example: the ordinal of a record of this or of the other collection, or a vector. */
interface Draft {
  readonly of: 'own' | 'other' | 'vector' | 'text';
  readonly ordinal: number;
  readonly vector: number[];
  readonly weight: number | undefined;
}

const coordinate = fc.double({ min: -1, max: 1, noNaN: true }).filter((x) => Math.abs(x) > 1e-3);
const vector = fc.tuple(coordinate, coordinate, coordinate).map((values) => [...values]);
const given: fc.Arbitrary<Given> = fc.record({
  vector,
  metadata: fc.record({ kind: fc.constantFrom('a', 'b') }),
});
const draft: fc.Arbitrary<Draft> = fc.record({
  of: fc.constantFrom('own', 'other', 'vector', 'text'),
  ordinal: fc.nat({ max: 7 }),
  vector,
  weight: fc.option(fc.double({ min: 0.1, max: 3, noNaN: true }), { nil: undefined }),
});
const question = fc.record({
  like: fc.array(draft, { minLength: 1, maxLength: 4 }),
  unlike: fc.array(draft, { maxLength: 3 }),
  strategy: fc.constantFrom<Strategy>('sum', 'average', 'bestScore'),
  filter: fc.constantFrom(undefined, { kind: 'a' }),
  k: fc.integer({ min: 1, max: 12 }),
});

/** Reads the vector that a test has written as text. */
const json = {
  name: 'json',
  dimension: 3,
  embed: async (texts: readonly string[]) => texts.map((text) => JSON.parse(text) as number[]),
};

let database: Database;
let opened = 0;
beforeAll(async () => {
  database = await open(':memory:');
});
afterAll(() => database.close());

function exampleOf({ of, ordinal, vector, weight }: Draft, other: string, strategy: Strategy): Example {
  const weighed = strategy === 'bestScore' || weight === undefined ? {} : { weight };
  if (of === 'own') return { id: `r${ordinal}`, ...weighed };
  if (of === 'other') return { id: `r${ordinal}`, collection: other, ...weighed };
  return of === 'vector' ? { vector, ...weighed } : { text: JSON.stringify(vector), ...weighed };
}

/** The sentences of api/example.ts once more. */
function scorer(
  metric: Metric,
  strategy: Strategy,
  like: readonly { readonly vector: number[]; readonly weight: number }[],
  unlike: readonly { readonly vector: number[]; readonly weight: number }[],
): ((vector: number[]) => number) | 'cancelled' {
  const best = (list: typeof like, one: number[]) =>
    Math.max(Number.NEGATIVE_INFINITY, ...list.map((example) => score(metric, example.vector, one)));
  if (strategy === 'bestScore') {
    return (one) => {
      const [liked, unliked] = [best(like, one), best(unlike, one)];
      return liked >= unliked ? liked : liked - (unliked - liked);
    };
  }
  const directed = (list: typeof like) =>
    list.map(({ vector }) => (metric === 'cosine' ? normalize(vector) : vector));
  const weights = (list: typeof like) => list.map(({ weight }) => weight);
  const sum = (list: typeof like) =>
    directed(list)
      .map((one, i) => scale(one, weights(list)[i] ?? 0))
      .reduce((a, b) => add(a, b), [0, 0, 0]);
  const middle = (list: typeof like) => mean(directed(list), weights(list));
  const target =
    strategy === 'sum'
      ? subtract(sum(like), sum(unlike))
      : unlike.length === 0
        ? middle(like)
        : subtract(scale(middle(like), 2), middle(unlike));
  if (metric !== 'l2' && norm(target) < 1e-3) return 'cancelled';
  return (one) => score(metric, target, one);
}

describe.each(['cosine', 'l2', 'dot'] as const)('searching by examples, %s', (metric) => {
  const index = { family: 'hnsw', M: 4, efConstruction: 16, efSearch: 4 } as const;

  it('answers what scoring every record would', { timeout: 120_000 }, async () => {
    let answered = 0;
    const others = fc.array(given, { minLength: 8, maxLength: 8 });
    const records = fc.array(given, { minLength: 8, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(
        records,
        others,
        fc.array(question, { minLength: 1, maxLength: 6 }),
        async (all, foreign, questions) => {
          const [name, other] = [`own${opened}`, `other${opened++}`];
          const own: Collection<Kind> = await database.collection(name, { metric, index, embedding: json });
          const second = await database.collection<Kind>(other, { metric: 'l2', dimension: 3 });
          const records = all.map((one, i) => ({ id: `r${i}`, ...one }));
          await own.add(records);
          await second.add(foreign.map((one, i) => ({ id: `r${i}`, ...one })));
          for (const { like, unlike, strategy, filter, k } of questions) {
            const resolved = (list: readonly Draft[]) =>
              list.map(({ of, ordinal, vector, weight }) => ({
                vector:
                  (of === 'own'
                    ? all[ordinal]?.vector
                    : of === 'other'
                      ? foreign[ordinal]?.vector
                      : vector) ?? [],
                weight: weight ?? 1,
              }));
            const scoreOf = scorer(metric, strategy, resolved(like), resolved(unlike));
            const search = own.search({
              like: like.map((one) => exampleOf(one, other, strategy)),
              unlike: unlike.map((one) => exampleOf(one, other, strategy)),
              strategy,
              k,
              exact: true,
              ...(filter && { filter }),
            });
            const outcome = await search.catch((error: unknown) => error);
            if (scoreOf === 'cancelled') {
              // Near the border both are right.
              if (outcome instanceof VecinoError) expect(outcome.code).toBe('EXAMPLES_CANCEL');
              continue;
            }
            const inputs = new Set(
              [...like, ...unlike].filter(({ of }) => of === 'own').map(({ ordinal }) => `r${ordinal}`),
            );
            const candidates = records.filter(
              ({ id, metadata }) => !inputs.has(id) && (!filter || metadata.kind === 'a'),
            );
            const scores = new Map(candidates.map(({ id, vector }) => [id, scoreOf(vector)]));
            const expected = [...scores.values()].sort((a, b) => b - a).slice(0, k);
            const hits = outcome as { readonly id: string; readonly score: number }[];
            expect(hits).toHaveLength(expected.length);
            for (const [i, hit] of hits.entries()) {
              expect(hit.score).toBeCloseTo(expected[i] ?? Number.NaN, 4);
              expect(hit.score).toBeCloseTo(scores.get(hit.id) ?? Number.NaN, 4);
            }
            expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
            answered += hits.length;
          }
          await database.dropCollection(name);
          await database.dropCollection(other);
        },
      ),
      { numRuns: 25 },
    );
    expect(answered).toBeGreaterThan(50);
  });
});
