import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LshOptions } from '../../api/index-options.ts';
import type { Metric } from '../../api/search.ts';
import { BitSet } from '../../base/bit-set.ts';
import { seededRandom } from '../../base/random.ts';
import { engineModule } from '../../kernel/engine-module.ts';
import { layoutOf } from '../../kernel/layout.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';
import { kernelOf } from '../../vector/metric.ts';
import { prepared, preparedQuery, preparedWidth } from '../../vector/prepare.ts';
import type { FamilySearch, Stage } from '../family.ts';
import { completeIndexOptions } from '../registry.ts';
import { runToEnd } from '../relaying.ts';
import { builder } from './build.ts';
import { check } from './check.ts';
import { lsh } from './family.ts';
import { hashBitsFor, learner } from './learn.ts';
import { TablesModel } from './model.ts';
import { search } from './search.ts';

const COUNT = 6_000;
const DIMENSION = 24;
const K = 10;
const QUERIES = 60;
const LENGTH_BOUND = 4;

/** Vectors in overlapping clusters. */
function vectorsOf(count: number, seed: number): Float32Array[] {
  const random = seededRandom(3);
  const centres = Array.from({ length: 40 }, () => Float32Array.from({ length: DIMENSION }, random));
  const noise = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(noise() * centres.length)] ?? new Float32Array(DIMENSION);
    return centre.map((value) => value + (noise() - noise()) / 2);
  });
}

function optionsFor(metric: Metric, given: Omit<LshOptions, 'family'> = {}): Required<LshOptions> {
  return completeIndexOptions('test', { family: 'lsh', ...given }, metric) as Required<LshOptions>;
}

function put(space: VectorSpace, node: number, vector: Float32Array): void {
  space.writeVector(node, vector);
  space.writeSlot(node, node);
  space.setLive(node, true);
}

function runStages(space: VectorSpace, stages: readonly Stage[]): void {
  for (const { name, items, grain } of stages) {
    for (let from = 0; from < items; from += grain) {
      runToEnd(learner.run(space, name, from, Math.min(items, from + grain), undefined));
    }
  }
}

/** Learns from the vectors and brings all of them into the tables, as relaying does, on one thread. */
function build(metric: Metric, options: Required<LshOptions>, vectors: readonly Float32Array[]): VectorSpace {
  const dimension = vectors[0]?.length ?? DIMENSION;
  const space = VectorSpace.create(
    layoutOf({
      dimension: preparedWidth(metric, dimension),
      kernel: kernelOf(metric),
      lanes: 1,
      ...lsh.layout(options, hashBitsFor(options, vectors.length), { dimension, metric }),
    }),
    engineModule('plain'),
  );
  space.reserve(vectors.length + 1_000);
  space.writeCodeRange(-0.6, 255 / 2.4);
  for (const [node, vector] of vectors.entries()) put(space, node, prepared(metric, vector, LENGTH_BOUND));
  const sample = Math.min(vectors.length, learner.sample(options, vectors.length));
  runStages(space, learner.stages(space, options, sample, vectors.length));
  for (const node of vectors.keys()) space.setLinked(node, true);
  if (space.layout.coded) space.engine.encodeRange(0, vectors.length);
  runStages(space, learner.fillStages(space, vectors.length, undefined));
  return space;
}

function ask(nodes: number, more: Partial<FamilySearch> = {}): FamilySearch {
  return {
    k: K,
    best: 3 * K,
    effort: 0,
    filtered: false,
    hasRemoved: false,
    nodes,
    matches: nodes,
    budget: Number.MAX_SAFE_INTEGER,
    ...more,
  };
}

