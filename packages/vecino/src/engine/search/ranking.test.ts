import { describe, expect, it } from 'vitest';
import { BitSet } from '../../base/bit-set.ts';
import { atLeast, cut, type Ranking, without } from './ranking.ts';

const RANKING: Ranking = {
  slots: Uint32Array.of(7, 3, 9, 1),
  scores: Float64Array.of(0.9, 0.5, 0.5, -1),
  isComplete: true,
};

describe('a ranking', () => {
  it('is no longer complete when something is cut off', () => {
    expect(cut(RANKING, 2)).toEqual({
      slots: Uint32Array.of(7, 3),
      scores: Float64Array.of(0.9, 0.5),
      isComplete: false,
    });
    expect(cut(RANKING, 4)).toBe(RANKING);
    expect(cut(RANKING, 0).slots).toHaveLength(0);
  });

  it('keeps its order when slots are taken out, and stays complete', () => {
    expect(without(RANKING, BitSet.from([3, 1, 1_000]))).toEqual({
      slots: Uint32Array.of(7, 9),
      scores: Float64Array.of(0.9, 0.5),
      isComplete: true,
    });
    expect(without(RANKING, new BitSet())).toBe(RANKING);
  });

  it('ends where scores are too low, and nothing behind that is wanted', () => {
    const incomplete = { ...RANKING, isComplete: false };
    expect(atLeast(incomplete, 0.5)).toEqual({ ...cut(RANKING, 3), isComplete: true });
    expect(atLeast(incomplete, -1)).toBe(incomplete);
    expect(atLeast(incomplete, 1).slots).toHaveLength(0);
  });
});
