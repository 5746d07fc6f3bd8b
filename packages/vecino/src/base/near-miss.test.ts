import { describe, expect, it } from 'vitest';
import { didYouMean, nearMiss } from './near-miss.ts';

describe('nearMiss', () => {
  it.each([
    ['$get', ['$gt', '$gte', '$eq'], '$gte'],
    ['efsearch', ['efConstruction', 'efSearch'], 'efSearch'],
    ['filtr', ['filter', 'exact'], 'filter'],
    ['fliter', ['filter'], 'filter'],
    ['K', ['k', 'id'], 'k'],
    ['banana', ['filter', 'exact', 'k'], undefined],
    ['', ['k'], 'k'],
    ['x', [], undefined],
  ])('of %j among %j is %j', (word, candidates, expected) => {
    expect(nearMiss(word, candidates)).toBe(expected);
  });
});

describe('didYouMean', () => {
  it('is the tail of a message, or nothing', () => {
    expect(didYouMean('filtr', ['filter'])).toBe('; did you mean "filter"?');
    expect(didYouMean('banana', ['filter'])).toBe('');
  });
});