/** Share of the exact neighbours that searches find, and of all nodes that they compare. */
function measure(space: VectorSpace, metric: Metric, request: FamilySearch) {
  let found = 0;
  let wanted = 0;
  let distances = 0;
  for (const vector of vectorsOf(QUERIES, 99)) {
    space.writeQuery(preparedQuery(metric, vector));
    const scan = request.filtered ? space.engine.scanAllowed : space.engine.scanRange;
    const size = scan(0, request.nodes, 0, K);
    const truth = new Set(space.readPool(size).nodes);
    space.engine.takeComputations();
    const { nodes } = space.readPool(Math.min(K, search(space, request).size));
    distances += space.engine.takeComputations();
    found += nodes.filter((node) => truth.has(node)).length;
    wanted += truth.size;
  }
  return { recall: found / wanted, share: distances / QUERIES / request.nodes };
}

function digest(space: VectorSpace): string {
  const hash = createHash('sha256').update(Uint8Array.from(space.storedModel()));
  for (let block = 0; block < space.blocks; block++) hash.update(Uint8Array.from(space.storedBlock(block)));
  return hash.digest('hex');
}

const VARIANTS: readonly (readonly [Metric, Omit<LshOptions, 'family'>])[] = [
  ['l2', {}],
  ['l2', { hash: 'hyperplanes' }],
  ['cosine', {}],
  ['cosine', { quantizer: 'none' }],
  ['cosine', { originals: 'f16' }],
  ['dot', {}],
];

describe.each(VARIANTS)('hash tables, %s %o', (metric, given) => {
  const options = optionsFor(metric, given);
  let space: VectorSpace;

  beforeAll(() => {
    space = build(metric, options, vectorsOf(COUNT, 5));
  });

  it('find most neighbours among a fraction of the records, by the probes that were measured', () => {
    const { recall, share } = measure(space, metric, ask(COUNT));
    expect(recall).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(0.25);
    expect(check(space, COUNT)).toEqual([]);
  });

  it('name the probes that they take where nobody does: 0 would mean a comparison with all', () => {
    const measured = new TablesModel(space).defaultProbes;
    expect(measured).toBeGreaterThan(0);
    expect(lsh.effort(options, space)).toBe(measured);
    expect(lsh.effort({ ...options, probes: 7 }, space)).toBe(7);
  });

  it('find more with more probes', () => {
    const few = measure(space, metric, ask(COUNT, { effort: 16 }));
    const many = measure(space, metric, ask(COUNT, { effort: 4_096 }));
    expect(many.recall).toBeGreaterThan(few.recall);
    expect(many.share).toBeGreaterThan(few.share);
    expect(many.recall).toBeGreaterThan(0.97);
  });

  it('leave out what a filter does', () => {
    const allowed = new BitSet();
    for (let node = 0; node < COUNT; node += 5) allowed.add(node);
    space.writeAllowed(allowed.words, COUNT);
    const request = ask(COUNT, { filtered: true, matches: COUNT / 5 });
    const { recall, share } = measure(space, metric, request);
    expect(recall).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.1);
    space.writeQuery(preparedQuery(metric, vectorsOf(1, 7)[0] as Float32Array));
    const { nodes } = space.readPool(search(space, request).size);
    expect([...nodes].filter((node) => node % 5 !== 0)).toEqual([]);
  });

  it('give up beyond the budget', () => {
    space.writeQuery(preparedQuery(metric, vectorsOf(1, 7)[0] as Float32Array));
    expect(search(space, ask(COUNT, { effort: 32_768, budget: 100 })).gaveUp).toBe(true);
    expect(search(space, ask(COUNT, { effort: 32_768 })).gaveUp).toBe(false);
  });
});

