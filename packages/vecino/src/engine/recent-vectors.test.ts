import { expect, it } from 'vitest';
import { RecentVectors } from './recent-vectors.ts';

it('Of more than 1,000 vectors those are kept that were asked for last.', () => {
  const recent = new RecentVectors();
  for (let i = 0; i < 1_000; i++) recent.set(`${i}`, Float32Array.of(i));
  expect(recent.get('0')).toEqual(Float32Array.of(0));
  recent.set('new', Float32Array.of(-1));
  expect(recent.get('1')).toBeUndefined();
  expect(recent.get('0')).toEqual(Float32Array.of(0));
  expect(recent.get('999')).toEqual(Float32Array.of(999));
});
