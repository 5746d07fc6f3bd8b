import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from './batches.ts';

describe('planBatches', () => {
  it('puts every text into exactly one batch, within the bounds of size and padding', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 256 }), { maxLength: 300 });
    fc.assert(
      fc.property(lengths, (lengths) => {
        const batches = planBatches(lengths);
        expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const batch of batches) {
          const tokens = batch.map((position) => lengths[position] ?? 0);
          const padded = Math.max(...tokens) * batch.length;
          const padding = padded - tokens.reduce((sum, count) => sum + count, 0);
          if (batch.length > 1) expect(padded).toBeLessThanOrEqual(128);
          expect(padding).toBeLessThanOrEqual(padded / 8);
        }
      }),
    );
  });

  it('runs texts of equal length together and very different ones apart', () => {
    expect(planBatches([10, 10, 10])).toEqual([[0, 1, 2]]);
    expect(planBatches([5, 100])).toEqual([[1], [0]]);
    expect(planBatches([])).toEqual([]);
  });
});
