import { describe, expect, it } from 'vitest';
import { bytes, counted, duration } from './units.ts';

describe('units', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_951, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [23_400_000, '23 MB'],
    [5e15, '5000 TB'],
  ])('prints %d bytes as %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0, '0.0 s'],
    [9_949, '9.9 s'],
    [9_951, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('prints %d ms as %s', (value, text) => expect(duration(value)).toBe(text));

  it('knows one from many', () => {
    expect([counted(0, 'record'), counted(1, 'record'), counted(1234, 'record')]).toEqual([
      '0 records',
      '1 record',
      '1,234 records',
    ]);
  });
});
