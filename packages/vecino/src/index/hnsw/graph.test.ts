import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BitSet } from '../../base/bit-set.ts';
import { seededRandom } from '../../base/random.ts';
import { engineModule } from '../../kernel/engine-module.ts';
import { layoutOf, NO_NODE } from '../../kernel/layout.ts';
import { VectorSpace } from '../../kernel/vector-space.ts';

const COUNT = 3_000;
const DIMENSION = 40;
const K = 10;
const EF = 64;

interface Options {
  readonly coded: boolean;
  readonly seed?: number;
  readonly build?: 'plain' | 'relaxed';
}

/** Vectors in overlapping clusters, linked one after the other by one thread. */
function buildGraph({ coded, seed = 7, build = 'plain' }: Options): VectorSpace {
  const random = seededRandom(3);
  const space = VectorSpace.create(
    layoutOf({
      dimension: DIMENSION,
      kernel: 'l2',
      lanes: 1,
      coded,
      graph: { M: 16, efConstruction: 100, seed },
    }),
    engineModule(build),
  );
  space.reserve(COUNT);
  space.writeCodeRange(-0.5, 255 / 2);
  const centres = Array.from({ length: 30 }, () => Float32Array.from({ length: DIMENSION }, random));
  for (let slot = 0; slot < COUNT; slot++) {
    const centre = centres[slot % centres.length] ?? new Float32Array(DIMENSION);
    space.writeVector(
      slot,
      centre.map((value) => value + (random() - random()) / 2),
    );
    space.writeSlot(slot, slot);
    space.setLive(slot, true);
    space.engine.link(slot, space.blocks);
  }
  return space;
}

function digest(space: VectorSpace): string {
  const hash = createHash('sha256');
  for (let block = 0; block < space.blocks; block++) hash.update(Uint8Array.from(space.storedBlock(block)));
  return hash.digest('hex');
}

/** The share of the exact answers, in the lane's bitmap if there is one, that a search finds. */
function recall(space: VectorSpace, find: () => number, filtered: boolean): number {
  let hits = 0;
  const random = seededRandom(11);
  for (let i = 0; i < 100; i++) {
    space.writeQuery(Float32Array.from({ length: DIMENSION }, random));
    const size = filtered ? space.engine.scanAllowed(0, COUNT, 0, K) : space.engine.scanRange(0, COUNT, 0, K);
    const truth = new Set(space.readPool(size).nodes);
    const found = find();
    const best = space.layout.coded ? space.engine.rerank(found, 3 * K, K) : found;
    hits += space.readPool(Math.min(best, K)).nodes.filter((slot) => truth.has(slot)).length;
  }
  return hits / (100 * K);
}

describe.each([true, false])('graph with codes: %s', (coded) => {
  it('is the same to the byte for the same seed and order', () => {
    expect(digest(buildGraph({ coded }))).toBe(digest(buildGraph({ coded })));
    expect(digest(buildGraph({ coded, seed: 8 }))).not.toBe(digest(buildGraph({ coded })));
  });

  it('has no bad links and no unreachable node', () => {
    const space = buildGraph({ coded });
    expect(space.engine.badLinks(0, COUNT, COUNT)).toBe(0);
    expect(space.engine.unreachable(COUNT, space.blocks)).toBe(0);
  });

  it('answers far fewer comparisons than a scan, and nearly the same', () => {
    const space = buildGraph({ coded });
    space.engine.takeComputations();
    expect(recall(space, () => space.engine.searchGraph(EF, space.blocks), false)).toBeGreaterThan(0.97);
    space.engine.takeComputations();
    space.engine.searchGraph(EF, space.blocks);
    expect(space.engine.takeComputations()).toBeLessThan(COUNT / 3);
  });

  it('passes a hidden node by, wherever the walk meets it, and finds the others', () => {
    const space = buildGraph({ coded });
    let [hits, itself] = [0, 0];
    const ask = (node: number, hidden: number) => {
      space.writeQuery(space.readVector(node));
      space.engine.hideNode(hidden);
      const found = space.engine.searchGraph(EF, space.blocks);
      space.engine.hideNode(NO_NODE);
      const best = space.layout.coded ? space.engine.rerank(found, 3 * K, K) : found;
      return space.readPool(Math.min(best, K)).nodes;
    };
    for (let node = 0; node < COUNT; node += 20) {
      const others = ask(node, node);
      expect(others).not.toContain(node);
      space.writeQuery(space.readVector(node));
      const truth = space.readPool(space.engine.scanRange(0, COUNT, 0, K + 1)).nodes;
      hits += truth.filter((other) => other !== node && others.includes(other)).length;
      if (ask(node, NO_NODE)[0] === node) itself += 1;
    }
    expect(hits / (COUNT / 20) / K).toBeGreaterThan(0.95);
    expect(itself / (COUNT / 20), 'when it is hidden no more').toBeGreaterThan(0.95);
  });

  it.each([0.05, 0.1, 0.5, 0.9])('finds what a filter lets pass, a share of %f', (share) => {
    const space = buildGraph({ coded });
    const random = seededRandom(5);
    const slots = Array.from({ length: COUNT }, (_, slot) => slot).filter(() => random() < share);
    const allowed = BitSet.from(slots);
    space.writeAllowed(allowed.words, COUNT);
    let gaveUp = 0;
    const find = () => {
      const found = space.engine.searchFiltered(EF, 1, 0, slots.length, COUNT, space.blocks) >>> 0;
      if (found >= 0x80000000) gaveUp += 1;
      const size = found & 0x7fffffff;
      expect(space.readPool(size).nodes.every((slot) => allowed.has(slot))).toBe(true);
      return size;
    };
    expect(recall(space, find, true)).toBeGreaterThan(0.95);
    expect(gaveUp).toBe(0);
  });

  it('passes over removed nodes and repairs around them', () => {
    const space = buildGraph({ coded });
    for (let slot = 0; slot < COUNT; slot += 3) space.setLive(slot, false);
    const find = () => space.engine.searchFiltered(EF, 0, 0, COUNT, COUNT, space.blocks) & 0x7fffffff;
    expect(recall(space, find, false)).toBeGreaterThan(0.95);
    expect(space.engine.markStale(0, COUNT)).toBe(COUNT / 3);
    space.engine.repair(0, COUNT, space.blocks);
    space.engine.moveEntry(COUNT);
    expect(space.engine.release(0, COUNT)).toBe(COUNT / 3);
    expect(space.engine.badLinks(0, COUNT, COUNT)).toBe(0);
    expect(recall(space, () => space.engine.searchGraph(EF, space.blocks), false)).toBeGreaterThan(0.95);
  });
});

describe('codes', () => {
  it('are compared to the same integers by both builds of the engine', () => {
    const digests = (['plain', 'relaxed'] as const).map((build) =>
      digest(buildGraph({ coded: true, build })),
    );
    expect(digests[0]).toBe(digests[1]);
  });
});