describe('hash tables that change', () => {
  const options = optionsFor('l2');
  const vectors = vectorsOf(COUNT, 5);

  it('find what was added, and not what was removed', () => {
    const space = build('l2', options, vectors);
    const added = vectorsOf(500, 8);
    for (const [i, vector] of added.entries()) put(space, COUNT + i, vector);
    const nodes = Uint32Array.from(added, (_, i) => COUNT + i);
    expect(builder.link(space, nodes, Number.POSITIVE_INFINITY)).toBe(500);
    expect(check(space, COUNT + 500)).toEqual([]);
    for (const [i, vector] of added.entries()) {
      space.writeQuery(vector);
      search(space, ask(COUNT + 500));
      expect(space.readPool(1).nodes[0]).toBe(COUNT + i);
    }

    for (let node = 0; node < COUNT; node += 2) space.setLive(node, false);
    const foundOf = (hasRemoved: boolean) => {
      space.writeQuery(vectors[2] as Float32Array);
      return [...space.readPool(search(space, ask(COUNT + 500, { hasRemoved })).size).nodes];
    };
    expect(foundOf(true).filter((node) => node < COUNT && node % 2 === 0)).toEqual([]);
    expect(builder.mark(space, COUNT + 500, Uint32Array.of(COUNT))).toBe(COUNT / 2 + 1);
    expect(foundOf(false).filter((node) => node < COUNT && node % 2 === 0)).toEqual([]);
    expect(check(space, COUNT + 500)).toEqual([]);
    expect(space.isLinked(COUNT)).toBe(false);
  });

  it('tell a check when a node lies in the wrong bucket, or in none', () => {
    const space = build('l2', options, vectors);
    space.writeVector(0, vectors[1] as Float32Array);
    expect(check(space, COUNT).length).toBeGreaterThan(0);
    space.writeVector(0, vectors[0] as Float32Array);
    expect(check(space, COUNT)).toEqual([]);
    space.engine.clearTables(space.blocks);
    expect(check(space, COUNT)).toHaveLength(options.tables);
  });

  it('are the same to the byte for the same seed, and others for another', () => {
    expect(digest(build('l2', options, vectors))).toBe(digest(build('l2', options, vectors)));
    expect(digest(build('l2', { ...options, seed: 7 }, vectors))).not.toBe(
      digest(build('l2', options, vectors)),
    );
  });

  it('hold vectors that are all equal', () => {
    const equal = Array.from({ length: 1_200 }, () => vectors[0] as Float32Array);
    const space = build('l2', options, equal);
    space.writeQuery(vectors[0] as Float32Array);
    expect(search(space, ask(1_200)).size).toBe(K);
    expect(check(space, 1_200)).toEqual([]);
  });

  it('are learnt anew when there are many more records', () => {
    const space = build('l2', options, vectors);
    expect(new TablesModel(space).learntFrom).toBe(COUNT);
    expect(learner.isDue(space, COUNT, true)).toBe(false);
    expect(learner.isDue(space, 2 * COUNT, false)).toBe(false);
    expect(learner.isDue(space, 2 * COUNT, true)).toBe(true);
    expect(learner.isDue(space, 4 * COUNT, false)).toBe(true);
  });
});

/** What may happen to a node, in the order in which its owner does it. */
const change = fc.record({
  do: fc.constantFrom('remove', 'put', 'lay'),
  /** The nodes: every `stride`-th from `first` on. */
  first: fc.nat(1_300),
  stride: fc.integer({ min: 1, max: 40 }),
});

