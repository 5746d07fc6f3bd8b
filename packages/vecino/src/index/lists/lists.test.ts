import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexOptions } from '../../api/index-options.ts';
import { seededRandom } from '../../base/random.ts';
import { type Layout, layoutOf } from '../../kernel/layout.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import { completeIndexOptions, familyOf } from '../registry.ts';
import { searchSpace } from '../search.ts';
import { roundsOf, runStage } from './learn.ts';
import { ListsModel } from './model.ts';

const DIMENSION = 24;
const CLUSTERS = 12;

/** Vectors around a few centres, which overlap. */
function vectorsOf(count: number, seed: number, dimension = DIMENSION): Float32Array[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: CLUSTERS }, () =>
    Float32Array.from({ length: dimension }, () => 2 * normal()),
  );
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * CLUSTERS)];
    return Float32Array.from({ length: dimension }, (_, i) => (centre?.[i] ?? 0) + normal());
  });
}

interface Made {
  readonly space: VectorSpace;
  readonly index: Required<IndexOptions>;
  /** Chances to let others run that the stages of learning gave, by their names. */
  readonly pauses: ReadonlyMap<string, number>;
}

/** A memory whose lists are learnt from all these vectors and hold them. */
function learn(given: IndexOptions, vectors: readonly Float32Array[], more: Partial<Layout> = {}): Made {
  const index = completeIndexOptions('test', given, 'l2') as Required<IndexOptions>;
  const family = familyOf(index.family);
  const learner = family.learner;
  if (!learner) throw new Error('the family learns');
  const room = learner.room(index, vectors.length);
  const layout = layoutOf({
    dimension: vectors[0]?.length ?? 0,
    kernel: more.kernel ?? 'l2',
    lanes: 1,
    ...family.layout(index, room, { dimension: vectors[0]?.length ?? 0, metric: 'l2' }),
  });
  const space = VectorSpace.create(layout);
  space.reserve(vectors.length);
  space.writeCodeRange(-12, 255 / 24);
  const pauses = new Map<string, number>();
  const run = (stages: ReturnType<typeof learner.stages>, keys?: Uint32Array) => {
    for (const { name, items, grain } of stages) {
      for (let from = 0; from < items; from += grain) {
        const work = learner.run(space, name, from, Math.min(items, from + grain), keys);
        while (work && !work.next().done) pauses.set(name, (pauses.get(name) ?? 0) + 1);
      }
    }
  };
  const put = (order: ArrayLike<number>) => {
    for (let node = 0; node < order.length; node++) {
      space.writeVector(node, vectors[order[node] ?? 0] ?? []);
      space.writeSlot(node, order[node] ?? 0);
      space.setLive(node, true);
      space.setLinked(node, true);
    }
    if (layout.coded) space.engine.encodeRange(0, order.length);
  };
  put(vectors.map((_, i) => i));
  const sample = Math.min(vectors.length, learner.sample(index, vectors.length));
  run(learner.stages(space, index, sample, vectors.length));
  // Learning may have put something else in the sample's place.
  put(vectors.map((_, i) => i));
  const keys = learner.assign?.(space, 0, vectors.length) ?? new Uint32Array();
  const order = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  put(order);
  const sorted = Uint32Array.from(order, (i) => keys[i] ?? 0);
  run(learner.fillStages(space, vectors.length, sorted), sorted);
  return { space, index, pauses };
}

function nearest({ space, index }: Made, query: Float32Array, effort: number, nodes: number) {
  const request = {
    query,
    k: 10,
    way: 'index' as const,
    effort,
    oversample: 3,
    nodes,
    matches: nodes,
    budget: 1e9,
    sound: true,
    pending: new Uint32Array(),
    hasRemoved: true,
  };
  return searchSpace(space, familyOf(index.family), request as never);
}

function recallOf(
  made: Made,
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
  effort: number,
  live = vectors.map(() => true),
) {
  let found = 0;
  const index = made.index as { readonly originals?: string };
  for (const query of queries) {
    const distances = vectors.flatMap((vector, slot) =>
      live[slot] ? [vector.reduce((sum, value, i) => sum + (value - (query[i] ?? 0)) ** 2, 0)] : [],
    );
    const tenth = Float64Array.from(distances).sort()[9] ?? 0;
    const answer = nearest(made, query, effort, vectors.length);
    for (const [i, slot] of answer.slots.entries()) {
      expect(live[slot]).toBe(true);
      if (
        (answer.distances[i] ?? Number.POSITIVE_INFINITY) <=
        tenth * (index.originals === 'f16' ? 1.005 : 1.0001)
      )
        found += 1;
    }
  }
  return found / queries.length / 10;
}

const KINDS: readonly IndexOptions[] = [
  { family: 'ivf', nlist: 40 },
  { family: 'ivf', nlist: 40, quantizer: 'binary' },
  { family: 'ivf', nlist: 40, quantizer: 'sq8' },
  { family: 'ivf', nlist: 40, quantizer: 'none' },
  { family: 'ivf', nlist: 40, rotation: true },
  { family: 'ivf', nlist: 40, originals: 'f16' },
  { family: 'pq' },
  { family: 'pq', bits: 8, width: 4 },
  { family: 'pq', rotation: true },
];

