import { describe, expect, it } from 'vitest';
import { readVectorOptions } from './vector-options.ts';

describe('a recall that stands by itself', () => {
  const readWith = (options: object) => readVectorOptions('collection "books"', { dimension: 3, ...options });

  it('is that of an index that chooses for itself', () => {
    expect(readWith({ recall: 0.9 }).index.asked).toEqual({ family: 'auto', recall: 0.9 });
    expect(readWith({ recall: 0.9, index: 'auto' }).index.asked).toEqual({ family: 'auto', recall: 0.9 });
  });

  it('is that of a family beside it', () => {
    const { index } = readWith({ recall: 0.9, index: { family: 'ivf', nlist: 8 } });
    expect(index.asked).toMatchObject({ family: 'ivf', nlist: 8, recall: 0.9 });
  });

  it('is all that a collection that is there is compared by', () => {
    expect(readWith({ recall: 0.9 }).givenIndex).toEqual({ recall: 0.9 });
    expect(readWith({}).givenIndex).toEqual({});
  });

  it('is refused where it is said twice, or of an exact index', () => {
    expect(() => readWith({ recall: 0.9, index: { family: 'auto', recall: 0.9 } })).toThrow('given twice');
    expect(() => readWith({ recall: 0.9, index: 'flat' })).toThrow('unknown option "recall"');
  });
});
