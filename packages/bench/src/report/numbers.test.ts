import { expect, it } from 'vitest';
import { megabytes, rounded, whole } from './numbers.ts';

it('writes numbers with about three digits, and says where there is none', () => {
  expect([12_345, 123, 12.34, 0.01234, 0].map(rounded)).toEqual(['12,345', '123', '12.3', '0.0123', '0']);
  expect(whole(1_234_567.8)).toBe('1,234,568');
  expect([20e6, Number.NaN].map(megabytes)).toEqual(['20.0 MB', 'not told']);
});
