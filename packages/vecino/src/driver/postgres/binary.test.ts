import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeVector, encodeTexts, encodeVector, encodeVectors } from './binary.ts';

describe("PostgreSQL's binary format", () => {
  it('brings floats there and back to the bit', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 50 }), (vector) => {
        const bytes = encodeVector(vector);
        expect(bytes.readInt16BE(0)).toBe(vector.length);
        expect(decodeVector(bytes)).toEqual(vector);
        // As a part of a larger buffer, which is how the client gives it.
        expect(decodeVector(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toEqual(vector);
      }),
    );
  });

  it('has arrays with and without nulls', () => {
    const plain = encodeTexts(['a', 'ß']);
    expect([...plain]).toEqual([
      ...[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1],
      ...[0, 0, 0, 1, 97, 0, 0, 0, 2, 0xc3, 0x9f],
    ]);
    const holed = encodeVectors([undefined, Float32Array.of(1)], 700);
    expect([...holed.subarray(4, 12)]).toEqual([0, 0, 0, 1, 0, 0, 2, 188]);
    expect([...holed.subarray(20)]).toEqual([255, 255, 255, 255, 0, 0, 0, 8, 0, 1, 0, 0, 0x3f, 0x80, 0, 0]);
  });
});
