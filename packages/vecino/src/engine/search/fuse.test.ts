import { describe, expect, it } from 'vitest';
import type { VectorField } from '../vector-field.ts';
import { fuse } from './fuse.ts';
import type { Leg, LegAnswer } from './legs.ts';

const NEAR = legOf('cosine');
const NEAR_L2 = legOf('l2');
/** Of a field that has no name, or one. */
function legOf(metric: string, name?: string): Leg {
  const field = { name, metric } as unknown as VectorField;
  return { kind: 'vector', field, vector: new Float32Array() };
}

const WORDS: Leg = { kind: 'fullText', words: { terms: [], match: 'any' } };
const RRF = {
  method: 'rrf',
  weights: { vector: 1, fullText: 1 },
  rankConstant: 60,
  candidates: 100,
} as const;
const WEIGHTED = { ...RRF, method: 'weighted' } as const;

function answer(leg: Leg, scores: Readonly<Record<number, number>>, isComplete = true): LegAnswer {
  const ranked = Object.entries(scores).sort(([, a], [, b]) => b - a);
  return {
    leg,
    ranking: {
      slots: Uint32Array.from(ranked, ([slot]) => Number(slot)),
      scores: Float64Array.from(ranked, ([, score]) => score),
      isComplete,
    },
  };
}

describe('fuse', () => {
  it('gives the ranking of a leg that is alone', () => {
    const alone = answer(NEAR, { 1: 0.5 });
    expect(fuse([alone], undefined)).toBe(alone.ranking);
  });

  it('counts on from what came before, on the same scale', () => {
    const before = (near: Leg) => [
      answer(near, { 1: 0.9, 2: 0.5 }, false),
      answer(WORDS, {}),
      answer(near, { 3: 0.4 }, false),
    ];
    const behind = (near: Leg) => [answer(near, { 4: 0.2, 5: 0.1 }), answer(WORDS, { 5: 2 })];
    expect([...fuse(behind(NEAR), RRF, before(NEAR)).scores]).toEqual([1 / 65 + 1 / 61, 1 / 64]);
    const weighted = fuse(behind(NEAR_L2), WEIGHTED, before(NEAR_L2));
    expect(weighted.sides?.get(4)?.shares.vector).toBe(0);
    expect(weighted.sides?.get(5)?.shares).toEqual({ vector: 0, fullText: 0.5 });
    const share = fuse(behind(NEAR), WEIGHTED, before(NEAR)).sides?.get(4)?.shares.vector;
    expect(share).toBeCloseTo((0.5 * 1.2) / 1.9, 12);
  });

  it('adds reciprocal ranks', () => {
    const fused = fuse([answer(NEAR, { 1: 0.9, 2: 0.8 }), answer(WORDS, { 2: 7, 3: 5 })], RRF);
    expect([...fused.slots]).toEqual([2, 1, 3]);
    expect([...fused.scores]).toEqual([1 / 62 + 1 / 61, 1 / 61, 1 / 62]);
    expect(fused.sides?.get(2)).toEqual({
      vector: 0.8,
      fullText: 7,
      shares: { vector: 1 / 62, fullText: 1 / 61 },
    });
    expect(fused.sides?.get(3)).toEqual({ fullText: 5, shares: { vector: 0, fullText: 1 / 62 } });
  });

  it('orders equal scores by slot, and weighs sides', () => {
    const legs = [answer(NEAR, { 9: 0.9 }), answer(WORDS, { 3: 7 })];
    expect([...fuse(legs, RRF).slots]).toEqual([3, 9]);
    expect([...fuse(legs, { ...RRF, weights: { vector: 2, fullText: 1 } }).slots]).toEqual([9, 3]);
  });

  it('means scores by weight, from the lowest possible on', () => {
    const legs = [answer(NEAR, { 1: 0.5, 2: -1 }), answer(WORDS, { 2: 8, 3: 2 })];
    const fused = fuse(legs, { ...WEIGHTED, weights: { vector: 3, fullText: 1 } });
    expect([...fused.slots]).toEqual([1, 2, 3]);
    expect([...fused.scores]).toEqual([0.75, 0.25, 0.0625]);
  });

  it('means scores without a lowest value from the last candidate on', () => {
    const fused = fuse([answer(NEAR_L2, { 1: -2, 2: -3, 3: -6 }), answer(WORDS, {})], WEIGHTED);
    expect([...fused.scores]).toEqual([0.5, 0.375, 0]);
    expect([...fuse([answer(NEAR_L2, { 1: -2 }), answer(WORDS, {})], WEIGHTED).scores]).toEqual([0.5]);
  });

  it('tells of each named field what it gives', () => {
    const legs = [legOf('cosine', 'title'), legOf('l2', 'body'), WORDS];
    const weights = { title: 2, body: 1, fullText: 1 };
    const answers = [{ 1: 0.9, 2: 0.8 }, { 2: -3 }, {}].map((scores, i) => answer(legs[i] ?? WORDS, scores));
    const fused = fuse(answers, { ...RRF, weights });
    expect([...fused.slots]).toEqual([2, 1]);
    expect(fused.sides?.get(1)).toEqual({
      fields: { title: 0.9 },
      shares: { vector: 2 / 61, fullText: 0, fields: { title: 2 / 61, body: 0 } },
    });
    expect(fused.sides?.get(2)).toEqual({
      fields: { title: 0.8, body: -3 },
      shares: { vector: 2 / 62 + 1 / 61, fullText: 0, fields: { title: 2 / 62, body: 1 / 61 } },
    });
  });

  it('is complete where all legs are', () => {
    const legs = (isComplete: boolean) => [answer(NEAR, { 1: 1 }), answer(WORDS, { 1: 1 }, isComplete)];
    expect(fuse(legs(true), RRF).isComplete).toBe(true);
    expect(fuse(legs(false), RRF).isComplete).toBe(false);
  });
});
