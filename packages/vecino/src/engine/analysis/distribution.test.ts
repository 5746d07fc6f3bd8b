import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distribution } from './distribution.ts';

describe('a distribution', () => {
  it('knows the share of its values below another', async () => {
    const value = fc.integer({ min: 0, max: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1 }), value, async (values, asked) => {
        const below = values.filter((one) => one < asked).length;
        const distribution = await Distribution.of(Float64Array.from(values));
        expect(distribution.shareBelow(asked)).toBe(below / values.length);
      }),
    );
  });

  it('leaves out what is no number', async () => {
    expect((await Distribution.of(Float64Array.of(1, Number.NaN, 3))).shareBelow(2)).toBe(0.5);
    expect((await Distribution.of(new Float64Array())).shareBelow(2)).toBe(0);
  });
});
