import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../base/assert.ts';
import { BitSet } from '../../base/bit-set.ts';
import { seededRandom } from '../../base/random.ts';
import { type EngineBuild, engineModule } from '../../kernel/engine-module.ts';
import { layoutOf } from '../../kernel/layout.ts';
import { innerProduct, squaredL2 } from '../../kernel/oracle.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import { runToEnd } from '../relaying.ts';
import { type SearchRequest, searchMany, searchSpace } from '../search.ts';
import { adoptSketches } from './adopt.ts';
import { flat } from './family.ts';
import { learner } from './learn.ts';
import { FlatModel } from './model.ts';
import { learnFrom } from './sample.ts';

type Kernel = 'l2' | 'dot';

const QUERIES = 8;

/** An index of these vectors, with sketches, however little they may help. */
function indexOf(
  vectors: readonly Float32Array[],
  kernel: Kernel,
  build: EngineBuild = 'relaxed',
): VectorSpace {
  const dimension = vectors[0]?.length ?? 0;
  const space = VectorSpace.create(
    layoutOf({ dimension, kernel, lanes: 1, sketched: true }),
    engineModule(build),
  );
  space.reserve(vectors.length);
  for (const [slot, vector] of vectors.entries()) {
    space.writeVector(slot, vector);
    space.setLive(slot, true);
    space.setLinked(slot, true);
  }
  const learning = learnFrom(space, vectors.length);
  let step = learning.next();
  while (!step.done) step = learning.next();
  const { value: learnt } = step;
  const { fineMax } = present(space.layout.model, 'model').room;
  // Small examples and odd data are where sketches are not worth it, and where they must be right too.
  const forced = { coarse: 16, fine: learnt.axes % 2 === 0 ? fineMax : 0, cost: 0 };
  if (learnt.axes > 0) runToEnd(adoptSketches(space, learnt, learnt.choice ?? forced));
  learner.run(space, 'sketches', 0, vectors.length, undefined);
  return space;
}

function requestOf(slots: number, query: Float32Array, k: number): SearchRequest {
  const way = 'exact';
  const pending = new Uint32Array();
  const budget = Number.POSITIVE_INFINITY;
  return {
    query,
    k,
    way,
    effort: 0,
    oversample: 1,
    nodes: slots,
    matches: slots,
    pending,
    budget,
    hasRemoved: false,
    sound: true,
  };
}

/** Vectors near a few centres in a few dimensions of many: what sketches are made for. */
function structured(count: number, dimension: number, seed: number): Float32Array[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const axes = Array.from({ length: 6 }, () => Float32Array.from({ length: dimension }, normal));
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: dimension }, () => 0.05 * normal());
    for (const axis of axes) {
      const along = normal();
      for (let i = 0; i < dimension; i++) vector[i] = (vector[i] ?? 0) + along * (axis[i] ?? 0);
    }
    return vector;
  });
}

/** The answers of the search by bounds and of the comparison with all, which must be the same to the bit. */
function compare(space: VectorSpace, slots: number, queries: readonly Float32Array[], k: number): void {
  const batch = searchMany(
    space,
    flat,
    queries.map((query) => requestOf(slots, query, k)),
  );
  for (const [i, query] of queries.entries()) {
    const request = requestOf(slots, query, k);
    const all = searchSpace(space, flat, { ...request, sound: false });
    const one = searchSpace(space, flat, request);
    expect([...one.slots]).toEqual([...all.slots]);
    expect([...one.distances]).toEqual([...all.distances]);
    expect([...(batch[i]?.slots ?? [])]).toEqual([...all.slots]);
    expect([...(batch[i]?.distances ?? [])]).toEqual([...all.distances]);
  }
}

describe.each<EngineBuild>(['plain', 'relaxed'])('search by bounds, %s build', (build) => {
  it.each<Kernel>(['l2', 'dot'])(
    'answers as the comparison with all does, and compares with few: %s',
    (kernel) => {
      const vectors = structured(5_000, 96, 7);
      const space = indexOf(vectors, kernel, build);
      expect(new FlatModel(space).isUsable).toBe(true);
      const queries = structured(40, 96, 8);
      for (const k of [1, 10, 200]) compare(space, vectors.length, queries, k);
      const compared = queries.map(
        (query) => searchSpace(space, flat, requestOf(vectors.length, query, 10)).distanceComputations,
      );
      expect(Math.max(...compared)).toBeLessThan(1_000);
    },
  );
});

/** Whole numbers: every distance is exact in 32 bits, so that ties are ties for the oracle too. */
const wholeNumbers = fc.record({
  dimension: fc.integer({ min: 16, max: 70 }),
  count: fc.integer({ min: 1, max: 300 }),
  /** Small ranges give many duplicates and ties; 0 makes all vectors the same. */
  range: fc.constantFrom(0, 1, 2, 20),
  /** Dimensions from this one on are constant. */
  varying: fc.integer({ min: 1, max: 70 }),
  k: fc.integer({ min: 1, max: 40 }),
  kernel: fc.constantFrom<Kernel>('l2', 'dot'),
  seed: fc.integer(),
});

