import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexOptions } from '../../api/index-options.ts';
import { seededRandom } from '../../base/random.ts';
import { type Layout, layoutOf } from '../../kernel/layout.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import { completeIndexOptions, familyOf } from '../registry.ts';
import { searchSpace } from '../search.ts';
import { ListsModel } from './model.ts';

const DIMENSION = 24;
const CLUSTERS = 12;

/** Vectors around a few centres, which overlap. */
function vectorsOf(count: number, seed: number): Float32Array[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: CLUSTERS }, () =>
    Float32Array.from({ length: DIMENSION }, () => 2 * normal()),
  );
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * CLUSTERS)];
    return Float32Array.from({ length: DIMENSION }, (_, i) => (centre?.[i] ?? 0) + normal());
  });
}

interface Made {
  readonly space: VectorSpace;
  readonly index: Required<IndexOptions>;
}

/** A memory whose lists are learnt from all these vectors and hold them. */
function learn(given: IndexOptions, vectors: readonly Float32Array[], more: Partial<Layout> = {}): Made {
  const index = completeIndexOptions('test', given, 'l2') as Required<IndexOptions>;
  const family = familyOf(index.family);
  const learner = family.learner;
  if (!learner) throw new Error('the family learns');
  const room = learner.room(index, vectors.length);
  const layout = layoutOf({
    dimension: DIMENSION,
    kernel: more.kernel ?? 'l2',
    lanes: 1,
    ...family.layout(index, room, { dimension: DIMENSION, metric: 'l2' }),
  });
  const space = VectorSpace.create(layout);
  space.reserve(vectors.length);
  space.writeCodeRange(-12, 255 / 24);
  const run = (stages: ReturnType<typeof learner.stages>, keys?: Uint32Array) => {
    for (const { name, items, grain } of stages) {
      for (let from = 0; from < items; from += grain)
        learner.run(space, name, from, Math.min(items, from + grain), keys);
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
  return { space, index };
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
