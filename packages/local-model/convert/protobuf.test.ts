import { describe, expect, it } from 'vitest';
import { bytesField, floatField, integerField, message, stringField } from './protobuf.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('protobuf', () => {
  it('writes the examples of the encoding guide', () => {
    expect(hex(integerField(1, 150))).toBe('089601');
    expect(hex(stringField(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(bytesField(3, integerField(1, 150)))).toBe('1a03089601');
  });

  it('writes zero in one byte and a negative number in ten', () => {
    expect(hex(integerField(1, 0))).toBe('0800');
    expect(hex(integerField(3, -1))).toBe('18ffffffffffffffffff01');
  });

  it('writes field numbers above 15 in two bytes, and floats little-endian', () => {
    expect(hex(integerField(20, 2))).toBe('a00102');
    expect(hex(floatField(2, 1))).toBe('150000803f');
  });

  it('joins fields and lists of fields in order', () => {
    expect(hex(message(integerField(1, 1), [integerField(2, 2), integerField(3, 3)]))).toBe('080110021803');
    expect(message()).toHaveLength(0);
  });
});
