import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { layoutOf } from '../kernel/layout.ts';
import { VectorSpace } from '../kernel/vector-space.ts';
import { familyOf } from './registry.ts';
import { layingOrder, moveNodes, placesOf, sortedByKey } from './relaying.ts';

const NODES = 3_000;
const DIMENSION = 12;
const FAMILY = familyOf('hnsw');

function graphOf(random: () => number): VectorSpace {
  const graph = { M: 6, efConstruction: 40, seed: 3 };
  const space = VectorSpace.create(
    layoutOf({ dimension: DIMENSION, kernel: 'l2', graph, coded: true, lanes: 1 }),
  );
  space.writeCodeRange(-1, 127.5);
  space.reserve(NODES);
  for (let node = 0; node < NODES; node++) {
    space.writeVector(node, vectorOf(random));
    space.setLive(node, true);
    space.engine.link(node, space.blocks);
  }
  return space;
}

function vectorOf(random: () => number): Float32Array {
  return Float32Array.from({ length: DIMENSION }, () => random() * 2 - 1);
}

/** The slots that a walk finds, nearest first. */
function found(space: VectorSpace, query: Float32Array): number[] {
  space.writeQuery(query);
  const size = space.engine.rerank(space.engine.searchGraph(50, space.blocks), 50, 50);
  return [...space.readPool(size).nodes].map((node) => space.slotOf(node));
}

describe('compaction of a graph', () => {
  const random = seededRandom(5);
  const source = graphOf(random);
  const order = layingOrder(source, FAMILY, NODES);
  const target = VectorSpace.create(source.layout);
  target.reserve(order.length);
  moveNodes(source, target, FAMILY, order);
  for (let node = 0; node < NODES; node++) target.setLive(node, true);

  it('lays every node once, neighbours nearer to each other than before', () => {
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: NODES }, (_, i) => i));
    expect(meanDistanceOfLinks(target)).toBeLessThan(meanDistanceOfLinks(source) * 0.8);
  });

  it('keeps slots, vectors and the graph', () => {
    for (let node = 0; node < NODES; node += 7) {
      expect(target.slotOf(node)).toBe(order[node]);
      expect(target.readVector(node)).toEqual(source.readVector(order[node] ?? 0));
      expect(target.levelOf(node)).toBe(source.levelOf(order[node] ?? 0));
    }
    expect(FAMILY.check(target, NODES)).toEqual([]);
    expect(target.engine.unreachable(NODES, target.blocks)).toBe(
      source.engine.unreachable(NODES, source.blocks),
    );
    for (let q = 0; q < 50; q++) {
      const query = vectorOf(random);
      expect(found(target, query)).toEqual(found(source, query));
    }
  });

  it('leaves behind what is not in the order, and every link to it', () => {
    const half = order.filter((_, i) => i % 2 === 0);
    const smaller = VectorSpace.create(source.layout);
    smaller.reserve(half.length);
    moveNodes(source, smaller, FAMILY, half);
    expect(FAMILY.check(smaller, half.length)).toEqual([]);
    for (let node = 0; node < half.length; node += 5) expect(smaller.slotOf(node)).toBe(half[node]);
  });
});

function meanDistanceOfLinks(space: VectorSpace): number {
  const { words, wordOf } = space.lowestLinks();
  const { degree0 } = space.layout;
  let sum = 0;
  let count = 0;
  for (let node = 0; node < NODES; node++) {
    for (const neighbour of words.subarray(wordOf(node), wordOf(node) + degree0)) {
      if (neighbour >= NODES) break;
      sum += Math.abs(neighbour - node);
      count += 1;
    }
  }
  return sum / count;
}

describe('the order of keys', () => {
  it('brings nodes together that have the same, and leaves them as they were among each other', () => {
    const order = Uint32Array.of(9, 4, 7, 1, 5, 0);
    const keys = Uint32Array.of(2, 0, 2, 5, 0, 2);
    const sorted = sortedByKey({ order, keys });
    expect([...sorted.order]).toEqual([4, 5, 9, 7, 0, 1]);
    expect([...sorted.keys]).toEqual([0, 0, 2, 2, 2, 5]);
  });

  it('is empty where there are no nodes', () => {
    expect(sortedByKey({ order: new Uint32Array(), keys: new Uint32Array() }).order).toHaveLength(0);
  });

  it('has a way back, in which those that were left behind are marked', () => {
    expect([...placesOf(Uint32Array.of(3, 0, 1), 5)]).toEqual([1, 2, 0xffffffff, 0, 0xffffffff]);
  });
});
