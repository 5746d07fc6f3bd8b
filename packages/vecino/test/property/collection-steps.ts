import fc from 'fast-check';
import type { IndexOptions } from '../../src/api/index-options.ts';
import type { JsonObject } from '../../src/api/metadata.ts';
import type { Metric } from '../../src/api/search.ts';
import { seededRandom } from '../../src/base/random.ts';

/*
 * Sequences of calls on one collection. Ids come from a small domain, so that calls meet each other's records;
 * vectors from a coarse grid, so that there are ties and exact duplicates. What a call needs beyond its few
 * numbers follows from its seed, which keeps counterexamples short.
 */

export const IDS = 600;

/** Every `stride`th id from `start` on, `count` of them, around the end of the domain. */
export interface Range {
  readonly start: number;
  readonly count: number;
  readonly stride: number;
}

export type Filter = Record<string, unknown>;

export type Step =
  | { readonly do: 'add' | 'upsert'; readonly range: Range; readonly seed: number }
  /** Upserts records that keep their vectors. */
  | { readonly do: 'rewrite'; readonly range: Range; readonly seed: number }
  | { readonly do: 'update'; readonly range: Range; readonly seed: number; readonly parts: Parts }
  | { readonly do: 'remove'; readonly range: Range }
  | { readonly do: 'removeMatching'; readonly filter: Filter }
  /** Records that are there are to expire in so many seconds, or never. */
  | { readonly do: 'expire'; readonly range: Range; readonly ttl: number | null }
  | { readonly do: 'wait'; readonly seconds: number }
  /** Another index takes over. */
  | { readonly do: 'reindex'; readonly index: IndexOptions }
  | { readonly do: 'flush' | 'compact' | 'reopen' | 'check' };

/** Which parts an update names. */
export interface Parts {
  readonly vector: boolean;
  readonly document: 'keep' | 'set' | 'remove';
  readonly metadata: 'keep' | 'merge' | 'removeKey';
}

/** What is asked after each step. */
export interface Question {
  /** Whether the index links everything first: a walk has to find it then. */
  readonly linked: boolean;
  readonly seed: number;
  readonly k: number;
  readonly efSearch: number;
  readonly filter: Filter | undefined;
  readonly orderBy: 'id' | 'seq' | 'n' | 'mixed' | 'nested.x';
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

const range: fc.Arbitrary<Range> = fc.record({
  start: fc.nat(IDS - 1),
  count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 50, max: 300 })),
  stride: fc.constantFrom(1, 1, 3, 7),
});
const seed = fc.nat(0x7fffffff);
const flag = fc.constantFrom('n', 's', 'mixed', 'nested.x');

export const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ n: fc.nat(9) }),
  fc.record({ n: fc.record({ $lt: fc.nat(10) }) }),
  fc.record({ n: fc.record({ $ne: fc.nat(9) }) }),
  fc.record({ s: fc.constantFrom('a', 'b', 'nowhere') }),
  fc.record({ s: fc.record({ $in: fc.subarray(['a', 'b', 'c']) }) }),
  fc.record({ mixed: fc.constantFrom(1, '1', null, true) }),
  fc.record({ 'nested.x': fc.record({ $gte: fc.nat(5) }), n: fc.record({ $gt: fc.nat(5) }) }),
  fc.tuple(flag, fc.boolean()).map(([path, $exists]) => ({ [path]: { $exists } })),
  fc.record({ $or: fc.constant([{ n: 1 }, { s: 'b' }]) }),
  fc.record({ $not: fc.record({ s: fc.constantFrom('a', 'b') }) }),
  fc.constant({}),
);

/** Filters by which records are removed: few enough that some stay. */
const narrowFilter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ n: fc.nat(9) }),
  fc.record({ s: fc.constantFrom('a', 'nowhere') }),
  fc.record({ mixed: fc.constantFrom(1, '1', null, true) }),
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'upsert' as const), range, seed }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewrite' as const), range, seed }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      range,
      seed,
      parts: fc.record({
        vector: fc.boolean(),
        document: fc.constantFrom('keep' as const, 'set' as const, 'remove' as const),
        metadata: fc.constantFrom('keep' as const, 'merge' as const, 'removeKey' as const),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), range }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removeMatching' as const), filter: narrowFilter }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('expire' as const),
      range,
      ttl: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('flush' as const, 'compact' as const, 'reopen' as const, 'check' as const),
    }),
  },
);

