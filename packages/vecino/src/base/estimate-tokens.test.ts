import { describe, expect, it } from 'vitest';
import { estimateTokens } from './estimate-tokens.ts';

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['  \n\t ', 0],
    ['a small man', 3],
    ['embeddings', 3],
    ['f(x);', 5],
    ['東京タワー', 5],
    ['vector数据', 3],
  ])('of %j is %i', (text, expected) => {
    expect(estimateTokens(text)).toBe(expected);
  });

  it('adds up over pieces with spaces between', () => {
    const pieces = ['What is common', 'to these two', 'is not much.'];
    const sum = pieces.reduce((total, piece) => total + estimateTokens(piece), 0);
    expect(estimateTokens(pieces.join(' '))).toBe(sum);
  });
});
