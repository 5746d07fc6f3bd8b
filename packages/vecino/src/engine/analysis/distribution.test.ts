import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distribution } from './distribution.ts';

describe('a distribution', () => {
  it('knows the share of its values below another', () => {
    const value = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), value, (values, asked) => {
        const below = values.filter((one) => one < asked).length;
        expect(new Distribution(Float64Array.from(values)).shareBelow(asked)).toBe(below / values.length);
      }),
    );
  });

  it('leaves out what is no number', () => {
    expect(new Distribution(Float64Array.of(1, Number.NaN, 3)).shareBelow(2)).toBe(0.5);
    expect(new Distribution(new Float64Array()).shareBelow(2)).toBe(0);
  });
});