describe('hash tables whose nodes come, go and are used again', () => {
  const metrics: readonly Metric[] = ['l2', 'cosine', 'dot'];
  const learnt = 1_200;
  const nodesMax = 1_400;
  const pool = vectorsOf(4_000, 17);
  const options = { quantizer: 'none', tables: 3 } as const;

  it.each(metrics)('find every vector by itself, and nothing that is gone: %s', (metric) => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const space = build(metric, optionsFor(metric, options), pool.slice(0, learnt));
        const held = new Map(pool.slice(0, learnt).entries());
        let drawn = learnt;
        for (const { do: what, first, stride } of changes) {
          const touched: number[] = [];
          for (let node = first; node < nodesMax; node += stride) touched.push(node);
          for (const node of what === 'lay' ? [] : touched) {
            space.setLive(node, false);
            space.setLinked(node, false);
            held.delete(node);
          }
          if (what === 'put') {
            for (const node of touched) {
              const vector = pool[drawn++ % pool.length] as Float32Array;
              held.set(node, vector);
              put(space, node, prepared(metric, vector, LENGTH_BOUND));
            }
            builder.link(space, Uint32Array.from(touched), Number.POSITIVE_INFINITY);
          }
          if (what === 'lay') runStages(space, learner.fillStages(space, nodesMax, undefined));
          expect(check(space, nodesMax)).toEqual([]);
          const asked = [...held].filter((_, i) => i % 97 === 0);
          for (const [node, vector] of asked) {
            space.writeQuery(preparedQuery(metric, vector));
            const found = search(space, ask(nodesMax, { matches: held.size }));
            const { nodes } = space.readPool(found.size);
            expect([...nodes].filter((other) => !held.has(other))).toEqual([]);
            expect(found.size).toBeGreaterThanOrEqual(Math.min(K, held.size));
            // By inner product others may be nearer; equal vectors may be many.
            if (metric !== 'dot') expect(nearestAre(space, vector, held, node)).toBe(true);
          }
        }
      }),
      { numRuns: 8, verbose: true },
    );
  });
});

/** Whether the best that was found is the vector itself, in one of the nodes that hold it. */
function nearestAre(
  space: VectorSpace,
  vector: Float32Array,
  held: ReadonlyMap<number, Float32Array>,
  node: number,
): boolean {
  const [best = -1] = space.readPool(1).nodes;
  return best === node || held.get(best) === vector;
}

describe('hash tables of unusual data', () => {
  it.each([1, 2, 8_192])('find neighbours among vectors of dimension %i', (dimension) => {
    const random = seededRandom(dimension);
    const vectors = Array.from({ length: 1_100 }, () => Float32Array.from({ length: dimension }, random));
    const space = build('l2', optionsFor('l2', { quantizer: 'none' }), vectors);
    expect(check(space, vectors.length)).toEqual([]);
    for (const node of [0, 500, 1_099]) {
      space.writeQuery(vectors[node] as Float32Array);
      expect(search(space, ask(vectors.length)).size).toBe(K);
      expect(space.readPool(1).nodes[0]).toBe(node);
    }
  });

  it('find all of them where as many are wanted', () => {
    const vectors = vectorsOf(COUNT, 5);
    const space = build('l2', optionsFor('l2'), vectors);
    space.writeQuery(vectors[3] as Float32Array);
    const found = search(space, ask(COUNT, { k: 10_000, best: 10_000 }));
    // Of each table all buckets are looked into, and nothing is ruled out while fewer are known than are wanted.
    expect(found).toEqual({ size: COUNT, gaveUp: false });
    expect(new Set(space.readPool(COUNT).nodes).size).toBe(COUNT);
  });

  it('estimate a few outliers far from everything as they do the rest', () => {
    const vectors = vectorsOf(COUNT, 5).map((vector, i) =>
      i % 500 === 7 ? vector.map((x) => x * 1e6) : vector,
    );
    const space = build('l2', optionsFor('l2', { quantizer: 'none' }), vectors);
    for (const node of [7, 8, 507, 5_000]) {
      space.writeQuery(vectors[node] as Float32Array);
      expect(search(space, ask(COUNT)).size).toBe(K);
      expect(space.readPool(1).nodes[0]).toBe(node);
    }
  });
});

describe('the layout of hash tables', () => {
  it('has the same slots whatever was learnt', () => {
    const options = optionsFor('cosine');
    const slots = [0, 4, 12, 20].map(
      (room) =>
        layoutOf({
          dimension: DIMENSION,
          kernel: 'l2',
          lanes: 1,
          ...lsh.layout(options, room, { dimension: DIMENSION, metric: 'cosine' }),
        }).segmentSlots,
    );
    expect(new Set(slots).size).toBe(1);
  });

  it('refuses originals on disk without codes', () => {
    expect(() => optionsFor('l2', { originals: 'disk', quantizer: 'none' })).toThrow(
      /use the quantizer "sq8"/,
    );
  });
});
