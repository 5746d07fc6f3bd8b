import { describe, expect, it } from 'vitest';
import { bytesOfRow, vectorOfBytes } from './vector-bytes.ts';

describe('the bytes of vectors', () => {
  it('are little-endian floats', () => {
    const matrix = Float32Array.of(9, 9, 1, -2.5);
    expect([...bytesOfRow(matrix, 1, 2)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
    expect(vectorOfBytes(Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0))).toEqual(
      Float32Array.of(1, -2.5),
    );
  });

  it('are read from any address', () => {
    const bytes = Uint8Array.of(7, 0, 0, 0x80, 0x3f).subarray(1);
    expect(vectorOfBytes(bytes)).toEqual(Float32Array.of(1));
  });

  it('keep every bit of a number', () => {
    const odd = Float32Array.of(-0, Number.MIN_VALUE, 1e-45, 3.4028234e38);
    expect(Object.is(vectorOfBytes(bytesOfRow(odd, 0, 4))[0], -0)).toBe(true);
    expect(vectorOfBytes(bytesOfRow(odd, 0, 4))).toEqual(odd);
  });
});
