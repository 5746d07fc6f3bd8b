import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32Text } from './float32-text.ts';

const anyFloat = fc
  .integer({ min: 0, max: 0xffffffff })
  .map((bits) => new Float32Array(new Uint32Array([bits]).buffer)[0] ?? 0)
  .filter(Number.isFinite);

describe('float32Text', () => {
  it.each([
    [0.1, '0.1'],
    [0, '0'],
    [-0, '-0'],
    [255, '255'],
    [-1.5, '-1.5'],
    [16_777_216, '16777216'],
    [1 / 3, '0.33333334'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [1.401298464324817e-45, '1e-45'],
    [1.17549435e-38, '1.1754944e-38'],
  ])('prints %d as %s', (value, text) => {
    expect(float32Text(Math.fround(value))).toBe(text);
  });

  it('reads back as the same bits, through JSON', () => {
    fc.assert(
      fc.property(anyFloat, (value) => {
        const text = float32Text(value);
        expect(Object.is(Math.fround(Number(text)), value)).toBe(true);
        expect(Object.is(Math.fround(JSON.parse(text) as number), value)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('has no shorter decimal that would do', () => {
    fc.assert(
      fc.property(anyFloat, (value) => {
        const digits = significantDigits(float32Text(value));
        for (let fewer = 1; fewer < digits; fewer++) {
          expect(Math.fround(Number(value.toPrecision(fewer)))).not.toBe(value);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function significantDigits(text: string): number {
  const digits = text.replace(/e.*$/, '').replace(/[-.]/g, '');
  return digits.replace(/^0+/, '').replace(/0+$/, '').length;
}
