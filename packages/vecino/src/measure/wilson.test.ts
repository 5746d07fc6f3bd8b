import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { wilsonInterval } from './wilson.ts';

describe('Wilson’s interval', () => {
  it('is that of the tables', () => {
    // 15 of 20: Newcombe, "Two-sided confidence intervals for the single proportion", 1998, has such examples.
    const { low, high } = wilsonInterval(0.75, 20);
    expect(low).toBeCloseTo(0.5313, 3);
    expect(high).toBeCloseTo(0.8881, 3);
  });

  it('says how little is known where nothing was missed', () => {
    const { low, high } = wilsonInterval(1, 10);
    expect(low).toBeCloseTo(0.7225, 3);
    expect(high).toBeCloseTo(1, 12);
  });

  it('holds the mean of recalls in nineteen of twenty samples', () => {
    const random = seededRandom(1);
    const [k, recall, queries, samples] = [10, 0.95, 100, 2_000];
    let held = 0;
    for (let i = 0; i < samples; i++) {
      let sum = 0;
      for (let q = 0; q < queries; q++) {
        // The misses of one query come together: half of all queries are twice as bad.
        const missed = (random() < 0.5 ? 2 : 0) * (1 - recall);
        for (let hit = 0; hit < k; hit++) sum += random() < missed ? 0 : 1;
      }
      const { low, high } = wilsonInterval(sum / (queries * k), queries);
      if (low <= recall && recall <= high) held += 1;
    }
    expect(held / samples).toBeGreaterThan(0.95);
  });
});