export const question: fc.Arbitrary<Question> = fc.record({
  linked: fc.boolean(),
  seed,
  // Little effort, so that some hundred records are walked.
  k: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(1, 2, 4) },
    { weight: 1, arbitrary: fc.constantFrom(20, IDS) },
  ),
  efSearch: fc.integer({ min: 1, max: 4 }),
  filter: fc.option(filter, { nil: undefined }),
  orderBy: fc.constantFrom('id', 'seq', 'n', 'mixed', 'nested.x'),
  order: fc.constantFrom('asc', 'desc'),
  limit: fc.integer({ min: 20, max: 300 }),
});

export function idsOf({ start, count, stride }: Range): string[] {
  return [...new Set(Array.from({ length: count }, (_, i) => `r${(start + i * stride) % IDS}`))];
}

/** A vector on a grid, for an id and a seed; never zero, and of many lengths. */
export function gridVector(id: string, from: number, dimension: number): Float32Array {
  const random = seededRandom((from + Number(id.slice(1)) * 7919) | 0);
  // The first numbers of similar seeds are similar.
  for (let i = 0; i < 4; i++) random();
  const vector = Float32Array.from({ length: dimension }, () => Math.floor(random() * 7) / 2 - 1.5);
  if (vector.every((value) => value === 0)) vector[0] = 1;
  return vector;
}

export function metadataOf(id: string, from: number): JsonObject {
  const random = seededRandom((from ^ (Number(id.slice(1)) * 104729)) | 0);
  for (let i = 0; i < 4; i++) random();
  const pick = <T>(...values: T[]): T => values[Math.floor(random() * values.length)] as T;
  return {
    ...(random() < 0.8 && { n: Math.floor(random() * 10) }),
    ...(random() < 0.8 && { s: pick('a', 'b', 'c', '\u{1F600}', '\uFFEE') }),
    ...(random() < 0.8 && { mixed: pick<JsonObject[string]>(1, 2.5, '1', 'a', null, true, false) }),
    ...(random() < 0.8 && { nested: pick<JsonObject[string]>({ x: Math.floor(random() * 10) }, {}, 5) }),
  };
}

/** What the property is run over. */
export interface Kind {
  readonly family: IndexOptions['family'];
  readonly metric: Metric;
  readonly index: IndexOptions;
}

/** Tiny lists and little effort: a few hundred records are walked, and walks find too little often enough. */
const GRAPH = { family: 'hnsw', M: 4, efConstruction: 16, efSearch: 4 } as const;
const LISTS = { family: 'ivf', nlist: 24, nprobe: 2 } as const;

/** Families that serve any number of records, with each metric. */
export const KINDS: readonly Kind[] = [{ family: 'flat' } as const, GRAPH].flatMap((index) =>
  (['cosine', 'dot', 'l2'] as const satisfies Metric[]).map((metric) => ({
    family: index.family,
    metric,
    index,
  })),
);

/**
 * Families that learn from a thousand records, which there must be then: each with every metric, every quantizer, and
 * vectors in each form. Not those of 16 bits under cosine: the values of the grid, once normalised, do not fit them.
 */
export const LEARNING_KINDS: readonly Kind[] = (
  [
    ['cosine', LISTS],
    ['dot', LISTS],
    ['l2', { ...LISTS, rotation: true }],
    ['l2', { ...LISTS, quantizer: 'sq8', originals: 'disk' }],
    ['dot', { ...LISTS, quantizer: 'none' }],
    ['cosine', { ...LISTS, quantizer: 'binary' }],
    ['l2', { family: 'pq' }],
    ['cosine', { family: 'pq', rotation: true }],
    ['dot', { family: 'pq', bits: 8, originals: 'f16' }],
    ['cosine', { family: 'pq', bits: 8, originals: 'disk' }],
    ['l2', { family: 'lsh', tables: 2 }],
    ['cosine', { family: 'lsh', originals: 'disk' }],
    ['dot', { family: 'lsh' }],
  ] as const satisfies (readonly [Metric, IndexOptions])[]
).map(([metric, index]) => ({ family: index.family, metric, index }));

/** What may take over from any of them. */
export const SUCCESSORS: readonly IndexOptions[] = [
  { family: 'flat' },
  GRAPH,
  LISTS,
  { ...LISTS, originals: 'disk' },
  { family: 'pq' },
  { family: 'lsh' },
];
