import { describe, expect, it } from 'vitest';
import { between } from './around-recalls.ts';

describe('between', () => {
  const front = [0.5, 0.8, 0.92, 0.97, 0.992, 0.999].map((recall) => ({ recall, qps: 1 / recall }));

  it('has one point on each side of the recalls', () => {
    expect(between(front, 0.9, 0.99).map(({ recall }) => recall)).toEqual([0.8, 0.92, 0.97, 0.992]);
  });

  it('begins with the first and ends with the last where there is none beyond', () => {
    expect(between(front, 0.4, 1)).toHaveLength(6);
    expect(between([], 0.9, 0.99)).toEqual([]);
  });
});
