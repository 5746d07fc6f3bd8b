import { describe, expect, it } from 'vitest';
import { type TransformersModule, transformersJs, transformersJsFrom } from './transformers-js.ts';

/** Makes of a text its length and a one; notes what it was asked. */
function fakeModule() {
  const runs: unknown[] = [];
  const state = { loads: 0, disposed: 0, failLoads: 0 };
  const module: TransformersModule = {
    async pipeline(task, model, options) {
      if (state.failLoads-- > 0) throw new Error('no network');
      state.loads++;
      runs.push([task, model, options]);
      const extractor = async (texts: readonly string[], how: object) => {
        runs.push([texts, how]);
        return { tolist: () => texts.map((text) => [text.length, 1]) };
      };
      return Object.assign(extractor, { dispose: async () => state.disposed++ });
    },
  };
  return { module, runs, state };
}

const MODEL = { name: 'garden/tulip', dimension: 2, documentPrefix: 'd: ' };

describe('a model of transformers.js', () => {
  it('is loaded with the first text, once, and pools as its description says', async () => {
    const { module, runs, state } = fakeModule();
    const embedding = transformersJsFrom({ model: { ...MODEL, pooling: 'cls' } }, async () => module);
    expect(state.loads).toBe(0);
    expect(await embedding.embed(['a', 'bb'])).toEqual([Float32Array.of(4, 1), Float32Array.of(5, 1)]);
    await embedding.embed(['c'], { kind: 'query' });
    expect(runs).toEqual([
      ['feature-extraction', 'garden/tulip', { dtype: 'fp32' }],
      [['d: a', 'd: bb'], { pooling: 'cls', normalize: true }],
      [['c'], { pooling: 'cls', normalize: true }],
    ]);
    await embedding.close?.();
    expect(state.disposed).toBe(1);
  });

  it('runs texts one by one where their vectors would depend on each other', async () => {
    const { module, runs } = fakeModule();
    const embedding = transformersJsFrom({ model: MODEL, dtype: 'q8' }, async () => module);
    await embedding.embed(['a', 'b', 'c']);
    expect(runs.slice(1).map((run) => (run as [string[]])[0])).toEqual([['d: a'], ['d: b'], ['d: c']]);
  });

  it('that cannot be loaded is tried again by the next call', async () => {
    const { module, state } = fakeModule();
    state.failLoads = 1;
    const embedding = transformersJsFrom({ model: MODEL }, async () => module);
    await expect(embedding.embed(['a'])).rejects.toMatchObject({
      code: 'EMBEDDING_REFUSED',
      message: expect.stringContaining('the model cannot be loaded (no network)'),
    });
    expect(await embedding.embed(['a'])).toHaveLength(1);
  });

  it('says which package is missing', async () => {
    const embedding = transformersJs({ model: 'Xenova/bge-small-en-v1.5' });
    expect(embedding).toMatchObject({ name: 'Xenova/bge-small-en-v1.5', dimension: 384, tokensMax: 510 });
    await expect(embedding.embed(['a'])).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringContaining('npm install @huggingface/transformers'),
    });
    await embedding.close?.();
  });
});
