import { expect, it } from 'vitest';
import { areaUnderRoc } from './roc.ts';

it('is how often a positive wins', () => {
  expect(areaUnderRoc([3, 4], [1, 2])).toBe(1);
  expect(areaUnderRoc([1, 2], [3, 4])).toBe(0);
  expect(areaUnderRoc([1, 3], [2, 2])).toBe(0.5);
  expect(areaUnderRoc([1], [1])).toBe(0.5);
});