it('lets others run between any two vectors that axes are learnt from', () => {
  const { pauses } = learn({ family: 'pq', rotation: true }, vectorsOf(1_500, 7));
  // Their mean and spread, three passes over them, and what their projections say.
  expect(pauses.get('axes')).toBeGreaterThan(7 * 1_500);
});

describe.each(KINDS)('%j', (given) => {
  const vectors = vectorsOf(4_000, 7);
  const queries = vectorsOf(4_030, 7).slice(4_000);

  it('finds nearly all in all lists, with fewer comparisons than there are records', () => {
    const made = learn(given, vectors);
    expect(recallOf(made, vectors, queries, 40)).toBeGreaterThan(0.97);
    const isScan = 'quantizer' in given && (given.quantizer === 'none' || given.quantizer === 'sq8');
    if (!isScan)
      expect(nearest(made, queries[0] ?? new Float32Array(), 40, 4_000).distanceComputations).toBeLessThan(
        1_200,
      );
  });

  it('is the same to the byte for the same seed and order', () => {
    const [a, b] = [learn(given, vectors), learn(given, vectors)];
    expect(a.space.storedModel()).toEqual(b.space.storedModel());
    expect(a.space.storedBlock(1)).toEqual(b.space.storedBlock(1));
  });

  it('keeps every list whole while nodes come and go', () => {
    const made = learn(given, vectors);
    const { space, index } = made;
    const builder = familyOf(index.family).builder;
    const live = vectors.map(() => true);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.nat(vectors.length - 1)), { maxLength: 200 }),
        (steps) => {
          for (const [comes, node] of steps) {
            const slot = space.slotOf(node);
            if (comes && !live[slot]) {
              space.setLive(node, true);
              builder?.link(space, Uint32Array.of(node), Number.POSITIVE_INFINITY);
            } else if (!comes) {
              space.setLive(node, false);
              builder?.mark(space, vectors.length, new Uint32Array());
            }
            live[slot] = comes || (live[slot] === true && comes);
          }
          expect(familyOf(index.family).check(space, vectors.length)).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
    expect(recallOf(made, vectors, queries, 40, live)).toBeGreaterThan(0.95);
  });
});

it('cuts a list in two that grows far beyond the others', () => {
  const vectors = vectorsOf(4_000, 7);
  const made = learn({ family: 'ivf', nlist: 40 }, vectors);
  const { space } = made;
  const before = new ListsModel(space).lists;
  const random = seededRandom(5);
  const here = vectors[0] ?? new Float32Array();
  const crowd = Array.from({ length: 3_000 }, () => here.map((value) => value + 3 * (random() - 0.5)));
  space.reserve(7_000);
  for (const [i, vector] of crowd.entries()) {
    space.writeVector(4_000 + i, vector);
    space.writeSlot(4_000 + i, 4_000 + i);
    space.setLive(4_000 + i, true);
  }
  for (let from = 4_000; from < 7_000; from += 100) {
    const nodes = Uint32Array.from({ length: 100 }, (_, i) => from + i);
    familyOf('ivf').builder?.link(space, nodes, Number.POSITIVE_INFINITY);
  }
  expect(new ListsModel(space).lists).toBeGreaterThan(before);
  expect(familyOf('ivf').check(space, 7_000)).toEqual([]);
  expect(new ListsModel(space).drift.of).toBe(3_000);
  expect(recallOf(made, [...vectors, ...crowd], crowd.slice(0, 20), 60)).toBeGreaterThan(0.97);
});

/** Searches all lists at the level of the engine; answers the nodes, nearest first. */
function searchAll(
  { space, index }: Made,
  query: Float32Array,
  k: number,
  allowed?: Uint32Array,
): Uint32Array {
  const { engine } = space;
  space.writeQuery(query);
  const nodes = space.blocks * 1024;
  if (allowed) space.writeAllowed(allowed, nodes);
  const filtered = allowed ? 1 : 0;
  const size =
    index.family === 'pq'
      ? engine.searchCodes(Math.min(8_192, 4 * k), k, filtered, 1)
      : engine.searchLists(8_192, k, Math.min(10_240, 3 * k), filtered, 1);
  return space.readPool(Math.min(size, k)).nodes;
}

