import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { type Asked, learnPromise } from './promise.ts';

const LISTS = 64;
const NEAR = 8;
const POWERS = 7;

const lists = { spreads: Array<number>(LISTS).fill(1), counts: Array<number>(LISTS).fill(100) };

/** Queries whose neighbours are as near as `reach`, in lists that promise the less the farther away they are. */
function queries(count: number, reach: number, decay: number, seed: number): Asked[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const squares = Float64Array.from({ length: LISTS }, (_, place) => 1 + place * 0.05);
    const places = Uint32Array.from({ length: NEAR }, () => {
      const place = Math.floor(-decay * Math.log(1 - random()));
      return Math.min(place, LISTS - 1);
    });
    return {
      squares,
      lists: Uint32Array.from(squares.keys()),
      places,
      reaches: Array<number>(NEAR).fill(reach),
    };
  });
}

function probed(asked: readonly Asked[], weights: readonly number[], least: number): number {
  const [gap, spread, place] = weights as [number, number, number];
  let total = 0;
  for (const { squares, reaches } of asked) {
    const limit = reaches[NEAR - 1] ?? 1;
    for (const [at, square] of squares.entries()) {
      const power = Math.floor(Math.log2(at + 1));
      const score =
        (gap * (Math.sqrt(square) - 1)) / Math.sqrt(limit) +
        spread * -Math.log2(limit) +
        place * (power + (at + 1) / 2 ** power - 1);
      if (at === 0 || score >= least) total += 1;
    }
  }
  return total / asked.length;
}

describe('learnPromise', () => {
  // Powers of two, whose logarithms the engine reads exactly.
  const near = queries(40, 0.5, 2, 1);
  const spread = queries(40, 2, 12, 2);
  const promising = learnPromise([...near, ...spread], lists, NEAR, POWERS);

  it('finds scores at which as many lists are probed on average as are asked for', () => {
    expect(promising).toBeDefined();
    for (const [power, least] of (promising?.scores ?? []).entries()) {
      const mean = probed([...near, ...spread], promising?.weights ?? [], least);
      // Queries of one kind are all alike, so that their lists come in together.
      expect(Math.abs(mean - 2 ** power)).toBeLessThanOrEqual(Math.max(1, 2 ** power * 0.1));
    }
  });

  it('gives more lists to queries whose neighbours lie far apart', () => {
    const least = promising?.scores[3] ?? 0;
    const of = (asked: readonly Asked[]) => probed(asked, promising?.weights ?? [], least);
    expect(of(spread)).toBeGreaterThan(1.2 * of(near));
  });

  it('tells the share of neighbours that are passed over: less with every list, none with all', () => {
    const missed = promising?.missed ?? [];
    expect(missed[0]).toBeGreaterThan(0.3);
    for (const [power, share] of missed.entries())
      if (power > 0) expect(share).toBeLessThan(missed[power - 1] ?? 0);
    expect(missed.at(-1)).toBeLessThan(0.01);
  });

  it('learns nothing where all neighbours lie in the nearest list, or nobody has asked', () => {
    const inFirst = near.map((asked) => ({ ...asked, places: new Uint32Array(NEAR) }));
    expect(learnPromise(inFirst, lists, NEAR, POWERS)).toBeUndefined();
    expect(learnPromise([], lists, NEAR, POWERS)).toBeUndefined();
  });

  it('copes with vectors that are all the same', () => {
    const same = near.map((asked) => ({
      ...asked,
      squares: new Float64Array(LISTS),
      reaches: Array<number>(NEAR).fill(0),
    }));
    const learnt = learnPromise(same, { ...lists, spreads: Array<number>(LISTS).fill(0) }, NEAR, POWERS);
    for (const number of [...(learnt?.weights ?? []), ...(learnt?.scores ?? [])])
      expect(Number.isFinite(number)).toBe(true);
  });
});
