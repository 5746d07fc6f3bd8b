import { describe, expect, it } from 'vitest';
import { BitSet } from '../base/bit-set.ts';
import { seededRandom } from '../base/random.ts';
import { type EngineBuild, engineModule } from './engine-module.ts';
import { BLOCK_SLOTS, HEADER, layoutOf } from './layout.ts';
import { innerProduct, squaredL2 } from './oracle.ts';
import { VectorSpace } from './vector-space.ts';

const DIMENSIONS = [...Array.from({ length: 64 }, (_, i) => i + 1), 100, 384, 768, 784, 1536, 3072];
const BUILDS: readonly EngineBuild[] = ['plain', 'relaxed'];

function randomVector(random: () => number, dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, () => random() * 2 - 1);
}

describe.each(BUILDS)('distance kernels, %s build', (build) => {
  it.each(DIMENSIONS)('agree with the oracle at dimension %i', (dimension) => {
    const random = seededRandom(dimension);
    const a = randomVector(random, dimension);
    const b = randomVector(random, dimension);
    // The terms of the sums are below 4 and below 1, each rounded to 24 bits.
    const tolerance = dimension * 4 * 2 ** -23;
    for (const kernel of ['l2', 'dot'] as const) {
      const space = VectorSpace.create(layoutOf({ dimension, kernel, lanes: 1 }), engineModule(build));
      space.reserve(1);
      space.writeVector(0, a);
      space.setLive(0, true);
      space.writeQuery(b);
      const { nodes, distances } = space.readPool(space.engine.scanRange(0, 1, 0, 1));
      const expected = kernel === 'l2' ? squaredL2(a, b) : -innerProduct(a, b);
      expect(nodes[0]).toBe(0);
      expect(Math.abs((distances[0] ?? Number.NaN) - expected)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe.each(BUILDS)('static data of the %s build', (build) => {
  it('ends before the header, which it would overwrite with every further thread', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    const imports = { env: { memory } };
    expect(new WebAssembly.Instance(engineModule(build), imports).exports).toHaveProperty('attach');
    expect(new Uint8Array(memory.buffer, HEADER).some((byte) => byte !== 0)).toBe(false);
  });
});

describe('memory of an index', () => {
  it('keeps vectors, marks and bitmaps apart over several blocks and while it grows', () => {
    const dimension = 5;
    const space = VectorSpace.create(
      layoutOf({ dimension, kernel: 'l2', graph: { M: 4, efConstruction: 16, seed: 1 }, lanes: 2 }),
    );
    const worker = new VectorSpace(space.shared, 1);
    const count = 3 * BLOCK_SLOTS + 7;
    const random = seededRandom(9);
    const vectors = Array.from({ length: count }, () => randomVector(random, dimension));
    for (const [slot, vector] of vectors.entries()) {
      space.reserve(slot + 1);
      space.writeVector(slot, vector);
      space.setLive(slot, slot % 3 !== 0);
    }
    for (const [slot, vector] of vectors.entries()) {
      expect([...worker.readVector(slot).subarray(0, dimension)]).toEqual([...vector]);
    }
    const allowed = BitSet.from(vectors.keys().filter((slot) => slot % 2 === 0));
    space.writeAllowed(allowed.words, count);
    worker.writeAllowed(BitSet.from([1]).words, count);
    space.writeQuery(vectors[0] ?? []);
    worker.writeQuery(vectors[0] ?? []);
    const wanted = vectors.keys().filter((slot) => slot % 2 === 0 && slot % 3 !== 0);
    expect(new Set(space.readPool(space.engine.scanAllowed(0, count, 0, 10_000)).nodes)).toEqual(
      new Set(wanted),
    );
    expect([...worker.readPool(worker.engine.scanAllowed(0, count, 0, 10_000)).nodes]).toEqual([1]);
  });

  it('orders equal distances by slot and answers a slot once', () => {
    const space = VectorSpace.create(layoutOf({ dimension: 2, kernel: 'dot', lanes: 1 }));
    space.reserve(50);
    for (let slot = 0; slot < 50; slot++) {
      space.writeVector(slot, [slot % 2, 1]);
      space.setLive(slot, true);
    }
    space.writeQuery([1, 0]);
    let size = space.engine.scanRange(0, 50, 0, 30);
    space.writeNodeList(Uint32Array.from([1, 3, 48]));
    size = space.engine.scanList(3, 0, size, 30);
    const { nodes, distances } = space.readPool(size);
    const odd = Array.from({ length: 25 }, (_, i) => 2 * i + 1);
    expect([...nodes]).toEqual([...odd, 0, 2, 4, 6, 8]);
    expect([...distances]).toEqual([...odd.map(() => -1), -0, -0, -0, -0, -0]);
  });

  it.each([
    { dimension: 1, lanes: 1 },
    { dimension: 128, lanes: 33 },
    { dimension: 8_192, lanes: 2 },
  ])('has room for a whole segment of $dimension floats beside $lanes lanes', ({ dimension, lanes }) => {
    const graph = { M: 16, efConstruction: 200, seed: 1 };
    const layout = layoutOf({ dimension, kernel: 'l2', graph, coded: true, lanes });
    expect(layout.segmentSlots).toBeGreaterThanOrEqual(BLOCK_SLOTS);
    expect(layout.segmentSlots).toBeLessThanOrEqual(layout.blocksMax * BLOCK_SLOTS);
    expect(layout.blockBase + layout.blocksMax * layout.blockBytes).toBeLessThan(2 ** 32);
  });
});