describe('search by bounds against the oracle', () => {
  it('finds all nearest neighbours, ties in the order of slots, whatever the data', () => {
    fc.assert(
      fc.property(wholeNumbers, ({ dimension, count, range, varying, k, kernel, seed }) => {
        const random = seededRandom(seed);
        const draw = () =>
          Float32Array.from({ length: dimension }, (_, i) =>
            i < varying ? Math.round((random() * 2 - 1) * range) : 3,
          );
        const vectors = Array.from({ length: count }, draw);
        const space = indexOf(vectors, kernel);
        for (let i = 0; i < QUERIES; i++) {
          const query = i === 0 ? (vectors[0] ?? draw()) : i === 1 ? new Float32Array(dimension) : draw();
          const distance = (vector: Float32Array) =>
            kernel === 'l2' ? squaredL2(query, vector) : -innerProduct(query, vector);
          const expected = vectors
            .map((vector, slot) => ({ slot, distance: distance(vector) }))
            .sort((a, b) => a.distance - b.distance || a.slot - b.slot)
            .slice(0, k);
          const { slots, distances } = searchSpace(space, flat, requestOf(count, query, k));
          expect([...slots]).toEqual(expected.map(({ slot }) => slot));
          expect([...distances].map((value) => value + 0)).toEqual(
            expected.map(({ distance }) => distance + 0),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('answers as the comparison with all does at every scale, with outliers and far queries', () => {
    const scales = fc.constantFrom(1e-25, 1e-19, 1e-10, 1, 1e10, 1e17);
    const arbitrary = fc.record({
      scale: scales,
      queryScale: fc.constantFrom(1e-6, 1, 1, 1, 1e6),
      offset: fc.constantFrom(0, 1, 1_000),
      outliers: fc.constantFrom(0, 0, 3),
      dimension: fc.integer({ min: 16, max: 140 }),
      count: fc.integer({ min: 20, max: 400 }),
      kernel: fc.constantFrom<Kernel>('l2', 'dot'),
      seed: fc.integer({ min: 1 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ scale, queryScale, offset, outliers, dimension, count, kernel, seed }) => {
        const vectors = structured(count, dimension, seed).map((vector, slot) =>
          vector.map((value) => (value + offset) * scale * (slot < outliers ? 5 : 1)),
        );
        const space = indexOf(vectors, kernel);
        const far = Math.min(queryScale, 1e18 / scale);
        const queries = structured(QUERIES, dimension, seed + 1).map((vector) =>
          vector.map((value) => (value + offset) * scale * far),
        );
        compare(space, count, [...queries, new Float32Array(dimension), ...vectors.slice(0, 2)], 5);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what sketches do not know', () => {
  const vectors = structured(3_000, 64, 3);
  const queries = structured(20, 64, 4);

  it('keeps to a filter, of many matches and of few', () => {
    const space = indexOf(vectors, 'l2');
    for (const share of [0.001, 0.02, 0.3, 0.9]) {
      const random = seededRandom(5);
      const allowed = BitSet.from([...vectors.keys()].filter(() => random() < share));
      const matches = allowed.count();
      for (const query of queries) {
        const request = { ...requestOf(vectors.length, query, 10), allowed: allowed.words, matches };
        const all = searchSpace(space, flat, { ...request, sound: false });
        expect([...searchSpace(space, flat, request).slots]).toEqual([...all.slots]);
        expect(all.slots.length).toBe(Math.min(10, matches));
      }
    }
  });

  it('is noticed by a check where a sketch does not belong to its vector', () => {
    const space = indexOf(vectors, 'l2');
    expect(flat.check(space, vectors.length)).toEqual([]);
    space.writeVector(0, vectors[1] ?? []);
    expect(flat.check(space, vectors.length)).toEqual([
      '1 sketches of a sample do not belong to their vectors',
    ]);
  });

  it('finds pending slots, and no removed ones', () => {
    const space = indexOf(vectors, 'l2');
    const pending = Uint32Array.from({ length: 500 }, (_, i) => i * 3);
    for (const slot of pending) {
      space.setLinked(slot, false);
      space.writeVector(slot, queries[slot % queries.length] ?? []);
    }
    for (let slot = 1; slot < vectors.length; slot += 3) space.setLive(slot, false);
    for (const query of queries) {
      const request = { ...requestOf(vectors.length, query, 30), pending };
      const all = searchSpace(space, flat, { ...request, sound: false });
      expect([...searchSpace(space, flat, request).slots]).toEqual([...all.slots]);
    }
  });
});

it('has room for the bounds of all blocks of one call', () => {
  const { headerFields } = layoutOf({ dimension: 32, kernel: 'l2', lanes: 1, sketched: true });
  const HEAP_ENTRIES = 28;
  expect((headerFields[HEAP_ENTRIES] ?? 0) * 8).toBeGreaterThanOrEqual(128 * 1_024 * 4);
});
