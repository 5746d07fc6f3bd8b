import { inspect } from 'node:util';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { describe, expect, it } from 'vitest';
import { type AiSdkOptions, aiSdk } from '../../src/embedding.ts';
import { type Behaviour, DIMENSION, json, serve, vectorOf } from './misbehaving-server.ts';

const KEY = 'tulip-under-glass';

/** A real model of the AI SDK, whose server behaves so. */
async function modelOf(...behaviours: readonly Behaviour[]) {
  const server = await serve(...behaviours);
  const provider = createOpenAICompatible({ name: 'garden', baseURL: server.url, apiKey: KEY });
  return { server, model: provider.textEmbeddingModel('unheard-of') };
}

const OPTIONS: AiSdkOptions = { dimension: DIMENSION, backoffMs: 1 };

describe('a model of the Vercel AI SDK', () => {
  it('makes the vectors of a collection’s texts, in requests that it can take', async () => {
    const { model, server } = await modelOf();
    const embedding = aiSdk(model, { ...OPTIONS, textsMax: 2 });
    expect(embedding).toMatchObject({ name: 'unheard-of', dimension: DIMENSION });
    const texts = ['a', 'bb', 'ccc'];
    expect(await embedding.embed(texts)).toEqual(texts.map((text) => Float32Array.from(vectorOf(text))));
    expect(server.seen).toHaveLength(2);
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('is asked again after a failure in passing', async () => {
    const busy: Behaviour = (response) =>
      json(response, 429, { error: { message: 'busy' } }, { 'retry-after': '0' });
    const { model, server } = await modelOf(busy, (response) => json(response, 500, {}));
    expect(await aiSdk(model, OPTIONS).embed(['a'])).toHaveLength(1);
    expect(server.seen).toHaveLength(3);
  });

  it('is refused at once where that would not help, without the key in anything that is shown', async () => {
    const echo: Behaviour = (response) =>
      json(response, 401, { error: { message: `no such key: Bearer ${KEY}` } });
    const { model, server } = await modelOf(echo);
    const error: unknown = await aiSdk(model, OPTIONS)
      .embed(['a'])
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'EMBEDDING_REFUSED', details: { status: 401 } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(KEY);
    expect(server.seen).toHaveLength(1);
  });

  it('must be one', () => {
    const notModels = [undefined, null, 'openai/text-embedding-3-small', {}, { doEmbed() {} }] as never[];
    for (const model of notModels) {
      expect(() => aiSdk(model, OPTIONS)).toThrow(
        /option "model" is .*expected an embedding model of the AI SDK/,
      );
    }
  });
});
