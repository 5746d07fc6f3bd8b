import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { drawGenerations } from './churn-generations.ts';

describe('drawGenerations', () => {
  const generations = drawGenerations(1_000, 5, seededRandom(7));

  it('removes half of what is stored and inserts as much of what is not, each round', () => {
    const stored = new Set<number>();
    for (const [round, { removed, inserted, stored: marks }] of generations.entries()) {
      expect([removed.length, inserted.length]).toEqual(round === 0 ? [0, 500] : [250, 250]);
      for (const row of removed) expect(stored.delete(row)).toBe(true);
      for (const row of inserted) {
        expect(stored.has(row)).toBe(false);
        stored.add(row);
      }
      expect(Array.from(marks.keys()).filter((row) => marks[row] === 1)).toEqual(
        [...stored].sort((a, b) => a - b),
      );
    }
  });

  it('draws the same rounds from the same seed', () => {
    expect(drawGenerations(1_000, 5, seededRandom(7))).toEqual(generations);
    expect(drawGenerations(1_000, 5, seededRandom(8))).not.toEqual(generations);
  });
});