describe('lists of any shape', () => {
  const shape = fc.record({
    dimension: fc.constantFrom(1, 2, 3, 4, 5, 15, 16, 17, 33, 100),
    count: fc.integer({ min: 1, max: 300 }),
    nlist: fc.constantFrom(1, 2, 3, 17, 64, 300, 8_192),
    quantizer: fc.constantFrom('pq', 'binary', 'sq8', 'none', 'family pq'),
    kernel: fc.constantFrom('l2', 'dot'),
    k: fc.constantFrom(1, 10, 31, 32, 33, 300, 10_000),
    seed: fc.nat(1_000),
  });

  it('answer as many as there are, each once and none that is gone or left out', () => {
    fc.assert(
      fc.property(shape, ({ dimension, count, nlist, quantizer, kernel, k, seed }) => {
        const vectors = vectorsOf(count, seed, dimension);
        const given = (
          quantizer === 'family pq' ? { family: 'pq' } : { family: 'ivf', nlist, quantizer }
        ) as IndexOptions;
        const made = learn(given, vectors, { kernel });
        const { space } = made;
        expect(familyOf(made.index.family).check(space, count)).toEqual([]);

        const query = vectorsOf(1, seed + 1, dimension)[0] ?? new Float32Array();
        const all = searchAll(made, query, k);
        expect(all.length).toBe(Math.min(k, count));
        expect(new Set(all).size).toBe(all.length);

        const even = new Uint32Array(32).fill(0x55555555);
        const some = searchAll(made, query, k, even);
        expect(some.length).toBe(Math.min(k, Math.ceil(count / 2)));
        expect([...some].filter((node) => node % 2 === 1)).toEqual([]);

        for (let node = 0; node < count; node += 3) space.setLive(node, false);
        const left = searchAll(made, query, k);
        expect(left.length).toBe(Math.min(k, count - Math.ceil(count / 3)));
        expect([...left].filter((node) => node % 3 === 0)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['none', 'sq8', 'pq'] as const)('have 8,192 dimensions (%s)', (quantizer) => {
    const vectors = vectorsOf(60, 3, 8_192);
    const made = learn({ family: 'ivf', nlist: 4, quantizer }, vectors);
    for (const [node, vector] of vectors.entries()) {
      const [nearest = -1] = searchAll(made, vector, 3);
      expect(made.space.slotOf(nearest)).toBe(node);
    }
  });

  it('are as many as there may be', () => {
    const vectors = vectorsOf(8_500, 3, 4);
    const made = learn({ family: 'ivf', nlist: 8_192, quantizer: 'none' }, vectors);
    expect(new ListsModel(made.space).lists).toBe(8_192);
    expect(familyOf('ivf').check(made.space, vectors.length)).toEqual([]);
    expect(searchAll(made, vectors[7] ?? new Float32Array(), 10_000).length).toBe(8_500);
    // No room for another: a list that grows is left as it is.
    expect(made.space.engine.splitLongest()).toBe(0);
  });

  it('do not answer what comes while a filter of earlier records is asked with', () => {
    const vectors = vectorsOf(2_000, 3);
    const made = learn({ family: 'ivf', nlist: 8, quantizer: 'none' }, vectors);
    const { space } = made;
    space.writeAllowed(new Uint32Array(64).fill(0xffffffff), 2_000);
    space.writeAllowed(Uint32Array.of(0xffffffff), 32);
    space.writeQuery(vectors[0] ?? []);
    const size = space.engine.searchLists(8, 1_000, 1_000, 1, 1);
    expect([...space.readPool(size).nodes].sort((a, b) => a - b)).toEqual([...Array(32).keys()]);
  });
});

it('finds entries that are nobody’s, and nodes that are in no list', () => {
  const made = learn({ family: 'ivf', nlist: 8 }, vectorsOf(1_000, 3));
  const { space } = made;
  const model = new ListsModel(space);
  model.assigned(5, 6).fill(0);
  expect(familyOf('ivf').check(space, 1_000)).toEqual([
    '1 nodes are in no list, or not where their place says',
    '1 entries of lists belong to no node, or to one that is elsewhere',
  ]);
});

it('k-means by mini-batches finds about as good centroids as Lloyd’s rounds', () => {
  const vectors = vectorsOf(6_000, 11);
  const [lloyd, batches] = [false, true].map((isLarge) => {
    const index = completeIndexOptions('test', { family: 'ivf', nlist: 60 }, 'l2') as Required<IndexOptions>;
    const family = familyOf('ivf');
    const shape = { dimension: DIMENSION, metric: 'l2' } as const;
    const space = VectorSpace.create(
      layoutOf({ dimension: DIMENSION, kernel: 'l2', lanes: 1, ...family.layout(index, 6_000, shape) }),
    );
    space.reserve(vectors.length);
    for (const [node, vector] of vectors.entries()) space.writeVector(node, vector);
    const model = new ListsModel(space);
    model.begin(vectors.length, 60, vectors.length);
    space.engine.seedRandom(42);
    space.engine.seedLists(0, 60, 480);
    const rounds = isLarge ? roundsOf(60, 2 ** 23) : roundsOf(60, vectors.length);
    expect(rounds.some(({ name }) => name === 'assign batch')).toBe(isLarge);
    for (const { name, items } of rounds) {
      const share = Math.ceil((items * vectors.length) / (isLarge ? 2 ** 23 : vectors.length));
      runStage(space, name, 0, share, undefined);
    }
    space.engine.assignNodes(0, vectors.length);
    const squares = vectors.map((_, node) =>
      space.engine.residualSquare(node, model.assigned(node, node + 1)[0] ?? 0),
    );
    return squares.reduce((sum, square) => sum + square, 0) / vectors.length;
  });
  expect(batches).toBeLessThan((lloyd ?? 0) * 1.05);
});
