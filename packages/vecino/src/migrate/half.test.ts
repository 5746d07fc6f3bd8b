import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToHalf } from './half.ts';

describe('roundToHalf', () => {
  it('rounds as Node does', () => {
    const native = (Math as { f16round?: (value: number) => number }).f16round;
    expect(native).toBeTypeOf('function');
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        // Of what becomes zero the sign is lost, which counts for nothing where vectors are compared.
        expect(roundToHalf(value) + 0).toBe((native?.(value) ?? Number.NaN) + 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [65_504, 65_504],
    [65_519, 65_504],
    [65_520, Number.POSITIVE_INFINITY],
    [-65_520, Number.NEGATIVE_INFINITY],
    [-0, -0],
  ])('%d becomes %d', (value, expected) => expect(roundToHalf(value)).toBe(expected));
});
