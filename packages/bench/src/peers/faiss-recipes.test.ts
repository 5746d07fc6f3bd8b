import { describe, expect, it } from 'vitest';
import { faissRecipe } from './faiss-recipes.ts';

describe('faissRecipe', () => {
  it('is the one of the sweep at the full size of a data set', () => {
    const glove = { name: 'glove', size: 339_479, dimension: 100 } as const;
    expect(faissRecipe('faiss-ivfpq', glove)).toMatch(/^IVF\d+,PQ\d+x4fsr?,RFlat$/);
    expect(faissRecipe('faiss-ivfflat', glove)).toMatch(/^IVF\d+,Flat$/);
  });

  it('has enough rows for each list and whole sub-quantizers at any other size', () => {
    const few = { name: 'synthetic', size: 600, dimension: 15 } as const;
    expect(faissRecipe('faiss-ivfpq', few)).toBe('IVF15,PQ15x4fs,RFlat');
    expect(faissRecipe('faiss-ivfflat', { ...few, size: 10_000 })).toBe('IVF100,Flat');
  });
});
