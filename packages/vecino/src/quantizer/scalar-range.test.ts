import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { layoutOf } from '../kernel/layout.ts';
import { VectorSpace } from '../kernel/vector-space.ts';
import { ScalarRange } from './scalar-range.ts';

function learn(...vectors: readonly (readonly number[])[]): ScalarRange {
  const range = new ScalarRange();
  for (const vector of vectors) range.learn(Float32Array.from(vector));
  return range;
}

describe('range of scalar quantisation', () => {
  it('gives pixels their own values as codes', () => {
    expect(learn([0, 255, 17, 128], [3, 250, 0, 0]).choose(undefined)).toEqual({ offset: 0, scale: 1 });
  });

  it('cuts off what lies beyond 4.5 deviations', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const { offset, scale } = learn(...Array.from({ length: 100 }, () => values), [
      1_000,
      ...values.slice(1),
    ]).choose(undefined);
    const high = offset + 255 / scale;
    expect(offset).toBe(-1);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThan(60);
  });

  it('stays while it covers the values and is not much too wide, and moves otherwise', () => {
    const range = learn([-1, 1], [0.5, -0.5]);
    const first = range.choose(undefined);
    range.learn(Float32Array.of(-1.02, 1.02));
    expect(range.choose(first)).toBe(first);
    range.learn(Float32Array.of(-2, 2));
    const second = range.choose(first);
    expect(second.offset).toBe(-2);
    const wide = { offset: -10, scale: 255 / 20 };
    expect(range.choose(wide)).toEqual(second);
  });

  it('has a range for values that are all the same', () => {
    const range = learn([7, 7, 7]);
    const chosen = range.choose(undefined);
    expect(chosen).toEqual({ offset: 7, scale: 255 });
    expect(range.choose(chosen)).toBe(chosen);
  });

  it('takes the mean off each dimension where dimensions lie far apart, once it knows them', () => {
    const random = seededRandom(5);
    const range = new ScalarRange();
    const vector = () => Float32Array.of(1_000, random() - 0.5, random() - 0.5);
    for (let i = 0; i < 50; i++) range.learn(vector());
    const plain = range.choose(undefined);
    expect(plain.centre).toBeUndefined();
    expect(255 / plain.scale).toBeGreaterThan(1_000);
    for (let i = 0; i < 500; i++) range.learn(vector());
    const centred = range.choose(plain);
    expect(centred.centre?.[0]).toBe(1_000);
    expect(255 / centred.scale).toBeLessThan(3);
    expect(range.choose(centred)).toBe(centred);
    // The large one moves: what is taken off follows.
    for (let i = 0; i < 5_000; i++) range.learn(Float32Array.of(2_000, random() - 0.5, random() - 0.5));
    const moved = range.choose(centred);
    expect(moved).not.toBe(centred);
  });

  it('leaves dimensions as they are where that is nearly as narrow', () => {
    const random = seededRandom(6);
    const range = new ScalarRange();
    for (let i = 0; i < 500; i++) range.learn(Float32Array.of(random() + 0.3, random(), random() - 0.2));
    expect(range.choose(undefined).centre).toBeUndefined();
  });

  it('goes on where an earlier session ended', () => {
    const range = learn([-3, 4], [1, 2]);
    const later = new ScalarRange(JSON.parse(JSON.stringify(range.learnt)));
    later.learn(Float32Array.of(0, 1));
    range.learn(Float32Array.of(0, 1));
    expect(later.choose(undefined)).toEqual(range.choose(undefined));
  });
});

describe('codes in the engine', () => {
  it.each([1, 4, 31, 32, 33, 100, 384, 784])(
    'order like vectors up to rounding at dimension %i',
    (dimension) => {
      const random = seededRandom(dimension);
      const space = VectorSpace.create(
        layoutOf({
          dimension,
          kernel: 'l2',
          lanes: 1,
          coded: true,
          graph: { M: 4, efConstruction: 20, seed: 1 },
        }),
      );
      const count = 200;
      space.reserve(count);
      space.writeCodeRange(-1, 127.5);
      for (let slot = 0; slot < count; slot++) {
        space.writeVector(
          slot,
          Float32Array.from({ length: dimension }, () => random() * 2 - 1),
        );
        space.setLive(slot, true);
        space.engine.link(slot, space.blocks);
      }
      space.writeQuery(Float32Array.from({ length: dimension }, () => random() * 2 - 1));
      const coarse = space.readPool(space.engine.searchGraph(count, space.blocks)).nodes;
      const exact = space.readPool(space.engine.rerank(coarse.length, coarse.length, coarse.length));
      const truth = space.readPool(space.engine.scanRange(0, count, 0, count));
      const { nodes: slots } = exact;
      // The walk may miss a few nodes; what it found is in exact order, and the coarse order is near it.
      const kept = new Set(slots);
      expect(kept.size).toBeGreaterThan(count * 0.9);
      expect([...slots]).toEqual([...truth.nodes].filter((slot) => kept.has(slot)));
      const places = new Map([...slots].map((slot, place) => [slot, place]));
      const shift = Math.max(
        ...[...coarse].map((slot, place) => Math.abs(place - (places.get(slot) ?? count))),
      );
      expect(shift).toBeLessThan(count / 4);
    },
  );
});
